"""docs/recipes/postgresql.md and nss.md, command by command, with the real programs."""

import os
import re
import socket
import subprocess
import tempfile
import unittest

from tests.integration import fleet

SECONDS = 120


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def script_of(page):
    """The shell blocks in their order, at free ports, as others test here too."""
    with open("docs/recipes/%s.md" % page, encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    return "".join(blocks).replace(
        "fleetca ca init ", "fleetca ca init --listen 127.0.0.1:%d " % free_port()).replace(
            "5433", str(free_port()))


class SubjectRecipesTest(unittest.TestCase):
    def run_page(self, page, at_end=""):
        folder = self.enterContext(
            tempfile.TemporaryDirectory(prefix="recipe-", dir=os.environ.get("TEST_TMPDIR")))
        programs = os.path.join(folder, "bin")
        os.mkdir(programs)
        os.symlink(fleet.FLEETCA, os.path.join(programs, "fleetca"))
        script = ("set -euxo pipefail\n"
                  "trap '%s kill -KILL $(jobs -p) 2>/dev/null || true' EXIT\n" % at_end) + script_of(page)
        done = subprocess.run(
            ["bash", "-c", script], cwd=folder, capture_output=True, check=False, timeout=SECONDS,
            env={**os.environ, "PATH": programs + ":" + os.environ["PATH"]})
        self.assertEqual(done.returncode, 0, done.stderr.decode(errors="replace"))
        return done.stdout.decode()

    def test_postgresql_knows_people_by_their_certificates(self):
        # A server that a failure leaves behind would outlive the test.
        shown = self.run_page("postgresql", at_end='if [ -d "${data:-}/db" ]; then as_postgres $pg/pg_ctl -D '
                                                   '"$data/db" -m immediate stop; rm -rf "$data"; fi;')
        self.assertIn("subject=CN = alice", shown)
        self.assertIn("\nalice\n", shown)

    def test_nss_tells_two_people_apart(self):
        shown = self.run_page("nss")
        for person in ("alice", "bob"):
            self.assertIn("%s - fleet.example" % person, shown)


if __name__ == "__main__":
    unittest.main()
