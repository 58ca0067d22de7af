"""Renewals by a proof: through a proxy that ends TLS, at the bootstrap port, and after a certificate has ended."""

import json
import os
import time
import unittest

from tests.integration import fleet, http2
from tests.integration.tls_proxy import TlsProxy

SERVICE_PROFILE = 'profiles {\n  profile {\n    name: "service"'
PERMISSION_DENIED, UNAUTHENTICATED = 7, 16


def with_grace(policy):
    """The policy with an hour of grace for services, and none for hosts."""
    assert policy.count(SERVICE_PROFILE) == 1
    return policy.replace(SERVICE_PROFILE,
                          SERVICE_PROFILE.replace("{\n", "{\n  renewal_grace { seconds: 3600 }\n", 1))


def field(number, contents):
    """A field of a message, by protobuf's wire format."""
    size, length = len(contents), b""
    while size >= 128:
        length += bytes([size & 0x7f | 0x80])
        size >>= 7
    return bytes([number << 3 | 2]) + length + bytes([size]) + contents


def renewal(proof, csr_der=None):
    return http2.grpc_message((b"" if csr_der is None else field(1, csr_der)) + field(7, proof))


class ProofCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet(policy=with_grace, bootstrap=True))

    @property
    def roots(self):
        return os.path.join(self.ca.ca, "trust-bundle.pem")

    def path(self, name, ending):
        return self.ca.path("%s-%s.%s" % (self.id().rsplit(".", 1)[-1], name, ending))

    def enroll(self, name, *more, kind="svc", profile="service"):
        issued = self.ca.at_server("cert", "issue", "--profile", profile, "--identity",
                                   "spiffe://%s/%s/%s" % (fleet.DOMAIN, kind, name), "--new-key", "p256",
                                   "--key-out", self.path(name, "key"), "--out", self.path(name, "crt"), *more)
        self.assertEqual(issued.code, 0, issued.err)
        return name

    def run_as(self, name, command, *more):
        return fleet.fleetca("cert", command, "--ca", self.roots, "--cert", self.path(name, "crt"), "--key",
                             self.path(name, "key"), *more)

    def certificate(self, name):
        with open(self.path(name, "crt"), "rb") as file:
            return file.read()

    def serial(self, name):
        return fleet.serial_of(self.certificate(name))

    def public_key(self, name):
        return fleet.openssl("x509", "-in", self.path(name, "crt"), "-noout", "-pubkey")

    def assert_refused(self, result, code, reason):
        self.assertEqual(result.code, 1, result.err)
        error = json.loads(result.err.strip().splitlines()[-1])
        self.assertEqual((error["code"], error["reason"]), (code, reason))


class ProxyTest(ProofCase):

    def setUp(self):
        self.enroll("proxy", "--name", "DNS:proxy." + fleet.DOMAIN)
        self.proxy = TlsProxy(self.ca.port, self.roots, self.path("proxy", "crt"), self.path("proxy", "key"))
        self.addCleanup(self.proxy.close)

    def through_proxy(self, name, command, *more):
        return self.run_as(name, command, "--server", self.proxy.address, "--server-name",
                           "proxy." + fleet.DOMAIN, "--server-identity",
                           "spiffe://%s/svc/proxy" % fleet.DOMAIN, *more)

    def as_proxy(self, message):
        """Status and trailers of a renewal that the proxy asks for itself."""
        context = http2.tls_context(self.roots, self.path("proxy", "crt"), self.path("proxy", "key"))
        with http2.Connection(self.ca.port, context) as connection:
            connection.open()
            status, data = connection.call("RenewCertificate", message)
            return status, connection.trailers, data

    def test_the_proof_and_not_the_proxy_is_renewed(self):
        web = self.enroll("web")
        serial, key = self.serial(web), self.public_key(web)
        renewed = self.through_proxy(web, "renew", "--proof")
        self.assertEqual(renewed.code, 0, renewed.err)
        self.assertNotEqual(self.serial(web), serial)
        self.assertEqual(self.public_key(web), key)
        rekeyed = self.through_proxy(web, "rekey", "--proof")
        self.assertEqual(rekeyed.code, 0, rekeyed.err)
        self.assertNotEqual(self.public_key(web), key)
        self.assertEqual(self.public_key(web), fleet.openssl("pkey", "-in", self.path(web, "key"), "-pubout"))
        self.assertEqual(len(self.proxy.tokens), 2)
        for token in self.proxy.tokens:
            self.assertNotIn(token.decode(), self.ca.log())

    def test_without_a_proof_the_proxys_own_certificate_would_be_renewed_and_the_client_refuses_it(self):
        web = self.enroll("web")
        before = self.certificate(web)
        refused = self.through_proxy(web, "renew")
        self.assertEqual(refused.code, 1, refused.err)
        self.assertIn("ask by a proof", refused.err)
        self.assertEqual(self.certificate(web), before)

    def test_a_thief_on_the_way_gets_no_certificate_for_a_key_of_its_own(self):
        web = self.enroll("web")
        thiefs = fleet.openssl("req", "-outform", "DER", stdin=fleet.make_csr(
            fleet.make_key(self.path("thief", "key"), "p256"), "URI:spiffe://%s/svc/web" % fleet.DOMAIN))
        self.proxy.holds = True
        held = self.through_proxy(web, "rekey", "--proof", "--timeout", "2s")
        self.assertEqual(held.code, 1, held.err)
        proof = self.proxy.tokens[-1]
        for message, refusal in ((renewal(proof, thiefs), PERMISSION_DENIED), (renewal(proof), UNAUTHENTICATED)):
            status, trailers, _ = self.as_proxy(message)
            self.assertEqual(status, refusal, trailers)
            self.assertIn(b"renewal proof", trailers)
        # Of a renewal with the same key it can have what the holder would have got, once.
        held = self.through_proxy(web, "renew", "--proof", "--timeout", "2s")
        self.assertEqual(held.code, 1, held.err)
        proof = self.proxy.tokens[-1]
        self.assertEqual(self.as_proxy(renewal(proof, thiefs))[0], UNAUTHENTICATED)
        status, trailers, data = self.as_proxy(renewal(proof))
        self.assertEqual(status, http2.OK, trailers)
        self.assertIn(fleet.openssl("pkey", "-pubin", "-outform", "DER", stdin=self.public_key(web)), data)
        status, trailers, _ = self.as_proxy(renewal(proof))
        self.assertEqual(status, UNAUTHENTICATED, trailers)
        self.assertIn(b"used before", trailers)

    def test_what_is_no_proof_is_refused(self):
        for proof in (b"x", b"a.b.c", b"." * 16384, b"a" * 17000):
            status, trailers, _ = self.as_proxy(renewal(proof))
            self.assertEqual(status, UNAUTHENTICATED, trailers)
        self.assertIn("A renewal proof was refused", self.ca.log())


