"""systemd takes the unit, and finds it shut in."""

import os
import re
import shutil
import subprocess
import tempfile
import unittest

UNIT = "examples/systemd/fleetca-agent.service"
SECONDS = 60
# systemd's own measure, from 0, where a service may do nothing, to 10.
MOST_EXPOSED = 3.0


def analyze(*arguments):
    """systemd-analyze's exit code and all that it says."""
    result = subprocess.run(
        ["systemd-analyze", *arguments], stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        timeout=SECONDS, check=False)
    return result.returncode, result.stdout


@unittest.skipUnless(shutil.which("systemd-analyze"), "there is no systemd-analyze here to read the unit")
class UnitTest(unittest.TestCase):

    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        with open(UNIT, encoding="utf-8") as file:
            text = file.read()
        # The program that it starts need not be installed here.
        text, replaced = re.subn(r"(?m)^ExecStart=/usr/bin/fleetca agent .*$", "ExecStart=/bin/true", text)
        self.assertEqual(replaced, 1)
        self.unit = os.path.join(folder.name, "fleetca-agent.service")
        with open(self.unit, "w", encoding="utf-8") as file:
            file.write(text)

    def test_every_line_is_understood(self):
        code, said = analyze("verify", "--man=no", self.unit)
        self.assertEqual((code, said), (0, ""))

    def test_the_service_is_shut_in(self):
        _, said = analyze("security", "--offline=true", "--no-pager", self.unit)
        exposure = re.search(r"Overall exposure level for fleetca-agent.service: ([0-9.]+)", said)
        if exposure is None:
            self.skipTest("this systemd-analyze cannot judge a unit that is not loaded")
        self.assertLess(float(exposure.group(1)), MOST_EXPOSED, said)


if __name__ == "__main__":
    unittest.main()
