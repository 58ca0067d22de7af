"""Where the system has no thread left to give, every command ends with a sentence."""

import os
import resource
import shutil
import signal
import subprocess
import tempfile
import time
import unittest

from tests.integration import fleet

NOBODY = 65534
SECONDS = 60
# From none to what a server runs with; in between each of its libraries is the one that fails.
LIMITS = (1, 2, 3, 4, 6, 8, 12, 16, 20, 24, 28, 32, 36, 48, 80)


@unittest.skipUnless(os.geteuid() == 0, "only root can become a user who has no other processes")
class ThreadLimitTest(unittest.TestCase):
    def setUp(self):
        # The runfiles may be below a folder that is root's alone.
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.binary = shutil.copy(fleet.FLEETCA, self.folder)
        self.ca = os.path.join(self.folder, "ca")
        made = fleet.fleetca("ca", "init", "--dir", self.ca, "--trust-domain", fleet.DOMAIN,
                             "--listen", "127.0.0.1:0")
        self.assertEqual(made.code, 0, made.err)
        for path, _, names in os.walk(self.folder):
            os.chown(path, NOBODY, NOBODY)
            for name in names:
                os.chown(os.path.join(path, name), NOBODY, NOBODY)

    def start(self, limit, *arguments):
        def become_nobody():
            os.setgid(NOBODY)
            os.setuid(NOBODY)
            resource.setrlimit(resource.RLIMIT_NPROC, (limit, limit))

        return subprocess.Popen([self.binary, *arguments], stdin=subprocess.DEVNULL,
                                stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
                                preexec_fn=become_nobody)

    def assert_ended_with_a_sentence(self, code, said):
        self.assertEqual(code, 1, said)
        self.assertNotIn("terminate called", said)
        self.assertRegex(said.strip().splitlines()[-1], "^fleetca: .*(thread|Resource temporarily)")

    def serve(self, limit):
        """Whether the server came to serve; it ended as it should if not."""
        ready = os.path.join(self.folder, "ready")
        if os.path.exists(ready):
            os.remove(ready)
        process = self.start(limit, "serve", "--config", self.ca + "/fleetca.textproto",
                             "--ready-file", ready)
        deadline = time.monotonic() + SECONDS
        while not os.path.exists(ready) and process.poll() is None:
            if time.monotonic() > deadline:
                process.kill()
                self.fail("it neither served nor ended: " + process.communicate()[0])
            time.sleep(0.02)
        if process.poll() is None:
            process.send_signal(signal.SIGTERM)
            self.assertEqual(process.wait(SECONDS), 0, process.communicate()[0])
            return True
        self.assert_ended_with_a_sentence(process.returncode, process.communicate()[0])
        return False

    def test_the_server(self):
        served = []
        for limit in LIMITS:
            with self.subTest(limit):
                served.append(self.serve(limit))
        self.assertFalse(served[0])
        self.assertTrue(served[-1])

    def test_a_client(self):
        for limit in (1, 2, 4):
            with self.subTest(limit):
                process = self.start(limit, "bundle", "get", "--server", "127.0.0.1:1", "--dir",
                                     self.ca, "--timeout", "2s")
                said = process.communicate(timeout=SECONDS)[0]
                self.assert_ended_with_a_sentence(process.returncode, said)


if __name__ == "__main__":
    unittest.main()
