"""From a line of the policy to a role that a service reads: decided, written, reloaded, taken back."""

import json
import os
import signal
import subprocess
import time
import unittest

from cryptography import x509

from client.authz.readers import fleet_authz
from tests.integration import fleet

WEB = """
identities {
  name: "web"
  identity: "/svc/web"
  profiles: "service"
  dns_names: "web.fleet.example"
  roles: "orders.write"
  roles: "inventory.read"
  audience: "orders"
  attributes { name: "team" value: "web" }
}
"""


def with_web(policy):
    return policy + WEB


def read(certificate_pem, audience="orders"):
    return fleet_authz.read(x509.load_pem_x509_certificate(certificate_pem), audience=audience,
                            trust_domain=fleet.DOMAIN)


class AuthorizationTest(unittest.TestCase):
    def setUp(self):
        self.fleet = self.enterContext(fleet.Fleet(policy=with_web))
        self.key = fleet.make_key(self.fleet.path("web.key"), "p256")
        self.csr = fleet.make_csr(self.key)

    def issue(self, *arguments):
        done = self.fleet.issue(self.csr, *arguments)
        self.assertEqual(done.code, 0, done.err)
        return done

    def reload(self, change):
        """Changes the policy and waits for what the log says of it."""
        before = len(self.fleet.log())
        self.fleet.edit("policy.textproto", change)
        self.fleet.process.send_signal(signal.SIGHUP)
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            news = self.fleet.log()[before:]
            if "olicy" in news and news.endswith("\n"):
                time.sleep(0.2)  # the lines of the changes
                return self.fleet.log()[before:]
            time.sleep(0.02)
        raise AssertionError("the log says nothing of the reload")

    def test_a_service_reads_what_the_policy_says(self):
        grants = read(self.issue().out)
        self.assertEqual(grants.identity, fleet.SPIFFE_ID)
        self.assertEqual(grants.state, "granted")
        self.assertEqual(grants.roles, ["inventory.read", "orders.write"])
        self.assertEqual(grants.attributes, {"team": "web"})
        self.assertEqual(grants.policy_revision, 1)
        # Somewhere else they do not count.
        elsewhere = read(self.issue().out, audience="billing")
        self.assertEqual((elsewhere.state, elsewhere.roles), ("other_audience", []))

    def test_the_decision_is_the_same_at_the_desk_and_at_the_server(self):
        asked = self.issue("--validate-only", "-o", "json")
        served = json.loads(asked.out)
        self.assertEqual(served["roles"], ["inventory.read", "orders.write"])
        self.assertEqual(served["subject_rule"], "web")
        csr = self.fleet.write("web.csr", self.csr)
        explained = fleet.fleetca(
            "policy", "explain", self.fleet.path("ca/policy.textproto"), "--as",
            "spiffe://fleet.example/operator/admin", "--profile", "service", "--csr", csr, "-o", "json")
        self.assertEqual(explained.code, 0, explained.err)
        text = explained.out.decode()
        for word in ("orders.write", "inventory.read", '"web"', '"admin"'):
            self.assertIn(word, text)

    def test_a_reload_is_logged_and_renewals_follow_it(self):
        self.assertIn("orders.write", read(self.issue().out).roles)
        news = self.reload(lambda policy: policy.replace('  roles: "orders.write"\n', "").replace(
            "policy_revision: 1", "policy_revision: 2"))
        self.assertIn("orders.write", news, "the change itself")
        grants = read(self.issue().out)
        self.assertEqual(grants.roles, ["inventory.read"])
        self.assertEqual(grants.policy_revision, 2)

    def test_a_bad_file_leaves_the_policy_as_it_is(self):
        for wrong in (lambda policy: policy + "nonsense\n",
                      lambda policy: policy.replace('roles: "orders.write"', 'roles: "UPPER"'),
                      # Another policy with the old one's revision.
                      lambda policy: policy.replace('roles: "orders.write"', 'roles: "other"')):
            with self.subTest(wrong):
                good = self.fleet.read("ca/policy.textproto")
                news = self.reload(wrong)
                self.assertIn("error", news)
                self.assertIn("policy", news)
                self.assertEqual(read(self.issue().out).roles, ["inventory.read", "orders.write"])
                self.fleet.write("ca/policy.textproto", good)

    def test_reloads_under_load_lose_nothing(self):
        load = subprocess.Popen(
            [fleet.runfile("LOADGEN_BINARY", "bench/loadgen/loadgen"), "unary", "--server",
             self.fleet.address, "--dir", self.fleet.ca, "--duration", "3s", "--pool-size", "32",
             "--warm-up", "0s", "-o", "json"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for revision in range(2, 12):
            self.reload(lambda policy, revision=revision: policy.replace(
                "policy_revision: %d" % (revision - 1), "policy_revision: %d" % revision))
        out, err = load.communicate(timeout=60)
        self.assertEqual(load.returncode, 0, err)
        self.assertEqual(json.loads(out)["result"]["errors"], {})
        self.assertEqual(read(self.issue().out).policy_revision, 11)

    def test_openssl_takes_the_certificate_and_shows_the_extension(self):
        crt = self.fleet.path("web.crt")
        self.issue("--chain", "--out", crt)
        self.assertIn(b": OK", fleet.openssl(
            "verify", "-x509_strict", "-purpose", "sslclient", "-CAfile",
            os.path.join(self.fleet.ca, "trust-bundle.pem"), "-untrusted", crt, crt))
        self.assertIn("1.3.6.1.4.1.32473.1.1.1",
                      fleet.openssl("x509", "-in", crt, "-noout", "-text").decode())

    def test_the_server_warns_of_the_arc_for_trials(self):
        self.assertIn("issuer.fleet_arc", self.fleet.log())


if __name__ == "__main__":
    unittest.main()
