"""Certificates of ours, read and verified by pyca/cryptography (checklist 15)."""

import datetime
import pathlib
import subprocess
import sys
import tempfile
import unittest

try:
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID
except ImportError:
    print("SKIPPED: the Python module cryptography is not installed (python3-cryptography)")
    sys.exit(0)

KINDS = ("p256", "p384", "rsa2048", "ed25519")
NOW = datetime.datetime(2026, 6, 1, 12, 0, 0)


def find(relative):
    """The file at this path of the workspace: the test runs in its runfiles or beside them."""
    for folder in [pathlib.Path.cwd(), *pathlib.Path(__file__).absolute().parents]:
        if (folder / relative).exists():
            return folder / relative
    raise FileNotFoundError(relative)


def utc(time):
    """Without a zone, whatever the release of cryptography gives."""
    return time.replace(tzinfo=None)


class PycaTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        subprocess.run(
            [find("tests/conformance/write_certificates"), cls.folder.name], check=True
        )

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def load(self, kind, name):
        path = pathlib.Path(self.folder.name) / f"{kind}.{name}.der"
        return x509.load_der_x509_certificate(path.read_bytes())

    def test_leaf_says_what_was_asked(self):
        for kind in KINDS:
            leaf = self.load(kind, "leaf")
            issuing = self.load(kind, "issuing")
            self.assertEqual(leaf.version, x509.Version.v3)
            self.assertGreater(leaf.serial_number, 0)
            self.assertLessEqual(leaf.serial_number.bit_length(), 159)
            self.assertEqual(leaf.issuer, issuing.subject)
            before = getattr(leaf, "not_valid_before_utc", None) or leaf.not_valid_before
            after = getattr(leaf, "not_valid_after_utc", None) or leaf.not_valid_after
            end = getattr(issuing, "not_valid_after_utc", None) or issuing.not_valid_after
            self.assertEqual(utc(before), NOW - datetime.timedelta(minutes=5))
            self.assertEqual(utc(after), NOW + datetime.timedelta(days=1))
            self.assertLessEqual(after, end)
            self.assertEqual(len(leaf.extensions), 8)

            usage = leaf.extensions.get_extension_for_oid(ExtensionOID.KEY_USAGE)
            self.assertTrue(usage.critical)
            self.assertTrue(usage.value.digital_signature)
            self.assertFalse(usage.value.key_cert_sign or usage.value.crl_sign)
            basic = leaf.extensions.get_extension_for_oid(ExtensionOID.BASIC_CONSTRAINTS)
            self.assertTrue(basic.critical)
            self.assertFalse(basic.value.ca)
            purposes = leaf.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE)
            self.assertEqual(
                list(purposes.value),
                [ExtendedKeyUsageOID.SERVER_AUTH, ExtendedKeyUsageOID.CLIENT_AUTH],
            )
            names = leaf.extensions.get_extension_for_oid(ExtensionOID.SUBJECT_ALTERNATIVE_NAME)
            self.assertTrue(names.critical)  # as the subject is empty
            self.assertEqual(
                names.value.get_values_for_type(x509.UniformResourceIdentifier),
                ["spiffe://fleet.example/svc/web"],
            )
            self.assertEqual(names.value.get_values_for_type(x509.DNSName), ["web.fleet.example"])

    def test_key_identifiers_chain(self):
        for kind in KINDS:
            chain = [self.load(kind, name) for name in ("leaf", "issuing", "root", "root")]
            for certificate, issuer in zip(chain, chain[1:]):
                authority = certificate.extensions.get_extension_for_class(
                    x509.AuthorityKeyIdentifier
                )
                subject = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)
                self.assertFalse(authority.critical)
                self.assertEqual(authority.value.key_identifier, subject.value.digest)

    def test_signatures_verify(self):
        for kind in KINDS:
            chain = [self.load(kind, name) for name in ("leaf", "issuing", "root", "root")]
            for certificate, issuer in zip(chain, chain[1:]):
                if hasattr(certificate, "verify_directly_issued_by"):
                    certificate.verify_directly_issued_by(issuer)
            self.assertEqual(
                chain[1].extensions.get_extension_for_class(x509.BasicConstraints).value,
                x509.BasicConstraints(ca=True, path_length=0),
            )


if __name__ == "__main__":
    unittest.main()
