"""deploy/demo with the program that is built: it ends well, and shows who refuses a revoked certificate, and when."""

import os
import re
import tempfile
import unittest

from tests.integration import fleet

DEMO = fleet.runfile("FLEETCA_DEMO", "deploy/demo")
SECONDS = 180


class DemoTest(unittest.TestCase):

    def test_checklist59_it_ends_with_a_revoked_certificate_refused_in_the_same_second(self):
        """Also checks 23 and 24: by OCSP, and by the CA when it is to be renewed."""
        done = fleet.run(DEMO, "--fleetca", fleet.FLEETCA, timeout=SECONDS)
        self.assertEqual(done.code, 0, done.out.decode() + done.err)
        took = dict(re.findall(r'^(openssl|the CA|a service)\b.* "[^"]+", (\d+) ms after the revocation$',
                               done.out.decode(), re.MULTILINE))
        self.assertEqual(sorted(took), ["a service", "openssl", "the CA"])
        for who, milliseconds in took.items():
            self.assertLess(int(milliseconds), 1000, who)

    def test_what_is_no_program_is_refused(self):
        with tempfile.TemporaryDirectory() as folder:
            for none in (folder, os.path.join(folder, "gone")):
                done = fleet.run(DEMO, "--fleetca", none)
                self.assertEqual(done.code, 1)
                self.assertIn("--fleetca takes a program", done.err)


if __name__ == "__main__":
    unittest.main()
