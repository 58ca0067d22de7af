"""What OpenSSL and curl make of a running CA's CRLs and OCSP answers, for certificates that are good and one that is
revoked, and what the CRLs say. Checklist 26, 27, 58."""

import datetime
import os
import re
import shutil
import ssl
import subprocess
import time
import unittest

from tests.integration import fleet, processes, publishing

WAIT_SECONDS = publishing.WAIT_SECONDS


def crl_text(path):
    return publishing.openssl_text("crl", path, "-inform", "DER")


def time_of(text):
    """The first time in openssl's words, in seconds since 1970."""
    found = re.search(r"[A-Z][a-z]{2} +\d+ [\d:]+ \d{4} GMT", text)
    return datetime.datetime.strptime(found[0] + "+0000", "%b %d %H:%M:%S %Y GMT%z").timestamp()


class PublishedCase(unittest.TestCase):
    shards = 3

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(publishing.PublishingFleet(shards=cls.shards))

    def issue(self, name):
        return self.ca.pair(name)[1]

    def shard_crl(self, certificate, name="shard.crl"):
        return self.ca.get_when_made(self.ca.crl_url(certificate), self.ca.path(name))

    def complete(self, certificate):
        return self.ca.complete(certificate, self.ca.path("both.pem"))

    def verify(self, certificate, *options):
        return subprocess.run(
            ["openssl", "verify", "-CAfile", self.ca.root, "-untrusted", self.ca.issuer, *options,
             certificate], capture_output=True, text=True, check=False)

    def digest(self):
        return fleet.openssl("x509", "-in", self.ca.issuer, "-noout", "-hash").decode().strip()


class PublishedRevocationTest(PublishedCase):

    def ocsp(self, certificate, *options):
        return fleet.run("openssl", "ocsp", *options, "-issuer", self.ca.issuer, "-cert", certificate,
                         "-CAfile", self.ca.root, "-url", "http://127.0.0.1:%d/ocsp" % self.ca.http_port)

    def test_a_certificate_names_what_is_there(self):
        certificate = self.issue("pointers")
        found = publishing.uris(publishing.openssl_text("x509", certificate))
        self.assertEqual(len(found), 3)
        for url in found:
            self.assertTrue(url.startswith("http://127.0.0.1:%d/" % self.ca.http_port), url)
        issuer = self.ca.get_when_made(next(url for url in found if url.endswith(".cer")),
                                       self.ca.path("issuer.cer"))
        self.assertEqual(fleet.openssl("x509", "-in", issuer, "-outform", "DER"),
                         fleet.openssl("x509", "-in", self.ca.issuer, "-outform", "DER"))

    def test_checklist58_the_complete_crl_with_the_roots(self):
        """By the rules of Envoy too: it has BoringSSL check the whole chain by the CRLs of one file."""
        good, bad = self.issue("complete-good"), self.issue("complete-bad")
        self.assertEqual(self.verify(good, "-crl_check_all", "-CRLfile", self.complete(good)).returncode, 0)
        self.ca.revoke(bad)
        self.ca.wait_until_listed(bad)
        both = self.complete(bad)
        self.assertIn("certificate revoked", self.verify(bad, "-crl_check_all", "-CRLfile", both).stderr)
        checked = self.verify(good, "-crl_check_all", "-CRLfile", both)
        self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_checklist58_an_expired_crl(self):
        good = self.issue("expired-good")
        both = self.complete(good)
        then = str(int(time.time()) + publishing.CRLS_HAVE_ENDED)
        self.assertEqual(self.verify(good, "-attime", then).returncode, 0)
        for check in ("-crl_check", "-crl_check_all"):
            late = self.verify(good, check, "-CRLfile", both, "-attime", then)
            self.assertEqual(late.returncode, 2)
            self.assertIn("error 12 at 0 depth lookup: CRL has expired", late.stderr)

    def test_checklist58_several_shards_in_one_folder(self):
        folder = self.ca.path("crls")
        os.mkdir(folder)
        certificates = [self.issue("shard-%d" % number) for number in range(12)]
        shards = sorted({self.ca.crl_url(certificate) for certificate in certificates})
        self.assertGreater(len(shards), 1)
        bad = certificates[5]
        self.ca.revoke(bad, "cessationOfOperation")
        self.ca.wait_until_listed(bad)
        for number, url in enumerate(shards):
            crl = self.ca.get_when_made(url, self.ca.path("one.crl"))
            fleet.openssl("crl", "-inform", "DER", "-in", crl, "-out",
                          os.path.join(folder, "%s.r%d" % (self.digest(), number)))
        self.assertIn("certificate revoked", self.verify(bad, "-crl_check", "-CApath", folder).stderr)
        for certificate in certificates:
            if certificate != bad:
                checked = self.verify(certificate, "-crl_check", "-CApath", folder)
                self.assertEqual(checked.returncode, 0, checked.stderr)

    def test_checklist58_this_update_is_the_instant_of_the_snapshot(self):
        """A CRL without the revoked certificate is from before its revocation, by its own word; one with it is not. A
        reader believes the newest."""
        bad = self.issue("snapshot")
        crl, serial = self.shard_crl(bad), publishing.serial_of(bad)
        self.ca.revoke(bad)
        without = []

        def is_listed():
            text = crl_text(self.shard_crl(bad))
            if serial not in text:
                without.append(time_of(text))
            return serial in text

        self.assertTrue(processes.wait_until(is_listed, WAIT_SECONDS))
        text = crl_text(crl)
        revoked = time_of(text[text.index(serial):])
        self.assertLessEqual(revoked, time_of(text))
        for this_update in without:
            self.assertLessEqual(this_update, revoked)

    def test_checklist27_ocsp(self):
        good, bad = self.issue("ocsp-good"), self.issue("ocsp-bad")
        self.assertTrue(processes.wait_until(
            lambda: "good" in self.ocsp(good).out.decode(), WAIT_SECONDS), self.ocsp(good).err)
        for options in ((), ("-no_nonce",), ("-sha256",)):
            answered = self.ocsp(good, *options)
            self.assertIn("Response verify OK", answered.err)
            self.assertIn("%s: good" % good, answered.out.decode())
        self.assertIn(": good", self.ocsp(bad, "-no_nonce").out.decode())
        self.ca.revoke(bad)
        # Within a second (check 23), and from the cache too.
        self.assertTrue(processes.wait_until(
            lambda: ": revoked" in self.ocsp(bad, "-no_nonce").out.decode(), 1))
        answered = self.ocsp(bad)
        self.assertIn("Response verify OK", answered.err)
        self.assertIn("Reason: superseded", answered.out.decode())


