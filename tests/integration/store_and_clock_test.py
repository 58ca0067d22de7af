"""A store or a clock that is lost or wrong is refused with what to do, and there is a way back."""

import os
import shutil
import subprocess
import time
import unittest

from tests.integration import fleet

FAKETIME = shutil.which("faketime")


def serve(ca, *arguments, prefix=()):
    """`fleetca serve` of a CA that is to refuse to start."""
    return fleet.run(*prefix, fleet.FLEETCA, "serve", "--config", ca.path("ca/fleetca.textproto"),
                     *arguments)


def move(source, target):
    shutil.rmtree(target, ignore_errors=True)
    shutil.copytree(source, target)


class StoreAndClockTest(unittest.TestCase):
    def setUp(self):
        self.ca = self.enterContext(fleet.Fleet(start=False, bootstrap=True))
        self.store = self.ca.path("ca/store")
        self.key = fleet.make_key(self.ca.path("web.key"), "p256")
        self.csr = fleet.make_csr(self.key)

    def refuse(self, *words, start=()):
        refused = serve(self.ca, *start)
        self.assertEqual(refused.code, 1, refused.err)
        for word in (self.store, "store.head") + words:
            self.assertIn(word, refused.err)

    def test_checklist21_and_47_a_store_that_is_older_or_gone_is_refused(self):
        self.ca.start()
        self.assertEqual(self.ca.issue(self.csr).code, 0)
        self.assertEqual(self.ca.stop(), 0)
        copy = self.ca.path("copy")
        move(self.store, copy)
        self.ca.start()
        answered = self.ca.issue(self.csr)
        self.assertEqual(answered.code, 0, answered.err)
        self.ca.kill()
        newest = self.ca.path("newest")
        move(self.store, newest)

        move(copy, self.store)
        self.refuse("older copy", "fleetca store restore --accept-loss --config")
        shutil.rmtree(self.store)
        os.mkdir(self.store)  # as where a volume is not mounted
        self.refuse("gone", "mount", "fleetca store restore --accept-loss --config")
        self.refuse("gone", start=("--new-store",))
        self.assertEqual(os.listdir(self.store), [])
        os.rmdir(self.store)
        self.refuse("gone")
        move(newest, self.store)
        os.rename(self.ca.path("ca/store.head"), self.ca.path("head"))
        self.refuse("is missing", "fleetca store restore --accept-loss --config")
        os.rename(self.ca.path("head"), self.ca.path("ca/store.head"))
        self.ca.start()

        self.assertEqual(self.ca.stop(), 0)
        move(copy, self.store)
        restored = fleet.fleetca("store", "restore", "--accept-loss", "--config",
                                 self.ca.path("ca/fleetca.textproto"))
        self.assertEqual(restored.code, 0, restored.err)
        self.ca.start()
        self.assertEqual(self.ca.issue(self.csr).code, 0)

    def test_a_first_start_makes_the_store_and_a_store_without_any_head_takes_a_word(self):
        os.remove(self.ca.path("ca/store.head"))
        self.refuse("fleetca serve --new-store")
        server = subprocess.Popen([fleet.FLEETCA, "serve", "--new-store", "--config",
                                   self.ca.path("ca/fleetca.textproto")],
                                  stderr=subprocess.DEVNULL)
        try:
            deadline = time.monotonic() + fleet.START_SECONDS
            while not os.path.exists(self.ca.path("ca/store.head")):
                self.assertLess(time.monotonic(), deadline)
                time.sleep(0.05)
        finally:
            server.terminate()
            server.wait()
        self.ca.start()

    @unittest.skipUnless(FAKETIME, "faketime is not installed")
    def test_checklist46_a_clock_that_was_ahead_once_is_refused_until_an_operator_says(self):
        # The store notes a time three years ahead.
        self.ca.start()
        self.assertEqual(self.ca.stop(), 0)
        before = fleet.run(FAKETIME, "+1100 days", fleet.FLEETCA, "store", "set-clock",
                           "--i-checked-the-time", "--config",
                           self.ca.path("ca/fleetca.textproto"))
        self.assertEqual(before.code, 0, before.err)
        self.ca.start()
        issued = self.ca.issue(self.csr)
        self.assertEqual(issued.code, 1)
        self.assertIn("ahead once", issued.err)
        self.assertNotIn("cannot reach", issued.err)
        listed = self.ca.at_server("token", "list")
        self.assertEqual(listed.code, 1)
        self.assertIn("ahead once", listed.err)
        self.assertNotIn("cannot reach", listed.err)
        self.assertIn("fleetca store set-clock --i-checked-the-time", issued.err)
        self.assertIn("The clock is refused", self.ca.log())
        self.assertEqual(self.ca.stop(), 0)
        back = fleet.fleetca("store", "set-clock", "--i-checked-the-time", "--config",
                             self.ca.path("ca/fleetca.textproto"))
        self.assertEqual(back.code, 0, back.err)
        self.ca.start()
        answered = self.ca.issue(self.csr)
        self.assertEqual(answered.code, 0, answered.err)


if __name__ == "__main__":
    unittest.main()
