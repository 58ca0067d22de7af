"""Drives the client commands as a person would, with openssl as the independent judge."""

import json
import os
import stat
import subprocess
import time
import unittest

from tests.integration.fleet import (DNS_NAME, DOMAIN, FLEETCA, NAMES, SPIFFE_ID, Fleet, fleetca,
                                     make_csr, make_key, openssl)


class CliTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(Fleet())
        cls.ca = cls.fleet.ca
        cls.path = cls.fleet.path
        cls.write = cls.fleet.write
        cls.read = cls.fleet.read
        cls.at_server = cls.fleet.at_server
        cls.keys = {key: make_key(cls.path(key + ".key"), key)
                    for key in ("p256", "p384", "rsa1024", "rsa2048", "ed25519")}

    @classmethod
    def tearDownClass(cls):
        code = cls.fleet.stop()
        assert code == 0, "the server's exit code is %d" % code

    def issue(self, *arguments, profile="service", stdin=b""):
        return self.at_server("cert", "issue", "--profile", profile, *arguments, stdin=stdin)

    def make_csr(self, key="p256", names=NAMES, more=(), subject="/"):
        return make_csr(self.keys[key], names, more, subject)

    def assert_ok(self, result):
        self.assertEqual(result.code, 0, result.err)

    def assert_fails(self, result, code, *sentences):
        said = result.err
        self.assertEqual(result.code, code, said)
        self.assertEqual(result.out, b"")
        for sentence in sentences:
            self.assertIn(sentence, said)

    def assert_verifies(self, file, untrusted):
        out = openssl("verify", "-x509_strict", "-CAfile", os.path.join(self.ca, "trust-bundle.pem"),
                      "-untrusted", untrusted, file)
        self.assertIn(b": OK", out)

    # What a person does on the first day.

    def test_a_csr_of_each_key_type_becomes_a_certificate_that_openssl_accepts(self):
        for key in ("p256", "p384", "rsa2048", "ed25519"):
            with self.subTest(key=key):
                csr = self.write(key + ".csr", self.make_csr(key))
                crt = self.path(key + ".crt")
                issued = self.issue("--csr", csr, "--chain", "--out", crt)
                self.assert_ok(issued)
                self.assertEqual(issued.out, b"")
                self.assertIn("issued 01", issued.err)
                self.assert_verifies(crt, crt)
                self.assertEqual(openssl("x509", "-in", crt, "-noout", "-pubkey"),
                                 openssl("pkey", "-in", self.path(key + ".key"), "-pubout"))
                text = openssl("x509", "-in", crt, "-noout", "-text").decode()
                self.assertIn("DNS:%s" % DNS_NAME, text)
                self.assertIn("URI:%s" % SPIFFE_ID, text)

    def test_a_key_and_a_certificate_in_one_go(self):
        for key in ("p256", "p384", "rsa2048", "ed25519"):
            with self.subTest(key=key):
                key_file, crt = self.path("new-%s.key" % key), self.path("new-%s.crt" % key)
                self.assert_ok(self.issue("--new-key", key, "--key-out", key_file, "--name",
                                          "DNS:" + DNS_NAME, "--name", "URI:" + SPIFFE_ID,
                                          "--chain", "--out", crt))
                self.assertEqual(stat.S_IMODE(os.stat(key_file).st_mode), 0o600)
                self.assert_verifies(crt, crt)
                self.assertEqual(openssl("x509", "-in", crt, "-noout", "-pubkey"),
                                 openssl("pkey", "-in", key_file, "-pubout"))
                # A second time would overwrite the key.
                before = self.read("new-%s.key" % key)
                self.assert_fails(
                    self.issue("--new-key", key, "--key-out", key_file, "--name",
                               "DNS:" + DNS_NAME), 1, key_file)
                self.assertEqual(self.read("new-%s.key" % key), before)

    def test_pipes(self):
        issued = self.issue("--csr", "-", stdin=self.make_csr())
        self.assert_ok(issued)
        self.assertTrue(issued.out.startswith(b"-----BEGIN CERTIFICATE-----\n"))
        inspected = fleetca("cert", "inspect", "-", stdin=issued.out)
        self.assert_ok(inspected)
        self.assertIn("DNS:" + DNS_NAME, inspected.out.decode())
        der = openssl("req", "-outform", "DER", stdin=self.make_csr())
        self.assert_ok(self.issue("--csr", "-", stdin=der))

    def test_json_is_for_programs(self):
        issued = self.issue("--csr", "-", "-o", "json", "--lifetime", "2h", stdin=self.make_csr())
        self.assert_ok(issued)
        answer = json.loads(issued.out)
        self.assertEqual(answer["names"], ["URI:" + SPIFFE_ID, "DNS:" + DNS_NAME])
        self.assertEqual(answer["replayed"], False)
        not_after = time.strptime(answer["not_after"], "%Y-%m-%dT%H:%M:%SZ")
        left = time.mktime(not_after) - time.mktime(time.gmtime())
        self.assertLess(abs(left - 7200), 60)

    def test_get_finds_what_was_issued_also_after_a_restart(self):
        issued = self.issue("--csr", "-", stdin=self.make_csr())
        self.assert_ok(issued)
        serial = openssl("x509", "-noout", "-serial", stdin=issued.out).decode().strip()
        for restart in (False, True):
            if restart:
                self.assertEqual(self.fleet.stop(), 0)
                self.fleet.start()
            got = self.at_server("cert", "get", serial)
            self.assert_ok(got)
            self.assertEqual(got.out, issued.out)
        as_text = self.at_server("cert", "get", serial, "-o", "text")
        self.assertIn("spiffe://%s/operator/admin" % DOMAIN, as_text.out.decode())

    def test_the_same_request_id_gives_the_same_certificate(self):
        csr, other = self.make_csr(), self.make_csr()
        flags = ("--csr", "-", "--request-id", os.urandom(16).hex())
        first = self.issue(*flags, stdin=csr)
        second = self.issue(*flags, stdin=csr)
        self.assert_ok(first)
        self.assert_ok(second)
        self.assertEqual(first.out, second.out)
        self.assertIn("issued before", second.err)
        self.assert_fails(self.issue(*flags, stdin=other), 1, "fleetca: ")

    def test_validate_only_issues_nothing(self):
        granted = self.issue("--csr", "-", "--validate-only", stdin=self.make_csr())
        self.assert_ok(granted)
        self.assertIn("nothing was issued", granted.err)
        self.assertNotIn(b"CERTIFICATE", granted.out)
        self.assert_fails(
            self.issue("--csr", "-", "--validate-only",
                       stdin=self.make_csr(names=NAMES + ",DNS:evil.example")), 1, "evil.example")

    def test_bundle_is_what_ca_init_wrote(self):
        bundle = self.at_server("bundle", "get")
        self.assert_ok(bundle)
        with open(os.path.join(self.ca, "trust-bundle.pem"), "rb") as file:
            self.assertEqual(bundle.out, file.read())
        self.assertIn(self.root_sha256(), bundle.err)

    def root_sha256(self):
        """As openssl says it, without the colons."""
        out = openssl("x509", "-in", os.path.join(self.ca, "root-ca.crt"), "-noout", "-fingerprint",
                      "-sha256").decode()
        return out.strip().split("=")[1].replace(":", "").lower()

    def test_fingerprint_is_what_openssl_says(self):
        printed = fleetca("bundle", "fingerprint", os.path.join(self.ca, "trust-bundle.pem"))
        self.assert_ok(printed)
        self.assertEqual(printed.out.decode(), self.root_sha256() + "\n")

    def test_first_contact_with_the_port_for_client_certificates_says_so(self):
        self.assert_fails(
            fleetca("bundle", "get", "--server", self.fleet.address, "--ca-sha256",
                    self.root_sha256()), 1, self.fleet.address, "bootstrap port")

    # What goes wrong.

    def test_what_the_ca_refuses_is_exit_1_and_a_sentence(self):
        cases = {
            "a name outside of the profile": (self.make_csr(names=NAMES + ",DNS:evil.example"),
                                              "evil.example"),
            "another's name": (self.make_csr(names=NAMES + ",DNS:db." + DOMAIN), "db." + DOMAIN),
            "an IP address": (self.make_csr(names=NAMES + ",IP:10.0.0.1"), "IP:10.0.0.1"),
            "another domain": (self.make_csr(names="URI:spiffe://other.example/svc/web"),
                               "may not ask for certificates of spiffe://other.example/svc/web"),
            "no SPIFFE ID": (self.make_csr(names="URI:https://web.example/"), "spiffe://"),
            "an empty label": (self.make_csr(names="DNS:web..fleet.example"), "empty label"),
            "no identity": (self.make_csr(names=None, subject="/CN=web"), "operator/admin may not have"),
            "a weak key": (self.make_csr("rsa1024"), "1024"),
            "SHA-1": (self.make_csr(more=["-sha1"]), "signature"),
            "a name that is nobody's": (self.make_csr(names=NAMES + ",DNS:xn--99999999." + DNS_NAME),
                                        "RFC 3492"),
            "not a CSR": (b"hello", "certification request"),
            "nothing": (b"", "empty"),
            "a certificate": (self.read("ca/root-ca.crt"), "CERTIFICATE"),
        }
        for name, (csr, sentence) in cases.items():
            with self.subTest(name):
                self.assert_fails(self.issue("--csr", "-", stdin=csr), 1, "fleetca: ", sentence)

    def test_nothing_of_a_csr_but_key_and_names_has_an_effect(self):
        csr = self.make_csr(subject="/O=Evil/CN=web", more=[
            "-addext", "basicConstraints=critical,CA:TRUE", "-addext", "keyUsage=keyCertSign",
            "-addext", "extendedKeyUsage=codeSigning", "-addext", "1.2.3.4=ASN1:NULL"])
        issued = self.issue("--csr", "-", stdin=csr)
        self.assert_ok(issued)
        text = openssl("x509", "-noout", "-text", stdin=issued.out).decode()
        self.assertIn("CA:FALSE", text)
        for word in ("Evil", "CA:TRUE", "Certificate Sign", "Code Signing", "1.2.3.4"):
            self.assertNotIn(word, text)

    def test_an_expired_client_certificate_is_named(self):
        old = os.path.join(self.ca, "old.crt")
        self.fleet.sign_with_openssl(old, self.make_csr(), "extendedKeyUsage=clientAuth", days=0)
        time.sleep(1.1)  # openssl gives no lifetime shorter than until now
        self.assert_fails(self.at_server("bundle", "get", "--cert", old, "--key",
                                         self.keys["p256"]), 1, old, "expired")

    def test_a_forged_signature_is_refused(self):
        der = bytearray(openssl("req", "-outform", "DER", stdin=self.make_csr("ed25519")))
        der[-1] ^= 1
        self.assert_fails(self.issue("--csr", "-", stdin=bytes(der)), 1, "signature")

    def test_a_profile_that_is_not_there_is_refused(self):
        self.assert_fails(self.issue("--csr", "-", profile="nonesuch", stdin=self.make_csr()), 1,
                          "nonesuch")

    def test_a_lifetime_that_is_too_long_is_refused(self):
        self.assert_fails(
            self.issue("--csr", "-", "--lifetime", "3650d", stdin=self.make_csr()), 1, "lifetime")

    def test_an_unknown_serial_is_exit_1(self):
        self.assert_fails(self.at_server("cert", "get", "01" + "00" * 19), 1, "fleetca: ")

    def test_a_misunderstood_command_line_is_exit_2(self):
        for arguments in (["cert"], ["cert", "issue"], ["cert", "get"], ["cert", "inspect"],
                          ["cert", "get", "xyz", "--dir", self.ca],
                          ["cert", "issue", "--dir", self.ca, "--profile", "service"],
                          ["cert", "issue", "--dir", self.ca, "--profile", "service", "--csr", "-",
                           "--lifetime", "soon"],
                          ["cert", "issue", "--profile", "service", "--csr", "-"],
                          ["cert", "inspect", "-o", "xml", "-"], ["bundle"], ["nonesuch"], []):
            with self.subTest(arguments):
                self.assert_fails(fleetca(*arguments), 2)
                self.assertNotEqual(fleetca(*arguments).err, "")

    def test_a_mistyped_command_is_named_with_what_was_meant(self):
        self.assert_fails(fleetca("cert", "isue", "--dir", self.ca), 2, '"isue"', "did you mean 'fleetca cert issue'?")
        self.assert_fails(fleetca("certs"), 2, '"certs"', "did you mean 'fleetca cert'?")
        self.assert_fails(fleetca("frobnicate"), 2, '"frobnicate"', "bundle", "token", "version")
        self.assert_fails(fleetca("cert", "get", "--dri", self.ca), 2, '"--dri"', "did you mean --dir?")

    def test_a_server_that_is_not_there_is_named(self):
        result = fleetca("bundle", "get", "--dir", self.ca, "--server", "127.0.0.1:1",
                         "--timeout", "1s")
        self.assert_fails(result, 1, "127.0.0.1:1", "is the server running")
        self.assertEqual(len(result.err.splitlines()), 1)

    def test_the_wrong_roots_are_named(self):
        other = self.path("other-ca")
        if not os.path.exists(other):
            self.assert_ok(fleetca("ca", "init", "--dir", other, "--trust-domain", DOMAIN))
        roots = os.path.join(other, "trust-bundle.pem")
        self.assert_fails(self.at_server("bundle", "get", "--ca", roots), 1, roots)
        stranger = self.at_server("bundle", "get", "--cert", os.path.join(other, "admin.crt"),
                                  "--key", os.path.join(other, "admin.key"))
        self.assert_fails(stranger, 1, os.path.join(other, "admin.crt"))

    def test_a_key_that_others_can_read_is_refused(self):
        with open(os.path.join(self.ca, "admin.key"), "rb") as file:
            key = self.write("open.key", file.read())
        os.chmod(key, 0o644)
        self.assert_fails(self.at_server("bundle", "get", "--key", key), 1, key)

    def test_inspect_refuses_garbage(self):
        for name, contents in (("empty", b""), ("words", b"hello"), ("zeros", bytes(1000)),
                               ("cut", self.read("ca/root-ca.crt")[:200])):
            with self.subTest(name):
                self.assert_fails(fleetca("cert", "inspect", "-", stdin=contents), 1,
                                  "standard input")

    def test_a_full_disk_is_no_success(self):
        with open("/dev/full", "wb") as full:
            result = subprocess.run(
                [FLEETCA, "cert", "inspect", os.path.join(self.ca, "root-ca.crt")], stdout=full,
                stderr=subprocess.PIPE, timeout=60, check=False)
        self.assertEqual(result.returncode, 1)
        self.assertIn(b"standard output", result.stderr)


if __name__ == "__main__":
    unittest.main()
