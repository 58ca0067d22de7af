"""Files that the server watches, replaced while it serves: torn, half, wrong, gone. Checklist 48."""

import os
import shutil
import time
import unittest

from tests.integration import fleet

# The server looks every second, judges what it saw twice, and gRPC follows within a second.
LONG_ENOUGH = 6
PATIENCE = 60
WRONG = "Files cannot be used; what was there before stays in force"


class FileRotationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.other = cls.enterClassContext(fleet.Fleet(start=False))

    def setUp(self):
        self.ca = self.enterContext(fleet.Fleet())
        self.csr = fleet.make_csr(fleet.make_key(self.ca.path("client.key"), "p256"),
                                  names="URI:" + fleet.SPIFFE_ID)
        self.good = {name: self.ca.read("ca/" + name)
                     for name in ("server.crt", "server.key", "trust-bundle.pem")}

        # What the client has of its own, as the tests spoil the server's.
        self.client = shutil.copytree(self.ca.ca, self.ca.path("client"))

    def ask(self, *command, stdin=b""):
        return fleet.fleetca(*command, "--server", self.ca.address, "--dir", self.client,
                             "--timeout", "5s", stdin=stdin)

    def serves(self):
        """Whether a new connection is served."""
        return self.ask("cert", "issue", "--profile", "service", "--csr", "-",
                        stdin=self.csr).code == 0

    def assert_serves_with(self, name, contents):
        """Each way of a bad file: the last good ones go on, and the log says it once."""
        before = self.ca.log().count(WRONG)
        if contents is None:
            os.remove(self.ca.path("ca", name))
        else:
            self.ca.write("ca/" + name, contents)
        time.sleep(LONG_ENOUGH)
        self.assertTrue(self.serves(), self.ca.log())
        said = [line for line in self.ca.log().splitlines() if WRONG in line][before:]
        self.assertTrue(said, "nothing in the log about %s" % name)
        self.assertIn(os.path.join(self.ca.ca, name), said[-1])
        self.assertNotIn("PRIVATE", said[-1])
        time.sleep(2)
        self.assertEqual(len(said), self.ca.log().count(WRONG) - before)
        self.put_back(name)

    def put_back(self, name):
        before = self.ca.log().count("Files say again what is in force")
        self.ca.write("ca/" + name, self.good[name])
        deadline = time.monotonic() + PATIENCE
        while self.ca.log().count("Files say again what is in force") == before:
            self.assertLess(time.monotonic(), deadline, self.ca.log())
            time.sleep(0.2)
        self.assertTrue(self.serves())

    def test_checklist48_a_certificate_without_its_key(self):
        self.assert_serves_with("server.crt", self.other.read("ca/server.crt"))
        self.assert_serves_with("server.key", self.other.read("ca/server.key"))

    def test_checklist48_torn_and_missing(self):
        self.assert_serves_with("server.crt", self.good["server.crt"][:300])
        self.assert_serves_with("server.crt", None)
        self.assert_serves_with("trust-bundle.pem", b"not a certificate\n")
        self.assert_serves_with("trust-bundle.pem", b"")

    def test_checklist48_a_bundle_without_the_root_of_the_issuing_ca(self):
        """The bundle's file is client_ca_file too: both keep what they had."""
        self.ca.write("ca/trust-bundle.pem", self.other.read("ca/trust-bundle.pem"))
        time.sleep(LONG_ENOUGH)
        self.assertIn("no root of it signed", self.ca.log())

    def test_a_new_root_is_handed_out_without_a_restart(self):
        both = self.good["trust-bundle.pem"] + self.other.read("ca/trust-bundle.pem")
        self.ca.write("ca/trust-bundle.pem", both)
        deadline = time.monotonic() + PATIENCE
        while True:
            got = self.ask("bundle", "get")
            if got.code == 0 and got.out.count(b"BEGIN CERTIFICATE") == 2:
                break
            self.assertLess(time.monotonic(), deadline, got.err + self.ca.log())
            time.sleep(0.2)

    def test_an_expired_certificate_is_refused_at_the_start_with_a_sentence(self):
        self.ca.stop()
        key = fleet.make_key(self.ca.path("ca", "server.key"), "p256")
        csr = fleet.make_csr(key)
        self.ca.sign_with_openssl(self.ca.path("ca", "server.crt"), csr,
                                  "extendedKeyUsage=serverAuth", 0, "DNS:localhost")
        time.sleep(1.1)
        result = fleet.fleetca("serve", "--config", self.ca.path("ca", "fleetca.textproto"))
        self.assertEqual(result.code, 1)
        self.assertRegex(result.err, r"server\.crt: certificate 1 expired at \d{4}-")


if __name__ == "__main__":
    unittest.main()
