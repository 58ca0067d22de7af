"""The Go reader: formatted, vetted, and answers what the golden vectors say. Without network."""

import os
import pathlib
import re
import shutil
import subprocess
import sys
import unittest

if shutil.which("go") is None:
    print("SKIPPED: there is no go (golang-go)")
    sys.exit(0)

SOURCES = ("fleet_authz.go", "fleet_authz_test.go", "go.mod")


class GoTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        scratch = pathlib.Path(os.environ["TEST_TMPDIR"])
        cls.module = scratch / "readers"
        cls.module.mkdir()
        # Go follows no links out of a module, and Bazel's runfiles are links.
        for source in SOURCES:
            shutil.copyfile(pathlib.Path("client/authz/readers") / source, cls.module / source)
        cls.environment = dict(
            os.environ,
            FLEET_AUTHZ_VECTORS=str(pathlib.Path("x509/testdata/fleet_authz_vectors.json").absolute()),
            GOCACHE=str(scratch / "cache"),
            GOENV="off",
            GOFLAGS="-mod=mod",
            GOPATH=str(scratch / "path"),
            GOPROXY="off",
        )

    def run_go(self, *command):
        done = subprocess.run(command, cwd=self.module, env=self.environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(0, done.returncode, done.stdout)
        return done.stdout

    def test_is_formatted(self):
        self.assertEqual("", self.run_go("gofmt", "-l", "."))

    def test_is_vetted(self):
        self.run_go("go", "vet", "./...")

    def test_answers_what_the_vectors_say(self):
        said = self.run_go("go", "test", "-v", "-count=1", "./...")
        tests = ["TestExtensions", "TestWithoutRootsEveryoneIsNobody", "TestCertificates"]
        self.assertEqual(tests, re.findall("--- PASS: (\\w+)", said), said)

    def test_is_a_file_to_copy(self):
        code = [line for line in (self.module / "fleet_authz.go").read_text().splitlines()
                if line.strip() and not line.strip().startswith("//")]
        self.assertLess(len(code), 180)


if __name__ == "__main__":
    unittest.main()