class CrlContentTest(PublishedCase):
    """Checklist 26, seen from outside. That entries leave after notAfter: service/revocation/crl_publisher_test."""
    shards = 1

    def fields(self, crl):
        """The types of the fields of what is signed."""
        text = fleet.openssl("asn1parse", "-inform", "DER", "-in", crl).decode()
        return re.findall(r":d=2 +hl=\d+ l= *\d+ (?:prim|cons): (\S+)", text)

    def test_checklist26_what_a_crl_says(self):
        certificate = self.issue("content")
        crl = self.shard_crl(certificate)
        # No revokedCertificates where there are none, rather than an empty one.
        self.assertEqual(self.fields(crl)[:6], ["INTEGER", "SEQUENCE", "SEQUENCE", "UTCTIME", "UTCTIME", "cont"])
        # The very octets of the certificate's distribution point.
        url = self.ca.crl_url(certificate).encode()
        name = b"\x86" + bytes([len(url)]) + url
        point = b"\xa0" + bytes([len(name) + 2]) + b"\xa0" + bytes([len(name)]) + name
        with open(crl, "rb") as file:
            self.assertEqual(file.read().count(point), 1)
        self.assertIn(point, fleet.openssl("x509", "-in", certificate, "-outform", "DER"))
        self.assertIn("Issuing Distribution Point: critical", crl_text(crl))

        self.ca.revoke(certificate, "unspecified")
        self.ca.wait_until_listed(certificate)
        serial, text = publishing.serial_of(certificate), crl_text(self.shard_crl(certificate))
        self.assertEqual(text.count(serial), 1)
        self.assertNotIn("CRL entry extensions", text)
        # Once, also where the reason became another.
        self.ca.revoke(certificate, "keyCompromise")
        self.assertTrue(processes.wait_until(
            lambda: "Key Compromise" in crl_text(self.shard_crl(certificate)), WAIT_SECONDS))
        self.assertEqual(crl_text(self.shard_crl(certificate)).count(serial), 1)


