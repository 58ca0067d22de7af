"""What real programs make of a running CA's CRLs and OCSP answers: openssl and curl, for certificates
that are good and one that is revoked; CRLs of several shards in one folder, and the root's CRL."""

import os
import re
import subprocess
import unittest

from tests.integration import fleet, processes

SETTINGS = """
http { address: "127.0.0.1:0" base_url: "http://pki.fleet.example" }
revocation { crl_shards: 3 crl_delay { seconds: 1 } }
"""
BASE_URL = "http://pki.fleet.example"
WAIT_SECONDS = 30


def urls(text):
    return re.findall(r"URI:(http://\S+)", text)


class PublishedRevocationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet(config=lambda text: text + SETTINGS))
        found = re.search(r"Listening for HTTP .*\bport=(\d+)", cls.fleet.log())
        assert found, cls.fleet.log()
        cls.port = int(found[1])
        cls.root = os.path.join(cls.fleet.ca, "root-ca.crt")
        cls.issuer = os.path.join(cls.fleet.ca, "issuing-ca.crt")
        cls.key = fleet.make_key(cls.fleet.path("subject.key"), "p256")

    def issue(self, name):
        made = self.fleet.issue(fleet.make_csr(self.key), "--leaf-only")
        self.assertEqual(made.code, 0, made.err)
        return self.fleet.write(name, made.out)

    def revoke(self, certificate, reason):
        revoked = self.fleet.at_server("cert", "revoke", "--serial", certificate, "--reason", reason)
        self.assertEqual(revoked.code, 0, revoked.err)

    def pointers(self, certificate):
        text = fleet.openssl("x509", "-in", certificate, "-noout", "-text").decode()
        self.assertIn("CRL Distribution Points", text)
        return urls(text)

    def get(self, url, name, *options):
        """The file that curl writes, asking this server whatever the name's address is; None where the
        answer is another than 200."""
        path = self.fleet.path(name)
        done = fleet.run("curl", "--silent", "--fail", "--max-time", "20", "--output", path, *options,
                         url.replace(BASE_URL, "http://127.0.0.1:%d" % self.port, 1))
        return path if done.code == 0 else None

    def get_when_made(self, url, name):
        got = []

        def there():
            got.append(self.get(url, name))
            return got[-1] is not None

        self.assertTrue(processes.wait_until(there, WAIT_SECONDS), url)
        return got[-1]

    def crl_url(self, certificate):
        return next(url for url in self.pointers(certificate) if "/crl/" in url)

    def complete(self):
        """The two in one file that nginx, Envoy and PostgreSQL read."""
        name = self.crl_url(self.issue("any.crt")).split("/crl/")[1].split("/")[0]
        return self.get_when_made("%s/crl/%s.pem" % (BASE_URL, name), "both.pem")

    def verify(self, certificate, *options):
        return subprocess.run(
            ["openssl", "verify", "-CAfile", self.root, "-untrusted", self.issuer, *options,
             certificate], capture_output=True, text=True, check=False)

    def ocsp(self, certificate, *options):
        return fleet.run("openssl", "ocsp", *options, "-issuer", self.issuer, "-cert", certificate,
                         "-CAfile", self.root, "-url", "http://127.0.0.1:%d/ocsp" % self.port)

    def test_a_certificate_names_what_is_there(self):
        found = self.pointers(self.issue("pointers.crt"))
        self.assertEqual(len(found), 3)
        for url in found:
            self.assertTrue(url.startswith(BASE_URL + "/"), url)
        crl = self.get_when_made(self.crl_url(self.fleet.path("pointers.crt")), "shard.crl")
        text = fleet.openssl("crl", "-inform", "DER", "-in", crl, "-noout", "-text").decode()
        self.assertEqual(urls(text), [self.crl_url(self.fleet.path("pointers.crt"))])
        self.assertIn("Issuing Distribution Point: critical", text)
        issuer = self.get(next(url for url in found if url.endswith(".cer")), "issuer.cer")
        self.assertEqual(fleet.openssl("x509", "-in", issuer, "-outform", "DER"),
                         fleet.openssl("x509", "-in", self.issuer, "-outform", "DER"))

    def test_checklist58_the_complete_crl_with_the_roots(self):
        good, bad = self.issue("complete-good.crt"), self.issue("complete-bad.crt")
        self.assertEqual(self.verify(good, "-crl_check_all", "-CRLfile", self.complete()).returncode, 0)
        self.revoke(bad, "superseded")
        self.assertTrue(processes.wait_until(
            lambda: "certificate revoked" in self.verify(
                bad, "-crl_check_all", "-CRLfile", self.complete()).stderr, WAIT_SECONDS))
        checked = self.verify(good, "-crl_check_all", "-CRLfile", self.complete())
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_checklist58_several_shards_in_one_folder(self):
        folder = self.fleet.path("crls")
        os.mkdir(folder)
        certificates = [self.issue("shard-%d.crt" % number) for number in range(12)]
        shards = sorted({self.crl_url(certificate) for certificate in certificates})
        self.assertGreater(len(shards), 1)
        bad = certificates[5]
        self.revoke(bad, "cessationOfOperation")
        digest = fleet.openssl("x509", "-in", self.issuer, "-noout", "-hash").decode().strip()

        def fetch():
            for number, url in enumerate(shards):
                crl = self.get_when_made(url, "one.crl")
                pem = fleet.openssl("crl", "-inform", "DER", "-in", crl)
                with open(os.path.join(folder, "%s.r%d" % (digest, number)), "wb") as file:
                    file.write(pem)

        def refused():
            fetch()
            return "certificate revoked" in self.verify(
                bad, "-crl_check", "-CApath", folder).stderr

        self.assertTrue(processes.wait_until(refused, WAIT_SECONDS))
        for certificate in certificates:
            if certificate != bad:
                checked = self.verify(certificate, "-crl_check", "-CApath", folder)
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_checklist27_ocsp(self):
        good, bad = self.issue("ocsp-good.crt"), self.issue("ocsp-bad.crt")
        self.assertTrue(processes.wait_until(
            lambda: "good" in self.ocsp(good).out.decode(), WAIT_SECONDS), self.ocsp(good).err)
        for options in ((), ("-no_nonce",), ("-sha256",)):
            answered = self.ocsp(good, *options)
            self.assertIn("Response verify OK", answered.err)
            self.assertIn("%s: good" % good, answered.out.decode())
        self.assertIn(": good", self.ocsp(bad, "-no_nonce").out.decode())
        self.revoke(bad, "superseded")
        # Within a second (check 23), and from the cache too.
        self.assertTrue(processes.wait_until(
            lambda: ": revoked" in self.ocsp(bad, "-no_nonce").out.decode(), 1))
        answered = self.ocsp(bad)
        self.assertIn("Response verify OK", answered.err)
        self.assertIn("Reason: superseded", answered.out.decode())

    def test_checklist26_numbers_rise_over_a_kill(self):
        url = self.crl_url(self.issue("numbers.crt"))

        def number():
            crl = self.get_when_made(url, "number.crl")
            text = fleet.openssl("crl", "-inform", "DER", "-in", crl, "-noout", "-crlnumber")
            return int(text.decode().strip().split("=0x")[1], 16)

        last = number()
        for _ in range(2):
            self.fleet.kill()
            self.fleet.start()
            type(self).port = int(
                re.findall(r"Listening for HTTP .*\bport=(\d+)", self.fleet.log())[-1])
            self.assertGreater(number(), last)
            last = number()


if __name__ == "__main__":
    unittest.main()
