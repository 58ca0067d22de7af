"""docs/bootstrap.md, command by command, against a CA of its own; and what the server's log says of it."""

import os
import re
import subprocess
import unittest

from tests.integration import fleet

GUIDE = "docs/bootstrap.md"
GUIDE_SECONDS = 120


def commands_of(guide):
    """The shell blocks of a document, in their order, as one script."""
    with open(guide, encoding="utf-8") as file:
        blocks = re.findall(r"^```sh\n(.*?)^```$", file.read(), re.MULTILINE | re.DOTALL)
    return "set -euxo pipefail\n" + "".join(blocks)


class BootstrapGuideTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet(bootstrap=True))
        script = commands_of(GUIDE)
        assert script.count("fleetca ") > 8, "the guide has lost its commands"
        # As a person has it: on the PATH, under its own name.
        programs = cls.fleet.path("bin")
        os.mkdir(programs)
        os.symlink(fleet.FLEETCA, os.path.join(programs, "fleetca"))
        cls.done = subprocess.run(
            ["bash", "-c", script], cwd=cls.fleet.folder, capture_output=True, check=False,
            timeout=GUIDE_SECONDS,
            env={**os.environ, "PATH": programs + ":" + os.environ["PATH"],
                 "SERVER": cls.fleet.address, "BOOTSTRAP": cls.fleet.bootstrap_address})

    def test_every_command_works(self):
        self.assertEqual(self.done.returncode, 0, self.done.stderr.decode())

    def test_the_host_has_its_certificate(self):
        text = fleet.openssl("x509", "-in", self.fleet.path("host.crt"), "-noout", "-text").decode()
        self.assertIn("URI:spiffe://%s/host/web-1" % fleet.DOMAIN, text)
        self.assertIn(b": OK", fleet.openssl(
            "verify", "-x509_strict", "-CAfile", self.fleet.path("roots.pem"), "-untrusted",
            self.fleet.path("host.crt"), self.fleet.path("host.crt")))

    def test_the_log_tells_of_tokens_by_id_and_never_shows_one(self):
        log = self.fleet.log()
        for event in ("A join token was made", "A join token was used", "A join token was revoked"):
            self.assertIn(event, log)
        with open(self.fleet.path("tokens.txt"), encoding="ascii") as file:
            tokens = [line.split()[1] for line in file]
        self.assertEqual(len(tokens), 3)
        stored = b"".join(self.fleet.read(os.path.join(folder, name))
                          for folder, _, names in os.walk(self.fleet.path("ca/store"))
                          for name in names)
        self.assertIn(b"spiffe://fleet.example/host/web-3", stored, "the tokens' records are there")
        for token in tokens:
            self.assertNotIn(token, log)
            self.assertNotIn(token.encode(), stored)
            self.assertNotIn(token[len("fcj_"):].encode(), stored)

    def test_a_fingerprint_that_is_not_the_roots_gives_the_token_away_to_nobody(self):
        token = self.fleet.write("kept.token", fleet.fleetca(
            "token", "create", "--server", self.fleet.address, "--dir", self.fleet.ca, "--identity",
            "spiffe://fleet.example/host/web-9", "--profile", "host").out)
        os.chmod(token, 0o600)
        refused = fleet.fleetca(
            "cert", "issue", "--bootstrap", self.fleet.bootstrap_address, "--ca-sha256", "00" * 32,
            "--token-file", token, "--new-key", "p256", "--key-out", self.fleet.path("kept.key"))
        self.assertEqual(refused.code, 1)
        self.assertIn("between", refused.err)
        self.assertFalse(os.path.exists(self.fleet.path("kept.key")))
        root = fleet.fleetca("bundle", "fingerprint", os.path.join(self.fleet.ca, "root-ca.crt"))
        accepted = fleet.fleetca(
            "cert", "issue", "--bootstrap", self.fleet.bootstrap_address, "--ca-sha256",
            root.out.decode().strip(), "--token-file", token, "--new-key", "p256", "--key-out",
            self.fleet.path("kept.key"))
        self.assertEqual(accepted.code, 0, accepted.err)


if __name__ == "__main__":
    unittest.main()
