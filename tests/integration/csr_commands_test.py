"""fleetca csr: what it writes others read, what others write it judges as the CA does."""

import json
import os
import shutil
import stat
import unittest

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.integration import fleet
from tests.integration import local_files

KEYS = ("p256", "p384", "rsa2048", "rsa3072", "rsa4096", "ed25519")
SUBJECT = r"C=DE,ST=Hessen,L=Fulda,O=Fleet\, Inc,OU=Web,CN=web,serialNumber=7,emailAddress=ops@fleet.example"
SLASHES = "/C=DE/ST=Hessen/L=Fulda/O=Fleet, Inc/OU=Web/CN=web/serialNumber=7/emailAddress=ops@fleet.example"
NAMES = ("DNS:web.fleet.example", "IP:192.0.2.7", "IP:2001:db8::7", "URI:spiffe://fleet.example/svc/web",
         "email:ops@fleet.example")


class CsrCommandsTest(local_files.LocalFilesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.keys = {kind: fleet.make_key(cls.path(kind + ".key"), kind) for kind in KEYS}

    def csr(self, *arguments, stdin=b""):
        done = fleet.fleetca("csr", *arguments, stdin=stdin)
        self.assertEqual(done.code, 0, done.err)
        return done

    def verdict(self, contents, code):
        done = fleet.fleetca("csr", "verify", "-o", "json", "-", stdin=contents)
        self.assertEqual(done.code, code, done.err)
        verdict = json.loads(done.out)
        self.assertEqual(verdict["accepted"], code == 0)
        return verdict

    def refusals(self, contents):
        return {step["step"]: step["reason"] for step in self.verdict(contents, 1)["steps"] if not step["ok"]}

    # What fleetca writes, others read.

    def test_openssl_and_python_read_every_request(self):
        names = [word for name in NAMES for word in ("--name", name)]
        for kind, key in self.keys.items():
            with self.subTest(kind):
                done = self.csr("new", "--key", key, "--subject", SUBJECT, *names)
                fleet.openssl("req", "-verify", "-noout", stdin=done.out)
                self.assertEqual(fleet.openssl("req", "-pubkey", "-noout", stdin=done.out),
                                 fleet.openssl("pkey", "-in", key, "-pubout"))
                csr = x509.load_pem_x509_csr(done.out)
                self.assertTrue(csr.is_signature_valid)
                self.assertEqual([attribute.value for attribute in csr.subject],
                                 ["DE", "Hessen", "Fulda", "Fleet, Inc", "Web", "web", "7", "ops@fleet.example"])
                san = csr.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
                self.assertEqual([str(name.value) for name in san], [name.split(":", 1)[1] for name in NAMES])
                self.assertEqual(self.verdict(done.out, 0)["steps"][-1], {"step": "possession", "ok": True})

    def test_the_subject_is_openssls(self):
        key = self.keys["p256"]
        theirs = fleet.openssl("req", "-new", "-utf8", "-key", key, "-subj", SLASHES)
        for subject in (SUBJECT, SLASHES):
            ours = self.csr("new", "--key", key, "--subject", subject).out
            self.assertEqual(x509.load_pem_x509_csr(ours).subject.rfc4514_string(),
                             x509.load_pem_x509_csr(theirs).subject.rfc4514_string())
        joined = self.csr("new", "--key", key, "--subject", "O=Fleet,CN=web+serialNumber=7").out
        self.assertEqual(
            x509.load_pem_x509_csr(joined).subject.public_bytes(),
            x509.load_pem_x509_csr(self.csr("new", "--key", key, "--subject", "O=Fleet,serialNumber=7+CN=web").out)
            .subject.public_bytes())

    @unittest.skipUnless(shutil.which("certtool"), "needs gnutls-bin")
    def test_certtool_reads_it(self):
        csr = self.csr("new", "--key", self.keys["p256"], "--subject", SUBJECT, "--name", NAMES[0]).out
        done = fleet.run("certtool", "--crq-info", stdin=csr)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn(b"DNSname: web.fleet.example", done.out)
        self.assertIn(b"Self signature: verified", done.out)

    def test_a_new_key_beside_it(self):
        key, csr, passphrase = self.path("new.key"), self.path("new.csr"), self.write("passphrase", b"secret\n")
        self.csr("new", "--new-key", "p256", "--key-out", key, "--name", NAMES[0], "--out", csr)
        self.assertEqual(stat.S_IMODE(os.stat(key).st_mode), 0o600)
        self.assertEqual(fleet.openssl("req", "-in", csr, "-pubkey", "-noout"),
                         fleet.openssl("pkey", "-in", key, "-pubout"))
        again = fleet.fleetca("csr", "new", "--new-key", "p256", "--key-out", key, "--out", self.path("other.csr"))
        self.assertEqual(again.code, 1)
        self.assertIn("--force replaces it", again.err)
        locked = self.path("locked.key")
        self.csr("new", "--new-key", "ed25519", "--key-out", locked, "--new-passphrase-file", passphrase)
        done = self.csr("new", "--key", locked, "--passphrase-file", passphrase, "--name", NAMES[0])
        self.assertEqual(fleet.openssl("req", "-pubkey", "-noout", stdin=done.out),
                         fleet.openssl("pkey", "-in", locked, "-passin", "file:" + passphrase, "-pubout"))

    def test_it_says_what_the_policy_decides(self):
        done = self.csr("new", "--key", self.keys["p256"], "--subject", "CN=web")
        self.assertIn('would pass over the subject "CN=web"', done.err)
        self.assertEqual(self.csr("new", "--key", self.keys["p256"], "--name", NAMES[0]).err, "")

    # What others write, fleetca judges.

    def test_accepts_what_others_write(self):
        for kind, key in self.keys.items():
            with self.subTest(kind):
                verdict = self.verdict(fleet.make_csr(key, subject="/CN=web", more=(
                    "-addext", "keyUsage=digitalSignature", "-addext", "extendedKeyUsage=serverAuth")), 0)
                self.assertEqual(len(verdict["ignored"]), 3, verdict)
        key = ec.generate_private_key(ec.SECP256R1())
        builder = x509.CertificateSigningRequestBuilder().subject_name(
            x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "web")]))
        self.verdict(builder.sign(key, hashes.SHA256()).public_bytes(serialization.Encoding.DER), 0)

    def test_says_which_attributes_mean_nothing(self):
        config = self.write("req.cnf", b"[req]\nprompt=no\ndistinguished_name=dn\nattributes=at\n[dn]\nCN=web\n"
                                       b"[at]\nchallengePassword=secret12\n")
        ignored = self.verdict(fleet.openssl("req", "-new", "-key", self.keys["p256"], "-config", config), 0)["ignored"]
        self.assertIn("the attribute challengePassword: it means nothing to the CA", ignored)

    @unittest.skipUnless(shutil.which("keytool"), "needs a JDK")
    def test_accepts_what_keytool_writes(self):
        for more in (("-keyalg", "RSA", "-keysize", "2048"), ("-keyalg", "EC", "-groupname", "secp256r1"),
                     ("-keyalg", "Ed25519")):
            store = self.path("store.p12")
            if os.path.exists(store):
                os.remove(store)
            at = ("-keystore", store, "-storepass", "changeit", "-storetype", "PKCS12", "-alias", "web")
            done = fleet.run("keytool", "-genkeypair", *at, *more, "-dname", "CN=web, O=Fleet, C=DE")
            self.assertEqual(done.code, 0, done.out)
            done = fleet.run("keytool", "-certreq", *at, "-ext", "san=dns:web.fleet.example")
            self.assertEqual(done.code, 0, done.out)
            with self.subTest(more):
                self.verdict(done.out, 0)
                shown = json.loads(self.csr("inspect", "-o", "json", "-", stdin=done.out).out)
                self.assertEqual(shown["names"], ["DNS:web.fleet.example"])

    def test_every_finding_is_in_one_answer(self):
        weak = self.path("weak.key")
        fleet.openssl("genpkey", "-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024", "-out", weak)
        found = self.refusals(fleet.openssl("req", "-new", "-sha1", "-key", weak, "-subj", "/CN=web", "-addext",
                                            "subjectAltName=RID:1.2.3.4"))
        self.assertEqual(found, {"key": "KEY_WEAK", "algorithm": "SIGNATURE_ALGORITHM",
                                 "names": "SAN_TYPE_FORBIDDEN"})
        two = self.verdict(fleet.make_csr(self.keys["p256"], names="DNS:*.example,DNS:web.example,URI:https://a/"), 1)
        self.assertEqual([step["step"] for step in two["steps"] if not step["ok"]], ["names", "names"])
        self.assertEqual(two["not_taken"], ["possession"])

    def test_however_a_file_writes_a_key_it_is_the_same_key(self):
        for how in (("-conv_form", "compressed"), ("-param_enc", "explicit")):
            with self.subTest(how):
                key = self.write("form.key", fleet.openssl("ec", "-in", self.keys["p256"], *how))
                csr = self.csr("new", "--key", key, "--name", "DNS:web.fleet.example").out
                self.assertEqual(fleet.openssl("req", "-noout", "-pubkey", stdin=csr),
                                 fleet.openssl("pkey", "-in", self.keys["p256"], "-pubout"))

    def test_a_key_that_no_ca_takes_is_named_with_its_file(self):
        for kind, more, words in (("X25519", (), "X25519"), ("RSA-PSS", (), "RSASSA-PSS"),
                                  ("EC", ("-pkeyopt", "ec_paramgen_curve:P-521"), "P-521")):
            with self.subTest(kind):
                key = self.write("%s.key" % kind, fleet.openssl("genpkey", "-algorithm", kind, *more))
                for command in (("csr", "new"), ("cert", "selfsign")):
                    done = fleet.fleetca(*command, "--key", key, "--name", "DNS:web.fleet.example")
                    self.assertEqual(done.code, 1, done.err)
                    self.assertIn(key + ": ", done.err)
                    self.assertIn(words, done.err)

    def test_names_that_other_cas_grant_are_made(self):
        done = self.csr("new", "--key", self.keys["p256"], "--name", "URI:https://web.example/a")
        self.assertIn("fleetca's own CA would refuse this request", done.err)
        self.assertIn(b"URI:https://web.example/a", fleet.openssl("req", "-noout", "-text", stdin=done.out))

    def test_a_request_of_another_key_is_refused(self):
        ours = fleet.openssl("req", "-outform", "DER", stdin=fleet.make_csr(self.keys["p256"]))
        broken = ours[:-1] + bytes([ours[-1] ^ 1])
        self.assertEqual(self.refusals(broken), {"possession": "SIGNATURE_INVALID"})

    def test_what_the_ca_refuses_is_refused_before(self):
        cases = {"p521": fleet.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-521", "-nodes",
                                       "-keyout", self.path("p521.key"), "-subj", "/"),
                 "wildcard": fleet.make_csr(self.keys["p256"], names="DNS:*.example"),
                 "junk": fleet.openssl("req", "-outform", "DER", stdin=fleet.make_csr(self.keys["p256"])) + b"\0"}
        with fleet.Fleet() as ca:
            for name, csr in cases.items():
                with self.subTest(name):
                    self.assertNotEqual(ca.issue(csr).code, 0)
                    if name == "junk":
                        self.assertEqual(fleet.fleetca("csr", "verify", "-", stdin=csr).code, 1)
                    else:
                        self.assertTrue(self.refusals(csr))

    # Bad input.

    def test_bad_input_is_a_sentence(self):
        key = self.keys["p256"]
        certificate = fleet.openssl("req", "-x509", "-key", key, "-subj", "/CN=web")
        with open(key, "rb") as file:
            pem = file.read()
        for words, contents in (("not a certificate signing request", certificate), ("this is a private key", pem),
                                ("there is no certificate and nothing else of the kind", b"\x55" * 10000000),
                                ("the input is empty", b"")):
            for command in ("verify", "inspect"):
                done = fleet.fleetca("csr", command, "-o", "json", "-", stdin=contents)
                self.assertEqual(done.code, 1)
                self.assertIn(words, json.loads(done.err)["message"])
        for arguments, words in ((("--subject", "web"), 'there is no \\"=\\"'),
                                 (("--subject", "C=Germany"), "2 are the most"),
                                 (("--name", "web.fleet.example"), "does not say what kind of name"),
                                 (("--name", "IP:fleet"), "is not an IP address"),
                                 (("--key", self.write("crt", certificate)), "it is a certificate")):
            more = () if "--key" in arguments else ("--key", key)
            done = fleet.fleetca("csr", "new", "-o", "json", *more, *arguments)
            self.assertEqual(done.code, 1, done.err)
            self.assertIn(words, done.err)
        for arguments in ((), ("--key", key, "--new-key", "p256"), ("--new-key", "p256"),
                          ("--key", key, "--key-out", self.path("none.key")), ("--key", key, "--encrypt")):
            self.assertEqual(fleet.fleetca("csr", "new", *arguments).code, 2, arguments)


if __name__ == "__main__":
    unittest.main()
