"""The Python reader answers what the golden vectors say."""

import datetime
import json
import os
import pathlib
import ssl
import subprocess
import sys
import tempfile
import unittest

try:
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
except ImportError:
    print("SKIPPED: the Python module cryptography is not installed (python3-cryptography)")
    sys.exit(0)

from client.authz.readers import fleet_authz
from x509.testdata import vector_ca
from x509.testdata.vector_rsa import RsaKey

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
VECTORS = json.loads(pathlib.Path("x509/testdata/fleet_authz_vectors.json").read_text(encoding="utf-8"))


def answer(vector):
    """As it stands in the vectors."""
    try:
        leaf = x509.load_pem_x509_certificate(vector["chain"][0].encode())
        grants = fleet_authz.read(
            leaf,
            vector["trust_domain"],
            audience=vector["audience"],
            oid=VECTORS["fleet_authz_oid"],
            minimum_policy_revision=vector["minimum_policy_revision"],
            now=datetime.datetime.strptime(vector["time"], FORMAT).replace(tzinfo=datetime.timezone.utc),
        )
    except ValueError:
        return {"error": True}
    return dict(vars(grants), not_after=grants.not_after.strftime(FORMAT))


def tls_takes(vector, *settings):
    """Whether OpenSSL takes the chain with these settings of its command line."""
    time = datetime.datetime.strptime(vector["time"], FORMAT).replace(tzinfo=datetime.timezone.utc)
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        files = {"roots": vector["roots"], "chain": vector["chain"][1:], "leaf": vector["chain"][:1]}
        for name, pems in files.items():
            pathlib.Path(folder, name).write_text("".join(pems), encoding="utf-8")
        untrusted = ["-untrusted", folder + "/chain"] if files["chain"] else []
        return subprocess.run(
            ["openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", folder + "/roots", *untrusted, "-purpose",
             "sslclient", "-attime", str(int(time.timestamp())), *settings, folder + "/leaf"],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False).returncode == 0


def shake_hands(root, chain, key):
    """The leaf that a TLS server sees which is told what the reader's head says; ssl.SSLError where it refuses."""
    with tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR")) as folder:
        pem = key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                        serialization.NoEncryption()).decode()
        pathlib.Path(folder, "identity").write_text("".join(map(vector_ca.pem, chain)) + pem, encoding="utf-8")
        pathlib.Path(folder, "roots").write_text(vector_ca.pem(root.der), encoding="utf-8")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.verify_mode = ssl.CERT_REQUIRED
        context.load_verify_locations(folder + "/roots")
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        context.set_ciphers("DEFAULT@SECLEVEL=2")
        peer = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        peer.check_hostname, peer.verify_mode = False, ssl.CERT_NONE
        peer.set_ciphers("DEFAULT@SECLEVEL=0")  # the server is to refuse, not the client
        peer.load_cert_chain(folder + "/identity")
        good = vector_ca.Authority("Server", not_before=NOW - DAY, not_after=NOW + DAY)
        pem = good.key.private.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8,
                                             serialization.NoEncryption()).decode()
        pathlib.Path(folder, "server").write_text(vector_ca.pem(good.der) + pem, encoding="utf-8")
        context.load_cert_chain(folder + "/server")
    up, down = ssl.MemoryBIO(), ssl.MemoryBIO()
    server, client = context.wrap_bio(up, down, server_side=True), peer.wrap_bio(down, up)
    for side in (client, server, client, server):
        try:
            side.do_handshake()
        except ssl.SSLWantReadError:
            pass
    return x509.load_der_x509_certificate(server.getpeercert(binary_form=True))


NOW = datetime.datetime.utcnow().replace(microsecond=0)
DAY = datetime.timedelta(days=1)
# What the reader's head asks for: verify_flags, set_ciphers.
SETTINGS = ("-x509_strict", "-auth_level", "2")


class FleetAuthzTest(unittest.TestCase):
    def test_reads_and_refuses_extensions(self):
        valid = 0
        for vector in VECTORS["fleet_authz"]:
            with self.subTest(vector["name"]):
                der = bytes.fromhex(vector["der"])
                if not vector["valid"]:
                    self.assertRaises(ValueError, fleet_authz.parse_fleet_authz, der)
                    continue
                fields = ("policy_revision", "roles", "audience", "attributes")
                self.assertEqual(vector["value"], dict(zip(fields, fleet_authz.parse_fleet_authz(der))))
                valid += 1
        self.assertGreater(valid, 15)

    def test_reads_and_refuses_certificates(self):
        seen = set()
        for vector in VECTORS["certificates"]:
            if vector["reader"] is None:
                continue
            with self.subTest(vector["name"]):
                self.assertEqual(vector["reader"], answer(vector))
                seen.add(vector["reader"].get("state", "error"))
        self.assertEqual(
            {"error", "granted", "absent", "unreadable", "other_audience", "stale_policy"}, seen)

    def test_with_the_settings_of_the_head_tls_and_the_reader_answer_what_the_verifier_does(self):
        refused = 0
        for vector in VECTORS["certificates"]:
            if vector["tls"] is None:
                continue
            with self.subTest(vector["name"]):
                self.assertEqual(vector["tls"], tls_takes(vector, *SETTINGS))
                self.assertEqual("error" in vector["verifier"], not vector["tls"])
                refused += not vector["tls"]
        self.assertGreater(refused, 30)

    def test_without_the_settings_tls_takes_what_is_weak(self):
        weak = [vector["name"] for vector in VECTORS["certificates"] if vector["tls"] is False and tls_takes(vector)]
        for name in ("a CA of RSA-1024", "an intermediate signed with sha1", "an intermediate signed with md5"):
            self.assertIn(name, weak)

    def test_the_head_says_what_tls_must_be_told(self):
        def peer(key, root_key=None):
            root = vector_ca.Authority("Root", key=root_key, not_before=NOW - DAY, not_after=NOW + DAY)
            ca = vector_ca.Authority("CA", issuer=root, key=key, not_before=NOW - DAY, not_after=NOW + DAY)
            extensions = [
                vector_ca.basic_constraints(False), vector_ca.key_usage(vector_ca.DIGITAL_SIGNATURE),
                vector_ca.extended_key_usage(vector_ca.CLIENT_AUTH), vector_ca.uris("spiffe://fleet.example/svc/web")]
            leaf_key = vector_ca.Key("leaf")
            leaf = ca.issue(leaf_key, "", extensions, NOW - DAY, NOW + DAY)
            return fleet_authz.read(shake_hands(root, [leaf, ca.der], leaf_key), "fleet.example").identity

        self.assertEqual("spiffe://fleet.example/svc/web", peer(vector_ca.Key("CA")))
        self.assertEqual("spiffe://fleet.example/svc/web", peer(RsaKey("CA", 2048), RsaKey("Root", 2048)))
        for weak in (RsaKey("CA", 1024), RsaKey("CA", 2048, "sha1"), RsaKey("CA", 2048, "md5")):
            with self.assertRaises(ssl.SSLError):
                peer(weak)
        for digest in ("sha1", "md5"):
            with self.assertRaises(ssl.SSLError):
                peer(vector_ca.Key("CA"), RsaKey("Root", 2048, digest))

    def test_is_a_file_to_copy(self):
        with open("client/authz/readers/fleet_authz.py", encoding="utf-8") as source:
            self.assertLess(len([line for line in source if line.strip()]), 150)


if __name__ == "__main__":
    unittest.main()
