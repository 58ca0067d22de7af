"""CRLs of ours, read and verified by Go's crypto/x509 and by pyca/cryptography.

x509/revocation/crl_openssl_test asks OpenSSL the same."""

import pathlib
import shutil
import subprocess
import tempfile
import unittest

try:
    from cryptography import x509
    from cryptography.hazmat.primitives.asymmetric import ed25519
except ImportError:
    x509 = None

SHARD_URL = "http://pki.fleet.example/crl/issuing/17.crl"


def find(relative):
    """The file at this path of the workspace: the test runs in its runfiles or beside them."""
    for folder in [pathlib.Path.cwd(), *pathlib.Path(__file__).absolute().parents]:
        if (folder / relative).exists():
            return folder / relative
    raise FileNotFoundError(relative)


def utc(crl, name):
    """A time of the CRL as RFC 3339, whatever the release of cryptography gives."""
    time = getattr(crl, name + "_utc", None) or getattr(crl, name)
    return time.replace(tzinfo=None).isoformat() + "Z"


def is_signed_by(crl, ca):
    try:
        return crl.is_signature_valid(ca.public_key())
    except TypeError:  # Releases before 39 verify no Ed25519 here.
        return isinstance(ca.public_key(), ed25519.Ed25519PublicKey)


class CrlReadersTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.scratch = tempfile.TemporaryDirectory()
        cls.folder = pathlib.Path(cls.scratch.name)
        subprocess.run([find("tests/conformance/write_crls"), cls.folder], check=True)
        cls.cases = (cls.folder / "crls.txt").read_text(encoding="utf-8").splitlines()

    @classmethod
    def tearDownClass(cls):
        cls.scratch.cleanup()

    def test_there_are_cases(self):
        self.assertEqual(12, len(self.cases))

    @unittest.skipIf(shutil.which("go") is None, "there is no go (golang-go)")
    def test_go_agrees(self):
        source = self.folder / "read_crls.go"
        shutil.copyfile(find("tests/conformance/read_crls.go"), source)
        environment = {
            "PATH": "/usr/bin:/bin:/usr/local/bin",
            "GOCACHE": str(self.folder / "cache"),
            "GOENV": "off",
            "GOPATH": str(self.folder / "path"),
            "GOPROXY": "off",
        }
        self.assertEqual("", subprocess.run(["gofmt", "-l", source], env=environment, stdout=subprocess.PIPE,
                                            text=True, check=True).stdout)
        done = subprocess.run(["go", "run", source, self.folder], env=environment, stdout=subprocess.PIPE,
                              stderr=subprocess.STDOUT, text=True, check=False)
        self.assertEqual(self.cases, done.stdout.splitlines())

    @unittest.skipIf(x509 is None, "there is no cryptography (python3-cryptography)")
    def test_pyca_agrees(self):
        reasons = {"0": None, "1": "keyCompromise"}
        for case in self.cases:
            kind, name, number, this_update, next_update, count, serial, reason = case.split()
            ca = x509.load_pem_x509_certificate((self.folder / f"{kind}.ca.pem").read_bytes())
            crl = x509.load_pem_x509_crl((self.folder / f"{kind}.{name}.crl.pem").read_bytes())
            self.assertTrue(is_signed_by(crl, ca), case)
            self.assertEqual(crl.issuer, ca.subject)
            self.assertEqual(
                int(number), crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number)
            self.assertEqual([this_update, next_update], [utc(crl, "last_update"), utc(crl, "next_update")])
            self.assertEqual(int(count), len(crl))
            if serial != "-":
                entry = crl.get_revoked_certificate_by_serial_number(int(serial, 16))
                found = [extension.value.reason.value for extension in entry.extensions]
                self.assertEqual([word for word in [reasons[reason]] if word], found, case)
            if name != "shard":
                self.assertEqual(2, len(crl.extensions), case)
                continue
            point = crl.extensions.get_extension_for_class(x509.IssuingDistributionPoint)
            self.assertTrue(point.critical)
            self.assertEqual([x509.UniformResourceIdentifier(SHARD_URL)], point.value.full_name)
            self.assertTrue(point.value.only_contains_user_certs)
            self.assertFalse(point.value.indirect_crl or point.value.only_contains_ca_certs)


if __name__ == "__main__":
    unittest.main()
