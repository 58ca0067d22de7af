"""`cert issue` for many CSRs at once."""

import json
import os
import random
import shutil
import subprocess
import time
import unittest

from tests.integration import fleet

COUNT = 50
KILLS = 6


class IssueFolderTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = fleet.Fleet()
        cls.addClassCleanup(cls.fleet.close)
        # One key does for all; the CSRs differ by their signatures.
        key = fleet.make_key(cls.fleet.path("web.key"), "p256")
        cls.csrs = cls.fleet.path("csrs")
        os.mkdir(cls.csrs)
        for number in range(COUNT):
            with open(os.path.join(cls.csrs, "web-%d.csr" % number), "wb") as file:
                file.write(fleet.make_csr(key))
        with open(os.path.join(cls.csrs, "README"), "w", encoding="ascii") as file:
            file.write("not a CSR, and not asked for\n")

    def setUp(self):
        self.out = self.fleet.path("out-" + self.id().rsplit(".", 1)[-1])
        os.mkdir(self.out)

    def command(self, *arguments):
        return [fleet.FLEETCA, "cert", "issue", "--server", self.fleet.address, "--dir",
                self.fleet.ca, "--profile", "service", "--out-dir", self.out, *arguments]

    def issue(self, *arguments):
        return fleet.run(*self.command(*arguments))

    def certificates(self):
        """The serial of each, by its name."""
        found = {}
        for name in os.listdir(self.out):
            if name.endswith(".crt"):
                with open(os.path.join(self.out, name), "rb") as file:
                    found[name] = fleet.serial_of(file.read())
        return found

    def test_each_csr_gets_its_certificate(self):
        result = self.issue("--csr-dir", self.csrs)
        self.assertEqual(result.code, 0, result.err)
        self.assertEqual(result.out, b"")
        self.assertIn("issued %d certificates into %s" % (COUNT, self.out), result.err)
        found = self.certificates()
        self.assertEqual(set(found), {"web-%d.crt" % number for number in range(COUNT)})
        self.assertEqual(len(set(found.values())), COUNT)
        # With the chain, as one alone.
        with open(os.path.join(self.out, "web-0.crt"), "rb") as file:
            self.assertEqual(file.read().count(b"BEGIN CERTIFICATE"), 2)
        # Once more would replace them.
        again = self.issue("--csr-dir", self.csrs)
        self.assertEqual(again.code, 1)
        self.assertIn("--force replaces it", again.err)
        self.assertEqual(self.certificates(), found)
        forced = self.issue("--csr-dir", self.csrs, "--force")
        self.assertEqual(forced.code, 0, forced.err)
        self.assertFalse(set(self.certificates().values()) & set(found.values()))

    def test_what_failed_is_listed_and_the_others_are_issued(self):
        key = self.fleet.path("web.key")
        bad = {
            "evil.csr": fleet.make_csr(key, names=fleet.NAMES + ",DNS:evil.example"),
            "junk.csr": b"junk",
        }
        files = []
        for name, contents in bad.items():
            files += ["--csr", self.fleet.write(name, contents)]
        files += ["--csr", os.path.join(self.csrs, "web-1.csr"), "--csr",
                  os.path.join(self.csrs, "web-2.csr")]
        result = self.issue(*files, "-o", "json")
        self.assertEqual(result.code, 1)
        self.assertIn("issued 2 of 4 certificates", result.err)
        self.assertIn("evil.csr: ", result.err)
        self.assertIn("junk.csr", result.err)
        report = json.loads(result.out)
        # As the answers came.
        self.assertEqual(sorted(os.path.basename(one["file"]) for one in report["issued"]),
                         ["web-1.crt", "web-2.crt"])
        by_name = {os.path.basename(one["csr"]): one for one in report["failed"]}
        self.assertEqual(set(by_name), set(bad))
        self.assertEqual(by_name["evil.csr"]["reason"], "SAN_NOT_ALLOWED")
        self.assertEqual(sorted(os.listdir(self.out)),
                         [".fleetca.pending", "web-1.crt", "web-2.crt"])
        # Once they are mended, the same command issues these alone.
        before = self.certificates()
        for name in bad:
            self.fleet.write(name, fleet.make_csr(key))
        again = self.issue(*files, "-o", "json")
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual([one["replayed"] for one in json.loads(again.out)["issued"]].count(True), 2)
        found = self.certificates()
        self.assertEqual({name: found[name] for name in before}, before)
        self.assertFalse(os.path.exists(os.path.join(self.out, ".fleetca.pending")))

    def test_two_csrs_for_one_file_are_named(self):
        twin = self.fleet.write("web-1.csr", fleet.make_csr(self.fleet.path("web.key")))
        result = self.issue("--csr", twin, "--csr", os.path.join(self.csrs, "web-1.csr"))
        self.assertEqual(result.code, 1)
        self.assertIn("would both go to", result.err)
        self.assertEqual(os.listdir(self.out), [])

    def test_a_folder_that_is_missing_is_named(self):
        shutil.rmtree(self.out)
        result = self.issue("--csr-dir", self.csrs)
        self.assertEqual(result.code, 1)
        self.assertIn(self.out, result.err)
        empty = self.fleet.path("empty")
        os.mkdir(empty)
        os.mkdir(self.out)
        result = self.issue("--csr-dir", empty)
        self.assertEqual(result.code, 1)
        self.assertIn("holds no CSR", result.err)

    def test_killed_at_any_instant_and_gone_on_with(self):
        """No certificate is issued twice for one CSR."""
        started = time.monotonic()
        self.assertEqual(self.issue("--csr-dir", self.csrs).code, 0)
        longest = time.monotonic() - started
        for _ in range(KILLS):
            for name in os.listdir(self.out):
                os.remove(os.path.join(self.out, name))
            with subprocess.Popen(self.command("--csr-dir", self.csrs),
                                  stdout=subprocess.DEVNULL,
                                  stderr=subprocess.DEVNULL) as process:
                time.sleep(random.uniform(0, longest))
                process.kill()
            partly = self.certificates()
            # Killed after its last step, it has nothing to go on with, as when it had ended.
            pending = os.path.exists(os.path.join(self.out, ".fleetca.pending"))
            if pending or len(partly) < COUNT:
                again = self.issue("--csr-dir", self.csrs)
                self.assertEqual(again.code, 0, again.err)
            found = self.certificates()
            self.assertEqual(len(found), COUNT)
            for name, serial in partly.items():
                self.assertEqual(found[name], serial)
            self.assertFalse(os.path.exists(os.path.join(self.out, ".fleetca.pending")))


if __name__ == "__main__":
    unittest.main()
