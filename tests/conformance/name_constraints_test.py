"""Name constraints of ours, as Go's crypto/x509 and pyca/cryptography understand them.

x509/name_constraints_test asks OpenSSL the same. pyca cannot compare URIs and refuses every leaf with one
where its CA constrains URIs, as each CA of these with a permitted name does; and it verifies from release 45 on."""

import datetime
import pathlib
import shutil
import subprocess
import tempfile
import unittest

try:
    from cryptography import x509
except ImportError:
    x509 = None
try:
    from cryptography.x509 import verification
    verification.PolicyBuilder().build_client_verifier  # pylint: disable=expression-not-assigned
except (ImportError, AttributeError):
    verification = None

NOW = datetime.datetime(2026, 6, 1, 12, 0, 0)


def find(relative):
    """The file at this path of the workspace: the test runs in its runfiles or beside them."""
    for folder in [pathlib.Path.cwd(), *pathlib.Path(__file__).absolute().parents]:
        if (folder / relative).exists():
            return folder / relative
    raise FileNotFoundError(relative)


class NameConstraintsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        subprocess.run([find("tests/conformance/write_name_constraints"), cls.folder], check=True)
        cls.cases = (cls.folder / "cases.txt").read_text(encoding="utf-8").splitlines()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def load(self, name):
        return x509.load_pem_x509_certificate((self.folder / f"{name}.pem").read_bytes())

    def test_there_are_cases_of_both_kinds(self):
        self.assertGreater(sum(case.endswith(" allowed") for case in self.cases), 25)
        self.assertGreater(sum(case.endswith(" refused") for case in self.cases), 75)

    @unittest.skipIf(shutil.which("go") is None, "there is no go (golang-go)")
    def test_go_agrees(self):
        source = self.folder / "verify_chains.go"
        shutil.copyfile(find("tests/conformance/verify_chains.go"), source)
        environment = {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "GOCACHE": str(self.folder / "cache"),
            "GOENV": "off",
            "GOPATH": str(self.folder / "path"),
            "GOPROXY": "off",
        }
        self.assertEqual("", subprocess.run(["gofmt", "-l", source], env=environment, stdout=subprocess.PIPE,
                                            text=True, check=True).stdout)
        done = subprocess.run(
            ["go", "run", source, self.folder, NOW.isoformat() + "Z"], env=environment,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(self.cases, done.stdout.splitlines())

    @unittest.skipIf(x509 is None, "there is no cryptography (python3-cryptography)")
    def test_pyca_reads_the_extension(self):
        extension = self.load("permits-dns").extensions.get_extension_for_class(x509.NameConstraints)
        self.assertTrue(extension.critical)
        self.assertEqual(
            extension.value.permitted_subtrees,
            [x509.DNSName("edge.example"), x509.UniformResourceIdentifier("invalid"),
             x509.RFC822Name("invalid")])
        self.assertEqual(
            [name.value for name in extension.value.excluded_subtrees][0], "secret.edge.example")
        self.assertEqual(
            [str(name.value) for name in extension.value.excluded_subtrees][1:3], ["0.0.0.0/0", "::/0"])

    @unittest.skipIf(verification is None, "this cryptography verifies no chains")
    def test_pyca_agrees(self):
        verifier = (verification.PolicyBuilder()
                    .store(verification.Store([self.load("root")]))
                    .time(NOW).build_client_verifier())
        for case in self.cases:
            ca, leaf, wanted = case.split()
            if leaf.startswith("uri") or leaf == "mixed":
                wanted = "refused"
            try:
                verifier.verify(self.load(f"{ca}.{leaf}"), [self.load(ca)])
                found = "allowed"
            except verification.VerificationError:
                found = "refused"
            self.assertEqual(wanted, found, case)


if __name__ == "__main__":
    unittest.main()