class CrlNumberTest(PublishedCase):

    def number(self, url):
        """None where there is no CRL."""
        path = self.ca.path("number.crl")
        if not self.ca.get(url, path):
            return None
        said = fleet.openssl("crl", "-inform", "DER", "-in", path, "-noout", "-crlnumber").decode()
        return int(said.strip().split("=0x")[1], 16)

    def start(self, clock=None):
        self.ca.kill()
        self.ca.env = publishing.clock_shifted(clock) if clock else {}
        self.ca.start()

    def test_checklist26_numbers_rise_over_a_kill(self):
        url = self.ca.crl_url(self.issue("numbers"))
        last = processes.wait_until(lambda: self.number(url), WAIT_SECONDS)
        for _ in range(2):
            self.start()
            number = processes.wait_until(lambda: self.number(url), WAIT_SECONDS)
            self.assertGreater(number, last)
            last = number

    @unittest.skipIf(shutil.which("faketime") is None, "faketime is not installed; see deploy/packages")
    def test_checklist26_numbers_rise_over_a_clock_that_was_set_back(self):
        url = self.ca.crl_url(self.issue("clock"))
        last = processes.wait_until(lambda: self.number(url), WAIT_SECONDS)
        # By less than what makes its own certificate one of the future.
        self.start(clock=-40)
        ready = "http://127.0.0.1:%d/readyz" % self.ca.http_port
        said = []

        def names_the_clock():
            said.append(fleet.run("curl", "--silent", "--max-time", "20", ready).out.decode())
            return "clock" in said[-1]

        self.assertTrue(processes.wait_until(names_the_clock, WAIT_SECONDS), said[-1] + self.ca.log())
        self.assertIsNone(self.number(url))
        self.start()
        self.assertGreater(processes.wait_until(lambda: self.number(url), WAIT_SECONDS), last)


class HashFolderTest(PublishedCase):
    """A folder of CRLs in a process that goes on running: Python's ssl is OpenSSL, and a context has one store."""
    shards = 1

    def setUp(self):
        self.folder = self.ca.path("hashed")
        os.mkdir(self.folder)
        self.good, self.bad = self.ca.pair("good"), self.ca.pair("bad")

    def put_crl(self, suffix):
        fleet.openssl("crl", "-inform", "DER", "-in", self.shard_crl(self.bad[1]), "-out",
                      os.path.join(self.folder, "%s.%s" % (self.digest(), suffix)))

    def verifier(self):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.load_verify_locations(cafile=self.ca.root, capath=self.folder)
        context.verify_flags |= ssl.VERIFY_CRL_CHECK_LEAF
        return context

    def refusal(self, verifier, pair):
        """Why a handshake with who has the certificate fails; None where it does not."""
        server_context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        server_context.load_cert_chain(pair[1], pair[0])
        to_server, to_client = ssl.MemoryBIO(), ssl.MemoryBIO()
        client = verifier.wrap_bio(to_client, to_server)
        server = server_context.wrap_bio(to_server, to_client, server_side=True)
        for _ in range(3):
            try:
                client.do_handshake()
                return None
            except ssl.SSLWantReadError:
                pass
            except ssl.SSLCertVerificationError as error:
                return error.verify_message
            try:
                server.do_handshake()
            except ssl.SSLWantReadError:
                pass
        raise AssertionError("the handshake has no end")

    def test_checklist58_a_replaced_file_and_a_new_one_in_a_hash_folder(self):
        """As docs/revocation.md says: a process that has read HASH.r0 does not see that it was replaced, and sees a new
        HASH.r1 at once. A new process sees both."""
        self.put_crl("r0")
        running = self.verifier()
        self.assertIsNone(self.refusal(running, self.good))
        self.assertIsNone(self.refusal(running, self.bad))
        self.ca.revoke(self.bad[1])
        self.ca.wait_until_listed(self.bad[1])
        self.put_crl("r0")
        self.assertIsNone(self.refusal(running, self.bad))
        self.assertEqual(self.refusal(self.verifier(), self.bad), "certificate revoked")
        self.put_crl("r1")
        self.assertEqual(self.refusal(running, self.bad), "certificate revoked")
        self.assertIsNone(self.refusal(running, self.good))


if __name__ == "__main__":
    unittest.main()
