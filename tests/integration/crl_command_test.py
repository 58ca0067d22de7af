"""`fleetca crl` and `fleetca ocsp` at a running CA that publishes."""

import json
import unittest

from tests.integration import fleet, processes, publishing

WAIT_SECONDS = publishing.WAIT_SECONDS


class CrlCommandTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(publishing.PublishingFleet())

    def issue(self, name):
        return self.ca.pair(name)[1]

    def answer(self, *arguments, code=0):
        done = fleet.fleetca(*arguments, "-o", "json")
        self.assertEqual(done.code, code, done.err)
        return json.loads(done.out)

    def test_crl_reads_what_the_server_publishes(self):
        good, bad, file = self.issue("good"), self.issue("bad"), self.ca.path("cli.crl")
        self.ca.revoke(bad)

        def listed():
            got = fleet.fleetca("crl", "get", "--of", bad, "--out", file)
            return got.code == 0 and self.answer("crl", "inspect", file, "--serial", bad)[0]["asked"]["revoked"]

        self.assertTrue(processes.wait_until(listed, WAIT_SECONDS))
        crl = self.answer("crl", "inspect", file, "--entries", "1000")[0]
        self.assertFalse(crl["expired"])
        self.assertEqual(crl["distribution_point"], self.ca.crl_url(bad))
        self.assertEqual(crl["entry_count"], len(crl["entries"]))
        self.assertGreaterEqual(crl["reasons"]["superseded"], 1)
        text = fleet.openssl("crl", "-in", file, "-noout", "-crlnumber").decode()
        self.assertEqual(int(crl["number"]), int(text.strip().split("=0x")[1], 16))
        refused = self.answer("crl", "verify", file, "--ca", self.ca.issuer, "--of", bad, code=1)
        self.assertEqual([step["step"] for step in refused["crls"][0]["steps"] if not step["ok"]], ["revocation"])
        got = fleet.fleetca("crl", "get", self.ca.crl_url(good), "--der", "--out", file)
        self.assertEqual(got.code, 0, got.err)
        self.assertTrue(self.answer("crl", "verify", file, "--ca", self.ca.issuer, "--of", good)["accepted"])
        wrong = self.answer("crl", "verify", file, "--ca", self.ca.root, code=1)
        self.assertEqual(wrong["crls"][0]["steps"][0]["reason"], "CRL_ISSUER_OTHER")

    def test_two_crls_in_one_file(self):
        good, file = self.issue("both"), self.ca.path("both.pem")
        self.ca.complete(good, file)
        with open(self.ca.path("cas.pem"), "wb") as cas:
            for certificate in (self.ca.root, self.ca.issuer):
                with open(certificate, "rb") as one:
                    cas.write(one.read())
        verified = self.answer("crl", "verify", file, "--ca", self.ca.path("cas.pem"), "--of", good)
        self.assertEqual(len(verified["crls"]), 2)

    def test_a_crl_of_version_1_as_openssl_makes_it_where_nothing_is_configured(self):
        key, made = fleet.make_key(self.ca.path("v1.key"), "p256"), self.ca.path("v1.crl")
        fleet.openssl("req", "-x509", "-new", "-key", key, "-subj", "/CN=Another CA", "-out", self.ca.path("v1.crt"))
        self.ca.write("v1.cnf", b"[ca]\ndefault_ca=d\n[d]\ndatabase=%s\ndefault_md=sha256\ndefault_crl_days=1\n"
                      % self.ca.path("v1.txt").encode())
        self.ca.write("v1.txt", b"R\t361129000000Z\t260101000000Z\t0A\tunknown\t/CN=x\n")
        fleet.openssl("ca", "-config", self.ca.path("v1.cnf"), "-gencrl", "-keyfile", key, "-cert", self.ca.path("v1.crt"),
                      "-out", made)
        self.assertIn("Version 1", publishing.openssl_text("crl", made))
        self.assertTrue(self.answer("crl", "inspect", made, "--serial", "0a")[0]["asked"]["revoked"])
        verified = fleet.fleetca("crl", "verify", made, "--ca", self.ca.path("v1.crt"))
        self.assertEqual(verified.code, 0, verified.err)
        self.assertIn(b'CRL of "CN=Another CA"', verified.out)

    def test_ocsp_asks_the_server(self):
        good, bad = self.issue("asked-good"), self.issue("asked-bad")
        query = ("ocsp", "query", "--issuer", self.ca.issuer)
        self.assertTrue(processes.wait_until(lambda: fleet.fleetca(*query, good).code == 0, WAIT_SECONDS))
        for options in ((), ("--nonce",), ("--hash", "sha1"), ("--hash", "sha1", "--nonce")):
            answer = self.answer(*query, good, *options)
            self.assertEqual((answer["status"], answer["nonce"]), ("good", "--nonce" in options))
        self.ca.revoke(bad)
        self.assertTrue(processes.wait_until(lambda: fleet.fleetca(*query, bad).code == 1, 1))
        answer = self.answer(*query, bad, code=1)
        self.assertEqual((answer["status"], answer["reason"]), ("revoked", "superseded"))
        error = json.loads(fleet.fleetca(*query, bad, "-o", "json").err)
        self.assertEqual(error["reason"], "CERTIFICATE_REVOKED")
        # A page is no answer.
        page = fleet.fleetca(*query, "--url", "http://127.0.0.1:%d/healthz" % self.ca.http_port, good, "-o", "json")
        self.assertEqual(json.loads(page.err)["reason"], "ANSWER_INVALID")


if __name__ == "__main__":
    unittest.main()