class BootstrapPortTest(ProofCase):

    def test_a_proof_renews_there_without_a_certificate_in_the_handshake(self):
        web = self.enroll("web")
        serial = self.serial(web)
        renewed = self.run_as(web, "renew", "--proof", "--bootstrap", self.ca.bootstrap_address)
        self.assertEqual(renewed.code, 0, renewed.err)
        self.assertNotEqual(self.serial(web), serial)

    def test_a_copy_is_found_and_the_alarm_says_from_where(self):
        web = self.enroll("web")
        with open(self.path(web, "key"), "rb") as key:
            self.ca.write(os.path.basename(self.path("copy", "key")), key.read())
        os.chmod(self.path("copy", "key"), 0o600)
        self.ca.write(os.path.basename(self.path("copy", "crt")), self.certificate(web))
        where = ("--proof", "--bootstrap", self.ca.bootstrap_address)
        for _ in range(2):
            renewed = self.run_as(web, "renew", *where)
            self.assertEqual(renewed.code, 0, renewed.err)
        self.assert_refused(self.run_as("copy", "renew", "-o", "json", *where), "PERMISSION_DENIED", "LINEAGE_STALE")
        alarm = [line for line in self.ca.log().splitlines() if "ALARM" in line][-1]
        self.assertRegex(alarm, r"newest_peer=\"?127\.0\.0\.1:\d+")
        self.assertRegex(alarm, r" peer=\"?127\.0\.0\.1:\d+")

    def test_one_that_was_revoked_is_refused(self):
        web = self.enroll("web")
        revoked = self.ca.at_server("cert", "revoke", "--serial", self.path(web, "crt"), "--reason",
                                    "superseded")
        self.assertEqual(revoked.code, 0, revoked.err)
        self.assert_refused(
            self.run_as(web, "renew", "-o", "json", "--proof", "--bootstrap", self.ca.bootstrap_address),
            "PERMISSION_DENIED", "CERTIFICATE_REVOKED")

    def test_after_its_end_one_comes_back_within_its_grace_and_not_without_one(self):
        # A minute is the shortest lifetime.
        web = self.enroll("late", "--lifetime", "1m")
        taken_back = self.enroll("revoked", "--lifetime", "1m")
        taken_back_later = self.enroll("revoked-later", "--lifetime", "1m")
        host = self.enroll("host-1", "--lifetime", "1m", kind="host", profile="host")
        revoked = self.ca.at_server("cert", "revoke", "--serial", self.path(taken_back, "crt"),
                                    "--reason", "superseded")
        self.assertEqual(revoked.code, 0, revoked.err)
        serial = self.serial(web)
        time.sleep(62)
        refused = self.run_as(web, "renew", "--server", self.ca.address)
        self.assertEqual(refused.code, 1)
        self.assertIn("--bootstrap", refused.err)
        # Whoever revokes all of an identity means what can still come back, too.
        revoked = self.ca.at_server("cert", "revoke", "--identity",
                                    "spiffe://%s/svc/%s" % (fleet.DOMAIN, taken_back_later), "--yes", "-o", "json")
        self.assertEqual((revoked.code, json.loads(revoked.out)["revoked"]), (0, 1), revoked.err)
        for name, code, reason in ((host, "UNAUTHENTICATED", "CALLER_CERTIFICATE_EXPIRED"),
                                   (taken_back, "PERMISSION_DENIED", "CERTIFICATE_REVOKED"),
                                   (taken_back_later, "PERMISSION_DENIED", "CERTIFICATE_REVOKED")):
            self.assert_refused(
                self.run_as(name, "renew", "-o", "json", "--bootstrap", self.ca.bootstrap_address), code, reason)
        renewed = self.run_as(web, "renew", "--server", self.ca.address, "--bootstrap", self.ca.bootstrap_address)
        self.assertEqual(renewed.code, 0, renewed.err)
        self.assertIn("by a proof of its key, at the bootstrap port", renewed.err)
        self.assertNotEqual(self.serial(web), serial)
        # And by itself from then on.
        again = self.run_as(web, "renew", "--server", self.ca.address, "--bootstrap", self.ca.bootstrap_address)
        self.assertEqual(again.code, 0, again.err)
        self.assertNotIn("proof", again.err)


if __name__ == "__main__":
    unittest.main()
