"""The whole CA, killed and cut off while it issues: no certificate that a caller was answered is lost.

SIGKILL alone leaves the page cache to the kernel, so one round also cuts the power: the shim of
powercut_shim.c notes what the server synced, and everything else is taken back.
"""

import os
import random
import subprocess
import time
import unittest

from tests.integration import fleet

ISSUE_LOAD = fleet.runfile("ISSUE_LOAD", "tests/crash/issue_load")
POWERCUT = fleet.runfile("POWERCUT_SHIM", "tests/crash/libpowercut.so")
POWERCUT_APPLY = fleet.runfile("POWERCUT_APPLY", "tests/crash/powercut_apply")
ROUNDS = 20


def load_until_killed(ca, name, seconds):
    """Issues for a while, then kills the server with SIGKILL; the file with what was answered."""
    path = ca.path(name)
    with open(path, "wb") as acks:
        load = subprocess.Popen([ISSUE_LOAD, "run", ca.address, ca.ca], stdout=acks,
                                stderr=subprocess.PIPE)
        # From the first answer on, so that a slow machine kills something, too.
        deadline = time.monotonic() + 30
        while b"ack" not in ca.read(name) and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(seconds)
        ca.kill()
        _, errors = load.communicate(timeout=60)
    if load.returncode != 0:
        raise AssertionError(errors.decode())
    return path


def check(ca, path):
    """How many certificates of the file the server still has, each by its serial and request_id."""
    result = fleet.run(ISSUE_LOAD, "check", ca.address, ca.ca, path, timeout=240)
    if result.code != 0:
        raise AssertionError(result.err)
    return int(result.out)


class ServerCrashTest(unittest.TestCase):
    def test_checklist16_and_17_sigkill_loses_no_answered_certificate(self):
        random.seed(16)
        with fleet.Fleet() as ca:
            answered = 0
            paths = []
            for number in range(ROUNDS):
                paths.append(load_until_killed(ca, "acks-%d" % number, random.uniform(0.02, 0.4)))
                ca.start()
                checked = check(ca, paths[-1])
                self.assertGreater(checked, 0, "round %d killed nothing" % number)
                answered += checked
            print("%d rounds, %d answered certificates, none lost" % (ROUNDS, answered))
            # The oldest are still there after all the later crashes.
            self.assertGreater(check(ca, paths[0]), 0)
            self.assertEqual(ca.stop(), 0)

    # That the shim does take back what was not synced is shown by //store/rocksdb:rocksdb_durability_test.
    def test_checklist16_a_power_cut_loses_no_answered_certificate(self):
        with fleet.Fleet(
                start=False,
                config=lambda text: text.replace('path: "store"', 'path: "disk/store"')) as ca:
            self.assertIn("disk/store", ca.read("ca/fleetca.textproto").decode())
            disk, journal = os.path.join(ca.ca, "disk"), ca.path("journal")
            os.mkdir(disk)
            os.mkdir(journal)
            ca.env = {"LD_PRELOAD": POWERCUT, "POWERCUT_DIR": disk, "POWERCUT_JOURNAL": journal}
            ca.start()
            acks = load_until_killed(ca, "acks", 0.5)
            applied = fleet.run(POWERCUT_APPLY, disk, journal)
            self.assertEqual(applied.code, 0, applied.err)
            self.assertNotEqual(applied.out, b"", "nothing was taken back: the shim saw nothing")
            ca.env = {}
            ca.start()
            checked = check(ca, acks)
            self.assertGreater(checked, 0)
            print("%d answered certificates, none lost" % checked)
            self.assertEqual(ca.stop(), 0)


if __name__ == "__main__":
    unittest.main()
