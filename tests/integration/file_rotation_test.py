"""Files that the server watches, replaced while it serves: torn, half, wrong, gone. Checklist 48."""

import os
import shutil
import signal
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
        self.assertIn("it has no root of the trust bundle", self.ca.log())
        self.assertTrue(self.serves())

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

    def rotate(self, name):
        """Another certificate for the server, with one DNS name more."""
        pair = {part: self.ca.path("new." + part) for part in ("crt", "key")}
        self.ca.sign_with_openssl(
            pair["crt"], fleet.make_csr(fleet.make_key(pair["key"], "p256")),
            "extendedKeyUsage=serverAuth", 1,
            "URI:spiffe://%s/svc/fleetca,DNS:localhost,IP:127.0.0.1,DNS:%s" % (fleet.DOMAIN, name))
        for part in ("key", "crt"):
            os.chmod(pair[part], 0o600)
            os.rename(pair[part], self.ca.path("ca", "server." + part))

    def wait_for(self, line):
        deadline = time.monotonic() + PATIENCE
        while line not in self.ca.log():
            self.assertLess(time.monotonic(), deadline, self.ca.log())
            time.sleep(0.2)

    def ask_for(self, path, name):
        csr = fleet.make_csr(self.ca.path("client.key"),
                             names="URI:spiffe://%s%s,DNS:%s" % (fleet.DOMAIN, path, name))
        return self.ask("cert", "issue", "--profile", "web", "--csr", "-", stdin=csr)

    def with_web_rules(self):
        self.ca.edit("policy.textproto", lambda text: text.replace(
            "policy_revision: 1", "policy_revision: 2") + """
profiles { profile { name: "web" default_lifetime { seconds: 3600 }
  key_purposes: KEY_PURPOSE_SERVER_AUTH
  names { spiffe_paths: "/svc/*" dns_suffixes: ".web.example" } } }
identities { name: "web" identity: "/svc/web/{name}" profiles: "web"
  dns_names: "{name}.t.web.example" }
identities { name: "one" identity: "/svc/web/one" profiles: "web" dns_names: "one.web.example" }
""")
        self.ca.process.send_signal(signal.SIGHUP)
        self.wait_for("The policy was replaced")

    def test_the_names_in_a_new_certificate_are_the_cas_from_then_on(self):
        self.with_web_rules()
        first = self.ask_for("/svc/web/a", "a.t.web.example")
        self.assertEqual(first.code, 0, first.err)
        self.rotate("a.t.web.example")
        self.wait_for("The names in the server's new certificate are reserved")
        refused = self.ask_for("/svc/web/a", "a.t.web.example")
        self.assertEqual(refused.code, 1)
        self.assertIn("is a name of the CA's server", refused.err)
        self.assertEqual(self.ask_for("/svc/web/b", "b.t.web.example").code, 0)

    def test_a_certificate_with_a_name_that_the_policy_gives_away_is_not_used(self):
        self.with_web_rules()
        self.rotate("one.web.example")
        self.wait_for("cannot be reserved for the CA")
        self.assertIn(WRONG, self.ca.log())
        # A policy that is read again is judged by what is in use, not by what the file holds.
        self.ca.edit("policy.textproto",
                     lambda text: text.replace("policy_revision: 2", "policy_revision: 3"))
        self.ca.process.send_signal(signal.SIGHUP)
        self.wait_for("revision=3")
        self.assertEqual(self.ask_for("/svc/web/one", "one.web.example").code, 0)
        self.ca.edit("policy.textproto",
                     lambda text: text.replace("policy_revision: 3", "policy_revision: 4")
                     .replace('"one.web.example"', '"two.web.example"'))
        self.ca.process.send_signal(signal.SIGHUP)
        self.wait_for("The names in the server's new certificate are reserved")
        self.assertTrue(self.serves())

    def test_a_policy_that_cannot_be_read_leaves_the_one_in_force(self):
        os.remove(self.ca.path("ca", "policy.textproto"))
        self.ca.process.send_signal(signal.SIGHUP)
        self.wait_for("The policy was not replaced")
        time.sleep(2)
        said = [line for line in self.ca.log().splitlines() if "policy was not replaced" in line]
        self.assertEqual(len(said), 1)
        self.assertIn(self.ca.path("ca", "policy.textproto"), said[0])
        self.assertTrue(self.serves())

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
