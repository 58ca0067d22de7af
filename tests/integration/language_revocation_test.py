"""Java's PKIX and a Go program, which check a running CA's certificates by its CRLs and OCSP answers. The programs are
those of docs/revocation.md. Checklist 58."""

import os
import shutil
import subprocess
import unittest

from tests.integration import fleet, processes, publishing

JAVA_PROGRAM = os.path.abspath("examples/revocation/CheckRevocation.java")
GO_PROGRAM = os.path.abspath("examples/revocation/check_revocation.go")
SECONDS = 120
SHARDS = 8


class Java:
    """A JVM that answers questions, as each start costs seconds."""

    def __init__(self, root, log):
        with open(log, "wb") as err:
            self.process = subprocess.Popen(
                ["java", "-Dcom.sun.security.enableCRLDP=true", JAVA_PROGRAM, root], stdin=subprocess.PIPE,
                stdout=subprocess.PIPE, stderr=err, text=True)

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.process.stdin.close()
        self.process.wait(SECONDS)
        self.process.stdout.close()

    def ask(self, by, certificate, hours=0):
        self.process.stdin.write("%s %d %s\n" % (by, hours, certificate))
        self.process.stdin.flush()
        return self.process.stdout.readline().strip()


class LanguageCase(unittest.TestCase):
    def setUp(self):
        self.ca = self.enterContext(publishing.PublishingFleet(shards=SHARDS))

    def in_shards(self, count):
        """Certificates of as many shards: a reader keeps a CRL that it has fetched."""
        found = {}
        for number in range(20 * SHARDS):
            certificate = self.ca.pair("shard-%d" % number)[1]
            found.setdefault(self.ca.crl_url(certificate), certificate)
            if len(found) == count:
                break
        return list(found.values())


# javac, as a source is run: a Java without compiler cannot.
@unittest.skipIf(shutil.which("javac") is None, "there is no Java with a compiler (default-jdk-headless)")
class JavaRevocationTest(LanguageCase):

    def test_checklist58_java_by_crl_and_by_ocsp(self):
        good, bad, late, missing = self.in_shards(4)
        self.ca.revoke(bad)
        self.ca.wait_until_listed(bad)
        ahead = publishing.CRLS_HAVE_ENDED // 3600
        with Java(self.ca.root, self.ca.path("java.log")) as java:
            self.assertEqual(java.ask("crl", good), "accepted")
            self.assertRegex(java.ask("crl", bad), "^refused: REVOKED: .*SUPERSEDED")
            self.assertRegex(java.ask("crl", late, hours=ahead), "^refused: UNDETERMINED_REVOCATION_STATUS: ")
            self.assertEqual(java.ask("ocsp", good), "accepted")
            self.assertRegex(java.ask("ocsp", bad), "^refused: REVOKED: .*SUPERSEDED")
            self.ca.kill()
            # Hard: SOFT_FAIL is off.
            self.assertRegex(java.ask("crl", missing), "^refused: UNDETERMINED_REVOCATION_STATUS: ")
            self.assertRegex(java.ask("ocsp", missing), "^refused: UNDETERMINED_REVOCATION_STATUS: ")

    def test_checklist58_java_by_the_roots_crl_that_the_issuing_cas_certificate_names(self):
        certificate = self.ca.pair("java-chain")[1]
        self.ca.get_when_made(self.ca.crl_url(certificate), self.ca.path("made.crl"))
        self.assertEqual(self.ca.crl_url(self.ca.issuer), "http://127.0.0.1:%d/crl/root.crl" % self.ca.http_port)
        with Java(self.ca.root, self.ca.path("java-chain.log")) as java:
            self.assertEqual(java.ask("crl", certificate), "accepted")
        made = fleet.fleetca("ca", "root-crl", "--dir", self.ca.ca, "--revoke", self.ca.issuer, "--reason", "superseded")
        self.assertEqual(made.code, 0, made.err)
        served, issuing = self.ca.path("root.crl"), publishing.serial_of(self.ca.issuer)
        self.assertTrue(processes.wait_until(
            lambda: self.ca.get(self.ca.crl_url(self.ca.issuer), served) and
            issuing in publishing.openssl_text("crl", served, "-inform", "DER"), publishing.WAIT_SECONDS))
        # A JVM of its own, as each keeps the CRLs that it has fetched.
        with Java(self.ca.root, self.ca.path("java-chain-later.log")) as java:
            self.assertRegex(java.ask("crl", certificate), "^refused: REVOKED: .*SUPERSEDED.*fleetca root")


@unittest.skipIf(shutil.which("go") is None, "there is no go (golang-go)")
class GoRevocationTest(LanguageCase):

    def setUp(self):
        super().setUp()
        self.program = self.ca.path("check_revocation")
        self.environment = {"PATH": "/usr/bin:/bin:/usr/local/bin", "GOCACHE": self.ca.path("cache"), "GOENV": "off",
                            "GOPATH": self.ca.path("path"), "GOPROXY": "off", "GO111MODULE": "off"}
        built = fleet.run("go", "build", "-o", self.program, GO_PROGRAM, env=self.environment, timeout=SECONDS)
        self.assertEqual(built.code, 0, built.err)

    def test_the_program_is_formatted(self):
        self.assertEqual(fleet.run("gofmt", "-l", GO_PROGRAM, env=self.environment).out, b"")

    def ask(self, certificate, *options):
        """The word, and the CRL's number; or what is the matter, and None."""
        done = fleet.run(self.program, *options, self.ca.issuer, certificate)
        if done.code != 0:
            return done.err.strip(), None
        word, number = done.out.decode().split()
        return word, int(number)

    def test_checklist58_go_by_the_crl_that_the_certificate_names(self):
        first, second = self.in_shards(2)
        # What it says also means: signed by the issuing CA, and made for the very URL (the program compares).
        word, number = self.ask_when_made(first)
        self.assertEqual(word, "good")
        self.ca.revoke(first)
        self.ca.wait_until_listed(first)
        word, later = self.ask(first)
        self.assertEqual(word, "revoked")
        self.assertGreater(later, number)
        self.assertEqual(self.ask(second)[0], "good")
        late, _ = self.ask(second, "-ahead", "%ds" % publishing.CRLS_HAVE_ENDED)
        self.assertIn("unknown: the CRL is good from ", late)
        self.ca.kill()
        self.assertIn("unknown: Get ", self.ask(second)[0])

    def ask_when_made(self, certificate):
        self.ca.get_when_made(self.ca.crl_url(certificate), self.ca.path("made.crl"))
        return self.ask(certificate)


if __name__ == "__main__":
    unittest.main()
