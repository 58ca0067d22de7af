"""deploy/install-client: a program is built by g++ and pkg-config against what it installs, and runs."""

import os
import shlex
import subprocess
import tempfile
import unittest

INSTALL = "deploy/install-client"
TREE = os.environ.get("CLIENT_TREE", "client/sdk/cpp/tree.tar")
PROGRAM = "tests/integration/installed_client_main.cc"


class InstalledClientTest(unittest.TestCase):

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")))
        self.prefix = os.path.join(self.folder, "local")

    def run_well(self, *command, **more):
        done = subprocess.run(command, capture_output=True, text=True, check=False, **more)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)
        return done.stdout

    def test_a_program_is_built_and_runs(self):
        said = self.run_well(INSTALL, self.prefix, TREE)
        self.assertEqual(said, os.path.join(self.prefix, "lib/pkgconfig/fleetca-client.pc") + "\n")
        self.assertEqual(sorted(os.listdir(self.prefix)), ["include", "lib"])
        environment = {**os.environ, "PKG_CONFIG_PATH": os.path.join(self.prefix, "lib/pkgconfig")}
        flags = shlex.split(self.run_well("pkg-config", "--cflags", "--libs", "fleetca-client", env=environment))
        # Copied, so that no header of the workspace is found beside it.
        source, program = os.path.join(self.folder, "main.cc"), os.path.join(self.folder, "main")
        with open(PROGRAM, encoding="utf-8") as original, open(source, "w", encoding="utf-8") as copy:
            copy.write(original.read())
        self.run_well("g++", "-std=c++20", source, *flags, "-o", program, cwd=self.folder)
        self.assertIn("1 ", self.run_well(program, self.folder, cwd=self.folder))

    def test_a_mistake_is_a_sentence(self):
        for arguments in ([], [self.prefix, os.path.join(self.folder, "nothing.tar")]):
            done = subprocess.run([INSTALL, *arguments], capture_output=True, text=True, check=False)
            self.assertEqual(done.returncode, 1)
            self.assertRegex(done.stderr, "^install-client: .*(name the folder|is not there)")


if __name__ == "__main__":
    unittest.main()
