"""Join tokens end to end: what the server's log and store say of them, and to whom they are shown."""

import os
import unittest

from tests.integration import fleet

HOSTS = ["spiffe://%s/host/web-%d" % (fleet.DOMAIN, number) for number in (1, 2, 3)]


class JoinTokenTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet(bootstrap=True))
        cls.root = fleet.fleetca("bundle", "fingerprint", os.path.join(cls.fleet.ca, "root-ca.crt")).out.decode().strip()

    def tokens(self, *arguments):
        made = self.fleet.at_server("token", "create", "--profile", "host", *arguments)
        self.assertEqual(made.code, 0, made.err)
        return made.out.decode().split()

    def bootstrap(self, token, name, root=None):
        file = self.fleet.write(name + ".token", token.encode())
        os.chmod(file, 0o600)
        return fleet.fleetca(
            "cert", "issue", "--bootstrap", self.fleet.bootstrap_address, "--ca-sha256", root or self.root,
            "--token-file", file, "--new-key", "p256", "--key-out", self.fleet.path(name + ".key"), "--chain",
            "--out", self.fleet.path(name + ".crt"), "--bundle-out", self.fleet.path(name + ".roots"))

    def test_the_host_has_a_certificate_of_its_identity(self):
        issued = self.bootstrap(*self.tokens("--identity", HOSTS[0]), "host")
        self.assertEqual(issued.code, 0, issued.err)
        certificate = self.fleet.path("host.crt")
        self.assertIn(b"URI:" + HOSTS[0].encode(), fleet.openssl("x509", "-in", certificate, "-noout", "-text"))
        self.assertIn(b": OK", fleet.openssl("verify", "-x509_strict", "-CAfile", self.fleet.path("host.roots"),
                                             "-untrusted", certificate, certificate))

    def test_the_log_tells_of_tokens_by_id_and_never_shows_one(self):
        identities = self.fleet.write("hosts.txt", "\n".join(HOSTS).encode())
        tokens = self.tokens("--identities-file", identities)[1::2]
        self.assertEqual(len(tokens), len(HOSTS))
        self.assertEqual(self.bootstrap(tokens[0], "used").code, 0)
        listed = self.fleet.at_server("token", "list", "--identity", HOSTS[2])
        self.assertEqual(listed.code, 0, listed.err)
        for line in listed.out.decode().splitlines():
            if line[:16].strip("0123456789abcdef") == "":
                self.assertEqual(self.fleet.at_server("token", "revoke", line[:16]).code, 0)
        log = self.fleet.log()
        for event in ("A join token was made", "A join token was used", "A join token was revoked"):
            self.assertIn(event, log)
        stored = b"".join(self.fleet.read(os.path.join(folder, name))
                          for folder, _, names in os.walk(self.fleet.path("ca/store")) for name in names)
        self.assertIn(HOSTS[2].encode(), stored, "the tokens' records are there")
        for token in tokens:
            self.assertNotIn(token, log)
            self.assertNotIn(token.encode(), stored)
            self.assertNotIn(token[len("fcj_"):].encode(), stored)

    def test_a_fingerprint_that_is_not_the_roots_gives_the_token_away_to_nobody(self):
        token, = self.tokens("--identity", HOSTS[1])
        refused = self.bootstrap(token, "kept", root="00" * 32)
        self.assertEqual(refused.code, 1)
        self.assertIn("between", refused.err)
        self.assertFalse(os.path.exists(self.fleet.path("kept.key")))
        accepted = self.bootstrap(token, "kept")
        self.assertEqual(accepted.code, 0, accepted.err)


if __name__ == "__main__":
    unittest.main()
