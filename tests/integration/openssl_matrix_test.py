"""Every kind of issuing key signs for every kind of subscriber key that the openssl program makes.

openssl made the request and openssl judges the certificate: nothing of ours is on both sides.
"""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from tests.integration import fleet

ISSUER_KEYS = ("p256", "p384", "rsa2048", "rsa3072", "rsa4096", "ed25519")
SUBSCRIBER_KEYS = ISSUER_KEYS
PSS = ("-sigopt", "rsa_padding_mode:pss", "-sigopt", "rsa_pss_saltlen:digest")
# How a request may be signed besides openssl's default.
VARIANTS = {
    "p256 sha384": ("p256", ("-sha384",)),
    "p256 sha512": ("p256", ("-sha512",)),
    "p384 sha256": ("p384", ("-sha256",)),
    "p384 sha512": ("p384", ("-sha512",)),
    "rsa sha384": ("rsa2048", ("-sha384",)),
    "rsa sha512": ("rsa2048", ("-sha512",)),
    "rsa-pss sha256": ("rsa2048", ("-sha256", *PSS)),
    "rsa-pss sha384": ("rsa2048", ("-sha384", *PSS)),
    "rsa-pss sha512": ("rsa3072", ("-sha512", *PSS)),
}


class MatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder)
        # RSA keys cost seconds: made once for all issuers.
        cls.keys = {key: fleet.make_key(os.path.join(cls.folder, key + ".key"), key)
                    for key in SUBSCRIBER_KEYS}
        cls.csrs = {key: fleet.make_csr(file) for key, file in cls.keys.items()}

    def issue(self, ca, csr):
        """A chain, issued and in a file, that openssl accepts for both ends of TLS."""
        issued = ca.issue(csr, "--chain")
        self.assertEqual(issued.code, 0, issued.err)
        chain = ca.write("chain.pem", issued.out)
        for purpose in ("sslserver", "sslclient"):
            said = fleet.openssl("verify", "-x509_strict", "-purpose", purpose, "-verify_hostname",
                                 fleet.DNS_NAME, "-CAfile", os.path.join(ca.ca, "trust-bundle.pem"),
                                 "-untrusted", chain, chain)
            self.assertIn(b": OK", said)
        # `openssl verify` does not look at self-consistency of the profile: a CA it must not be.
        refused = fleet.run("openssl", "verify", "-purpose", "crlsign", "-CAfile",
                            os.path.join(ca.ca, "trust-bundle.pem"), "-untrusted", chain, chain)
        self.assertNotEqual(refused.code, 0)
        return chain

    def assert_is_for(self, chain, key):
        self.assertEqual(fleet.openssl("x509", "-in", chain, "-noout", "-pubkey"),
                         fleet.openssl("pkey", "-in", self.keys[key], "-pubout"))

    def test_every_issuer_signs_for_every_key(self):
        for issuer in ISSUER_KEYS:
            with fleet.Fleet(issuer) as ca:
                for key in SUBSCRIBER_KEYS:
                    with self.subTest(issuer=issuer, key=key):
                        self.assert_is_for(self.issue(ca, self.csrs[key]), key)
                self.assertEqual(ca.stop(), 0)

    def test_requests_signed_in_other_ways(self):
        with fleet.Fleet() as ca:
            for name, (key, options) in VARIANTS.items():
                with self.subTest(name):
                    csr = fleet.make_csr(self.keys[key], more=options)
                    self.assert_is_for(self.issue(ca, csr), key)
            for name, key, option in (("SHA-1", "rsa2048", "-sha1"), ("SHA-1", "p256", "-sha1"),
                                      ("MD5", "rsa2048", "-md5"), ("SHA-224", "p256", "-sha224")):
                with self.subTest(name, key=key):
                    refused = ca.issue(fleet.make_csr(self.keys[key], more=(option,)))
                    self.assertEqual((refused.code, refused.out), (1, b""))
                    self.assertIn("signature", refused.err)

    def test_a_tls_handshake_of_two_strangers(self):
        """s_server and s_client know the root alone, and each verifies the other's name."""
        for key in ("p256", "rsa2048", "ed25519"):
            with self.subTest(key=key), fleet.Fleet("p384") as ca:
                chain = self.issue(ca, self.csrs[key])
                roots = os.path.join(ca.ca, "trust-bundle.pem")
                mine = ["-cert", chain, "-cert_chain", chain, "-key", self.keys[key],
                        "-CAfile", roots, "-verify_return_error", "-x509_strict"]
                with tls_server(mine) as port:
                    client = fleet.run(
                        "openssl", "s_client", "-connect", "127.0.0.1:%d" % port, *mine,
                        "-servername", fleet.DNS_NAME, "-verify_hostname", fleet.DNS_NAME, "-brief",
                        stdin=b"Q\n")
                    self.assertIn("Verification: OK", client.err)
                    self.assertIn("Verified peername: " + fleet.DNS_NAME, client.err)
                    wrong = fleet.run("openssl", "s_client", "-connect", "127.0.0.1:%d" % port,
                                      *mine, "-verify_hostname", "other.fleet.example", "-brief",
                                      stdin=b"Q\n")
                    self.assertNotEqual(wrong.code, 0)
                    self.assertIn("verify error", wrong.err)


@contextlib.contextmanager
def tls_server(identity):
    """`openssl s_server` that insists on a client certificate; gives its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(["openssl", "s_server", "-accept", "127.0.0.1:%d" % port, "-Verify",
                               "3", "-quiet", *identity], stdin=subprocess.DEVNULL,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 30
        while True:
            try:
                socket.create_connection(("127.0.0.1", port)).close()
                break
            except ConnectionRefusedError:
                if server.poll() is not None or time.monotonic() > deadline:
                    raise
                time.sleep(0.02)
        yield port
    finally:
        server.kill()
        server.wait()


if __name__ == "__main__":
    unittest.main()
