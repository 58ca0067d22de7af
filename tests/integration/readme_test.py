"""README.md's commands as a newcomer pastes them: in their order, into one shell, in an empty folder. Nobody waits
between starting the server and asking it."""

import os
import re
import socket
import subprocess
import tempfile
import unittest

from tests.integration import fleet

README = "README.md"
SECONDS = 120
# What builds and measures the product itself is not run again here.
ELSEWHERE = ("deploy/demo", "bench/run")


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


def commands():
    """The shell blocks, but for the line that builds the binary; at a free port, as others test here too."""
    with open(README, encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    blocks = [block for block in blocks if not any(word in block for word in ELSEWHERE)]
    script = "".join(line for line in "".join(blocks).splitlines(True)
                     if not line.startswith("bazel build "))
    return script.replace("fleetca ca init ", "fleetca ca init --listen %s " % free_address())


class ReadmeTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = cls.enterClassContext(
            tempfile.TemporaryDirectory(prefix="readme-", dir=os.environ.get("TEST_TMPDIR")))
        programs = os.path.join(cls.folder, "bin")
        os.mkdir(programs)
        os.symlink(fleet.FLEETCA, os.path.join(programs, "fleetca"))
        cls.script = commands()
        script = ("set -euxo pipefail\ntrap 'kill -KILL $server 2>/dev/null || true' EXIT\n" + cls.script +
                  "kill -TERM $server\nwait $server\n")
        cls.done = subprocess.run(
            ["bash", "-c", script], cwd=cls.folder, capture_output=True, check=False, timeout=SECONDS,
            env={**os.environ, "PATH": programs + ":" + os.environ["PATH"]})
        cls.words = cls.done.stderr.decode(errors="replace")

    def test_every_command_is_there_and_works(self):
        for command in ("ca init", "serve", "cert issue", "cert inspect", "policy check",
                        "policy explain", "policy apply"):
            self.assertIn("fleetca " + command, self.script)
        self.assertEqual(self.done.returncode, 0, self.words)

    def test_the_certificates_are_those_of_the_service(self):
        for name in ("web.crt", "csr.crt"):
            text = fleet.openssl("x509", "-in", os.path.join(self.folder, name), "-noout", "-text")
            self.assertIn(b"URI:spiffe://fleet.example/svc/web", text)

    def test_the_policy_came_in_force(self):
        self.assertIn("The policy was replaced", self.words)
        self.assertNotIn("The policy was not replaced", self.words)


if __name__ == "__main__":
    unittest.main()
