"""What a command costs before it does anything, in time of the processor."""

import os
import resource
import subprocess
import unittest

from tests.integration import fleet

# Of one start. Some milliseconds are usual; a build with sanitizers takes several times as long.
BOUND = 0.3


def cpu_seconds(*arguments):
    """The least of some runs: what disturbs a run only adds to it."""
    least = None
    for _ in range(5):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([fleet.FLEETCA, *arguments], stdout=subprocess.DEVNULL, check=True,
                       env={**os.environ, "HOME": "/nonexistent"})
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        spent = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
        least = spent if least is None else min(least, spent)
    return least


class StartUpTest(unittest.TestCase):
    def test_a_command_starts_at_once(self):
        for arguments in (["version"], ["--help"], ["cert", "issue", "--help"], ["complete-words", "--", "cert", ""],
                          ["man", "-o", "troff", "cert", "issue"]):
            with self.subTest(arguments):
                self.assertLess(cpu_seconds(*arguments), BOUND)


if __name__ == "__main__":
    unittest.main()
