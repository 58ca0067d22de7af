"""The subject and the names of certificates over the wire: from the policy, by default, kept at a renewal."""

import json
import os
import unittest

from tests.integration import fleet

PEOPLE = """identities {
  name: "ann"
  identity: "/user/ann"
  profiles: "user"
  subject {
    common_name: "{name}" organization: "Fleet" organization: "ops" organizational_unit: "db" country: "CH"
  }
}
"""


class NamesTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet(policy=lambda text: text + PEOPLE))
        cls.key = fleet.make_key(cls.fleet.path("subject.key"), "p256")

    def csr(self, names=None, subject="/"):
        return fleet.make_csr(self.key, names=names, subject=subject)

    def issue(self, identity, profile, *arguments, names=None, subject="/"):
        done = self.fleet.issue(self.csr(names, subject), "--identity",
                                "spiffe://%s%s" % (fleet.DOMAIN, identity), *arguments,
                                profile=profile)
        self.assertEqual(done.code, 0, done.err)
        return done.out

    def apply_policy(self, change):
        """As the next revision: the server takes no earlier one."""
        def next_revision(text):
            revision = int(text.split("policy_revision: ")[1].split()[0])
            changed = change(text)
            self.assertNotEqual(changed, text)
            return changed.replace("policy_revision: %d\n" % revision,
                                   "policy_revision: %d\n" % (revision + 1))

        self.fleet.edit("policy.textproto", next_revision)
        applied = self.fleet.at_server("policy", "apply")
        self.assertEqual(applied.code, 0, applied.err)

    def shown(self, certificate, *what):
        return fleet.openssl("x509", "-noout", "-nameopt", "RFC2253,sep_comma_plus_space", *what,
                             stdin=certificate).decode()

    def renew(self, certificate, *arguments, names=None):
        """With the certificate itself as who asks."""
        file = self.fleet.write("own.crt", certificate)
        return fleet.run(fleet.FLEETCA, "cert", "issue", "--server", self.fleet.address, "--ca",
                         os.path.join(self.fleet.ca, "trust-bundle.pem"), "--cert", file, "--key",
                         self.key, "--profile", "service", "--csr", "-", *arguments,
                         stdin=self.csr(names))

    def test_checklist55_people_have_the_last_segment_of_their_identity_as_common_name(self):
        certificate = self.issue("/user/bob", "user")
        self.assertEqual(self.shown(certificate, "-subject").strip(), "subject=CN=bob")
        text = self.shown(certificate, "-ext", "subjectAltName")
        self.assertNotIn("critical", text)
        self.assertIn("URI:spiffe://fleet.example/user/bob", text)

    def test_checklist55_a_rules_subject_goes_before_and_the_csrs_is_never_taken(self):
        certificate = self.issue("/user/ann", "user", subject="/O=Evil/CN=root")
        self.assertEqual(self.shown(certificate, "-subject").strip(),
                         "subject=CN=ann, OU=db, O=ops, O=Fleet, C=CH")
        decided = json.loads(self.issue("/user/ann", "user", "--validate-only", "-o", "json"))
        self.assertEqual(decided["subject"], "C=CH, O=Fleet, O=ops, OU=db, CN=ann")

    def test_services_have_none_and_their_names_are_critical(self):
        certificate = self.issue("/svc/web", "service")
        self.assertEqual(self.shown(certificate, "-subject").strip(), "subject=")
        self.assertIn("critical", self.shown(certificate, "-ext", "subjectAltName"))

    def test_checklist56_a_certificate_has_its_rules_names_when_none_are_asked_for(self):
        for names in (None, "URI:spiffe://fleet.example/svc/web"):
            self.assertIn("DNS:web.fleet.example", self.shown(
                self.issue("/svc/web", "service", names=names), "-ext", "subjectAltName"))
        self.assertNotIn("DNS:web.fleet.example", self.shown(
            self.issue("/svc/web", "service", names="DNS:a.web.fleet.example"), "-ext",
            "subjectAltName"))

    def test_checklist56_a_renewal_keeps_the_names(self):
        first = self.issue("/svc/web", "service", "--chain",
                           names="DNS:a.web.fleet.example,DNS:b.web.fleet.example")
        second = self.renew(first, "--chain")
        self.assertEqual(second.code, 0, second.err)
        for certificate in (first, second.out, self.renew(second.out).out):
            text = self.shown(certificate, "-ext", "subjectAltName")
            self.assertIn("DNS:a.web.fleet.example, DNS:b.web.fleet.example", text)
            self.assertNotIn("DNS:web.fleet.example", text)
        # Who asks for names gets those.
        text = self.shown(self.renew(first, names="DNS:web.fleet.example").out, "-ext",
                          "subjectAltName")
        self.assertIn("DNS:web.fleet.example", text)
        self.assertNotIn("DNS:a.web", text)

    def test_a_renewal_says_which_names_are_granted_no_more(self):
        first = self.issue("/svc/web", "service", "--chain",
                           names="DNS:a.web.fleet.example,DNS:web.fleet.example")
        granted = "  dns_suffixes: \".{name}.fleet.example\"\n"
        marked = "  # Granted no more.\n"
        self.addCleanup(self.apply_policy, lambda text: text.replace(marked, granted))
        self.apply_policy(lambda text: text.replace(granted, marked))
        decided = json.loads(self.renew(first, "--validate-only", "-o", "json").out)
        self.assertEqual(decided["left_out_names"], ["DNS:a.web.fleet.example"])
        renewed = self.renew(first)
        self.assertEqual(renewed.code, 0, renewed.err)
        names = self.shown(renewed.out, "-ext", "subjectAltName")
        self.assertIn("DNS:web.fleet.example", names)
        self.assertNotIn("DNS:a.web", names)
        self.assertIn("DNS:a.web.fleet.example, which the certificate that asked has, is not granted any more "
                      "and was left out", renewed.err)
        again = self.renew(renewed.out)
        self.assertEqual(again.code, 0, again.err)
        self.assertNotIn("left out", again.err)
        self.assertIn("renewed without names that the policy grants no more", self.fleet.log())

    def test_dns_names_are_folded_and_counted_once(self):
        text = self.shown(self.issue("/svc/web", "service",
                                     names="DNS:WEB.fleet.example,DNS:web.Fleet.example"), "-ext",
                          "subjectAltName")
        self.assertEqual(text.count("DNS:web.fleet.example"), 1, text)

    def test_a_name_that_is_not_granted_is_told_from_one_that_is_malformed(self):
        for name, words in (("db.fleet.example", "is not granted to " + fleet.SPIFFE_ID),
                            ("my_host.web.fleet.example", 'it certifies no "_" in DNS names'),
                            ("xn--99999999.web.fleet.example", "does not decode (RFC 3492)"),
                            ("-.web.fleet.example", 'begins or ends with "-"')):
            refused = self.fleet.issue(self.csr("DNS:" + name), "--identity", fleet.SPIFFE_ID)
            self.assertEqual(refused.code, 1, name)
            self.assertIn(words, refused.err)

    def test_a_lifetime_under_a_minute_is_too_short(self):
        refused = self.fleet.issue(self.csr(), "--identity", fleet.SPIFFE_ID, "--lifetime", "30s")
        self.assertEqual(refused.code, 1)
        self.assertIn("too short", refused.err)
        self.assertIn("from 1m to", refused.err)


if __name__ == "__main__":
    unittest.main()
