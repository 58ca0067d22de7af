"""Revocation from the command line, against the real server: each selector, who may, and what lasts."""

import json
import os
import unittest

from tests.integration import fleet, processes

WEB = "spiffe://%s/svc/web" % fleet.DOMAIN


class RevocationTest(unittest.TestCase):

    def setUp(self):
        self.fleet = self.enterContext(fleet.Fleet(bootstrap=True))

    def make(self, name, identity=None, *arguments):
        """A certificate of `identity` as name.crt, with name.key."""
        made = self.fleet.at_server(
            "cert", "issue", "--profile", "service", "--new-key", "p256", "--key-out", self.fleet.path(name + ".key"),
            "--identity", identity or "spiffe://%s/svc/%s" % (fleet.DOMAIN, name), "--chain", "--out",
            self.fleet.path(name + ".crt"), *arguments)
        self.assertEqual(made.code, 0, made.err)
        return self.fleet.path(name + ".crt")

    def revoke(self, *arguments, code=0):
        done = self.fleet.at_server("cert", "revoke", "-o", "json", *arguments)
        self.assertEqual(done.code, code, done.err)
        return json.loads(done.out) if code == 0 else done.err

    def status(self, certificate):
        shown = self.fleet.at_server("cert", "status", "-o", "json", certificate)
        self.assertEqual(shown.code, 0, shown.err)
        return json.loads(shown.out)

    def as_holder(self, name, *arguments):
        return fleet.fleetca(*arguments, "--server", self.fleet.address, "--ca",
                             os.path.join(self.fleet.ca, "trust-bundle.pem"), "--cert", self.fleet.path(name + ".crt"),
                             "--key", self.fleet.path(name + ".key"))

    def test_checklist23_the_first_date_and_reason_stay_and_an_upgrade_is_taken(self):
        web = self.make("web")
        self.assertEqual(self.status(web)["status"], "valid")
        self.assertEqual(self.revoke("--serial", web, "--reason", "superseded")["revoked"], 1)
        first = self.status(web)
        self.assertEqual((first["status"], first["reason"]), ("revoked", "superseded"))
        again = self.revoke("--serial", web, "--reason", "cessationOfOperation")
        self.assertEqual((again["revoked"], again["unchanged"]), (0, 1))
        self.assertEqual(self.status(web), first)
        self.assertEqual(self.revoke("--serial", web, "--reason", "keyCompromise")["upgraded"], 1)
        upgraded = self.status(web)
        self.assertEqual((upgraded["reason"], upgraded["revoke_time"]), ("keyCompromise", first["revoke_time"]))
        self.fleet.kill()
        self.fleet.start()
        self.assertEqual(self.status(web), upgraded)

    def test_nobody_is_believed_by_an_issuing_ca_that_the_root_has_revoked(self):
        """Whoever has that CA's key signs certificates that no store has, and the operators' too."""
        self.make("web")
        ask = ("cert", "renew", "--validate-only", "-o", "json")
        self.assertEqual(self.as_holder("web", *ask).code, 0)
        made = fleet.fleetca("ca", "root-crl", "--dir", self.fleet.ca, "--reason", "cACompromise", "--revoke",
                             os.path.join(self.fleet.ca, "issuing-ca.crt"))
        self.assertEqual(made.code, 0, made.err)

        def is_refused():
            return "CERTIFICATE_REVOKED" in self.as_holder("web", *ask).err

        self.assertTrue(processes.wait_until(is_refused, 20), self.fleet.log())
        self.assertIn("ALARM: the root has revoked an issuing CA", self.fleet.log())
        self.fleet.kill()
        self.fleet.start()
        self.assertTrue(is_refused())

    def test_checklist25_each_selector_revokes_what_it_selects(self):
        web, db = self.make("web"), self.make("db")
        counted = self.revoke("--identity", WEB, "--dry-run")
        self.assertEqual((counted["dry_run"], counted["revoked"]), (True, 1))
        self.assertEqual(self.status(web)["status"], "valid")
        self.assertEqual(self.revoke("--identity", WEB)["revoked"], 1)
        self.assertEqual(self.status(web)["status"], "revoked")
        self.assertEqual(self.status(db)["status"], "valid")
        self.assertEqual(self.revoke("--lineage", db)["revoked"], 1)
        cache = self.make("cache")
        self.assertEqual(self.revoke("--key-of", cache)["revoked"], 1)
        queue = self.make("queue")
        self.assertEqual(self.revoke("--profile", "service", "--issued-from", "1h")["revoked"], 1)
        for certificate in (db, cache, queue):
            self.assertEqual(self.status(certificate)["status"], "revoked")
        late = self.make("late")
        issuer = os.path.join(self.fleet.ca, "issuing-ca.crt")
        self.assertEqual(self.revoke("--issuer", issuer, "--issued-to", "1h")["revoked"], 0)
        self.assertEqual(self.revoke("--issuer", issuer)["revoked"], 1)
        self.assertEqual(self.status(late)["status"], "revoked")

    def test_counts_are_told_in_words(self):
        certificate = self.make("words", "spiffe://%s/svc/words" % fleet.DOMAIN)
        once = self.fleet.at_server("cert", "revoke", "--serial", certificate)
        self.assertEqual(once.out.decode(), "1 certificate was revoked\n")
        again = self.fleet.at_server("cert", "revoke", "--serial", certificate)
        self.assertEqual(again.out.decode(),
                         "0 certificates were revoked\n1 certificate revoked before stays as it is\n")

    def test_many_are_not_revoked_without_a_yes(self):
        certificates = [self.make("web%d" % number, WEB) for number in range(2)]
        refused = self.revoke("--identity", WEB, code=1)
        self.assertIn("--yes", refused)
        self.assertEqual(self.status(certificates[0])["status"], "valid")
        self.assertEqual(self.revoke("--identity", WEB, "--yes")["revoked"], 2)

    def test_checklist31_a_holder_revokes_its_own_and_no_other(self):
        web, db = self.make("web"), self.make("db")
        refused = self.as_holder("web", "cert", "revoke", "--serial", db)
        self.assertEqual(refused.code, 1)
        self.assertIn("may_revoke_certificates", refused.err)
        done = self.as_holder("web", "cert", "revoke", "--serial", web)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(self.status(db)["status"], "valid")
        gone = self.as_holder("web", "bundle", "get")
        self.assertEqual(gone.code, 1)
        self.assertIn("was revoked on", gone.err)

    def test_checklist12_a_compromised_key_ends_certificates_that_no_store_has(self):
        admin = os.path.join(self.fleet.ca, "admin.crt")
        self.make("web")
        # It is the key that the operator asks by, which is not revoked by mistake.
        self.assertIn("the CA would refuse you", self.revoke("--key-of", admin, "--reason", "keyCompromise", code=1))
        self.revoke("--key-of", admin, "--reason", "keyCompromise", "--yes")
        refused = self.fleet.at_server("bundle", "get")
        self.assertEqual(refused.code, 1)
        self.assertIn("compromised", refused.err)
        self.assertEqual(self.as_holder("web", "bundle", "get").code, 0)

    def test_a_blocked_identity_gets_nothing_until_it_is_unblocked(self):
        blocked = self.fleet.at_server("identity", "block", WEB, "--reason", "lost")
        self.assertEqual(blocked.code, 0, blocked.err)
        refused = self.fleet.at_server(
            "cert", "issue", "--profile", "service", "--new-key", "p256", "--key-out", self.fleet.path("no.key"),
            "--identity", WEB, "--out", self.fleet.path("no.crt"))
        self.assertEqual(refused.code, 1)
        self.assertIn("blocked", refused.err)
        listed = json.loads(self.fleet.at_server("identity", "list", "-o", "json").out)
        self.assertEqual([(block["target"], block["reason"]) for block in listed], [(WEB, "lost")])
        self.assertEqual(self.fleet.at_server("identity", "unblock", WEB).code, 0)
        self.make("web")

    def test_an_identity_of_another_trust_domain_is_a_mistake(self):
        refused = self.fleet.at_server("identity", "block", WEB.replace("spiffe://", "spiffe://not-"))
        self.assertEqual(refused.code, 1)
        self.assertIn("trust domain", refused.err)
        self.assertEqual(json.loads(self.fleet.at_server("identity", "list", "-o", "json").out), [])

    def test_what_there_is_not_is_a_clear_error(self):
        self.assertIn("No certificate", self.revoke("--serial", "01" + "00" * 19, code=1))
        self.assertIn("neither a serial number", self.revoke("--serial", "nothing", code=1))
        self.assertIn("--serial", self.revoke(code=2))
        self.assertIn("do not go together", self.revoke("--identity", WEB, "--profile", "service", code=2))
        self.assertIn("keyCompromise", self.revoke("--identity", WEB, "--reason", "certificateHold", code=2))


if __name__ == "__main__":
    unittest.main()
