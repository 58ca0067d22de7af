"""`fleetca p12` and what others write and read: OpenSSL, Java, NSS, GnuTLS and Python's cryptography."""

import json
import os
import shutil
import subprocess
import unittest

from tests.integration import fleet
from tests.integration import local_files

PASSPHRASE = "correct horse"
KEY_TYPES = ("p256", "p384", "rsa2048", "ed25519")


def run(*command, env=None):
    """A foreign program that must succeed, and all that it says."""
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False, timeout=120, env=env)
    if done.returncode != 0:
        raise AssertionError("%s: %s" % (" ".join(command), done.stdout.decode(errors="replace")))
    return done.stdout.decode(errors="replace")


class Pkcs12Test(local_files.LocalFilesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write("pass", PASSPHRASE + "\n")
        cls.write("wrong", "another\n")
        fleet.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                      cls.path("ca.key"), "-out", cls.path("ca.crt"), "-subj", "/CN=Root", "-days", "30")
        for key_type in KEY_TYPES:
            cls.certify(key_type)

    @classmethod
    def certify(cls, name):
        key = fleet.make_key(cls.path(name + ".key"), name)
        fleet.openssl("req", "-new", "-key", key, "-subj", "/CN=" + name, "-out", cls.path("csr"))
        fleet.openssl("x509", "-req", "-in", cls.path("csr"), "-CA", cls.path("ca.crt"), "-CAkey", cls.path("ca.key"),
                      "-CAcreateserial", "-days", "20", "-out", cls.path(name + ".crt"))

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def export(self, name, out, *flags, code=0):
        done = fleet.fleetca("p12", "export", "--key", self.path(name + ".key"), "--cert", self.path(name + ".crt"),
                             "--passphrase-file", self.path("pass"), "--out", self.path(out), "--force", *flags)
        self.assertEqual(done.code, code, done.err)
        return done

    def take(self, file, *flags, code=0, passphrase="pass"):
        done = fleet.fleetca("p12", "import", self.path(file), "--passphrase-file", self.path(passphrase), *flags)
        self.assertEqual(done.code, code, done.err)
        return done

    def assert_holds(self, file, name, passphrase="pass"):
        """That the file holds this key and its certificate."""
        for left in ("out.key", "out.crt"):
            if os.path.exists(self.path(left)):
                os.unlink(self.path(left))
        self.take(file, "--key-out", self.path("out.key"), "--cert-out", self.path("out.crt"), passphrase=passphrase)
        self.assertEqual(os.stat(self.path("out.key")).st_mode & 0o777, 0o600)
        self.assertEqual(fleet.openssl("pkey", "-in", self.path("out.key"), "-pubout"),
                         fleet.openssl("pkey", "-in", self.path(name + ".key"), "-pubout"))
        self.assertEqual(fleet.openssl("x509", "-in", self.path("out.crt"), "-outform", "DER"),
                         fleet.openssl("x509", "-in", self.path(name + ".crt"), "-outform", "DER"))

    def by_openssl(self, name, out, *flags, passphrase=None):
        fleet.openssl("pkcs12", "-export", "-inkey", self.path(name + ".key"), "-in", self.path(name + ".crt"),
                      "-name", name, "-passout",
                      "file:" + self.path("pass") if passphrase is None else "pass:" + passphrase,
                      "-out", self.path(out), *flags)

    def test_a_passphrase_with_a_nul_is_refused(self):
        nul = self.write("nul", b"ab\0cd\n")
        done = fleet.fleetca("p12", "export", "--key", self.path("p256.key"), "--cert", self.path("p256.crt"),
                             "--passphrase-file", nul, "--out", self.path("nul.p12"))
        self.assertEqual(done.code, 1, done.err)
        self.assertIn("has a NUL octet in it", done.err)
        self.assertFalse(os.path.exists(self.path("nul.p12")))

    def test_a_key_that_others_may_read_is_said_to_be_so(self):
        os.chmod(self.path("p256.key"), 0o644)
        self.addCleanup(os.chmod, self.path("p256.key"), 0o600)
        self.assertIn("chmod 600", self.export("p256", "open.p12").err)

    def test_openssl_reads_what_is_written(self):
        for name in KEY_TYPES:
            for flags, words in (((), "PBES2, PBKDF2, AES-256-CBC, Iteration 10000, PRF hmacWithSHA256"),
                                 (("--legacy",), "pbeWithSHA1And3-KeyTripleDES-CBC")):
                with self.subTest(name=name, flags=flags):
                    self.export(name, "ours.p12", "--chain", self.path("ca.crt"), "--name", "web", *flags)
                    self.assertEqual(os.stat(self.path("ours.p12")).st_mode & 0o777, 0o600)
                    said = run("openssl", "pkcs12", "-in", self.path("ours.p12"), "-passin",
                               "file:" + self.path("pass"), "-nodes", "-info")
                    self.assertIn(words, said)
                    self.assertIn("friendlyName: web", said)
                    self.assertEqual(said.count("BEGIN CERTIFICATE"), 2)
                    self.assertEqual(said.count("BEGIN PRIVATE KEY"), 1)
                    self.assert_holds("ours.p12", name)

    def test_what_openssl_writes_is_read(self):
        for name in KEY_TYPES:
            for flags in ((), ("-legacy",), ("-nomac",), ("-certpbe", "NONE"),
                          ("-keypbe", "PBE-SHA1-3DES", "-certpbe", "PBE-SHA1-3DES", "-macalg", "sha1")):
                with self.subTest(name=name, flags=flags):
                    self.by_openssl(name, "theirs.p12", *flags)
                    self.assert_holds("theirs.p12", name)

    def test_what_is_in_it_is_said(self):
        self.by_openssl("p256", "theirs.p12", "-legacy", "-certfile", self.path("ca.crt"))
        done = self.take("theirs.p12", "-o", "json")
        found = json.loads(done.out)
        self.assertEqual([(key["alias"], key["type"], key["encryption"]) for key in found["keys"]],
                         [("p256", "P-256", "PBE-SHA1-3DES, 2048 iterations")])
        # One is of version 1, of which is said what cert inspect says.
        inspected = json.loads(fleet.fleetca("cert", "inspect", self.path("theirs.p12"), "--passphrase-file",
                                             self.path("pass"), "-o", "json").out)
        self.assertEqual(len(found["certificates"]), 2)
        for one in found["certificates"]:
            whole = next(other for other in inspected if other.get("sha256") == one["sha256"])
            for field in ("subject", "key", "not_after", "not_accepted"):
                self.assertEqual(one.get(field), whole.get(field), field)
        self.assertTrue(all(one["subject"] for one in found["certificates"]))
        self.assertEqual(sum("not_accepted" in one for one in found["certificates"]), 1)
        self.assertTrue(found["weak"])
        self.assertIn("weak", self.take("theirs.p12").err)
        self.by_openssl("p256", "theirs.p12", "-nomac")
        self.assertIn("no MAC", self.take("theirs.p12").err)

    def test_passphrases_of_all_kinds(self):
        self.by_openssl("p256", "empty.p12", passphrase="")
        self.assert_holds("empty.p12", "p256", passphrase="wrong")
        self.write("umlaut", "pä€ß\n")
        for flags in ((), ("-legacy",)):
            self.by_openssl("p256", "umlaut.p12", *flags, passphrase="pä€ß")
            self.assert_holds("umlaut.p12", "p256", passphrase="umlaut")
        refused = self.take("umlaut.p12", code=1)
        self.assertIn("passphrase does not open it", refused.err)

    def test_the_chain_and_the_root_come_apart(self):
        self.export("p256", "ours.p12", "--chain", self.folder)
        self.take("ours.p12", "--bundle-out", self.path("root.out"), "--force")
        self.assertEqual(self.read("root.out"), self.read("ca.crt"))
        refused = self.take("ours.p12", "--chain-out", self.path("chain.out"), "--key-out", self.path("new.key"),
                            code=1)
        self.assertIn("--chain-out", refused.err)
        self.assertFalse(os.path.exists(self.path("new.key")))

    def test_what_does_not_belong_together_is_refused(self):
        done = fleet.fleetca("p12", "export", "--key", self.path("p384.key"), "--cert", self.path("p256.crt"),
                             "--passphrase-file", self.path("pass"), "--out", self.path("none.p12"))
        self.assertEqual(done.code, 1)
        self.assertRegex(done.err, "is [0-9a-f]{64}, and that of the certificate's is [0-9a-f]{64}")
        refused = self.export("p256", "none.p12", "--chain", self.path("p384.crt"), code=1)
        self.assertIn("no issuer of the certificate", refused.err)
        self.assertFalse(os.path.exists(self.path("none.p12")))

    def test_bad_files_are_named(self):
        self.by_openssl("p256", "good.p12")
        good = self.read("good.p12")
        for contents, words in ((b"", "empty"), (good[:-20], "not all of one"), (os.urandom(10 << 20), "octets"),
                                (os.urandom(1000), "not a PKCS#12"), (self.read("p256.crt"), "PEM, not PKCS#12")):
            self.write("bad.p12", contents)
            refused = self.take("bad.p12", "--key-out", self.path("bad.key"), code=1)
            self.assertIn(words, refused.err)
            self.assertFalse(os.path.exists(self.path("bad.key")))
        self.by_openssl("p256", "slow.p12", "-iter", "6000000")
        self.assertIn("iterations", self.take("slow.p12", code=1).err)
        self.take("good.p12", code=1, passphrase="wrong")
        self.assertEqual(fleet.fleetca("p12", "import", self.folder).code, 1)

    def test_what_is_there_stays(self):
        self.by_openssl("p256", "good.p12")
        self.write("there.key", "mine")
        refused = self.take("good.p12", "--key-out", self.path("there.key"), code=1)
        self.assertIn("--force", refused.err)
        self.assertEqual(self.read("there.key"), b"mine")
        self.write("there.p12", "mine")
        done = fleet.fleetca("p12", "export", "--key", self.path("p256.key"), "--cert", self.path("p256.crt"),
                             "--passphrase-file", self.path("pass"), "--out", self.path("there.p12"))
        self.assertEqual((done.code, self.read("there.p12")), (1, b"mine"))

    def test_names_are_shown_as_they_are(self):
        self.export("p256", "named.p12", "--name", "B\u00fcro")
        self.assertIn("B\u00fcro, P-256", self.take("named.p12").out.decode())
        refused = self.export("p256", "named.p12", "--name", os.fsdecode(b"\xff"), code=2)
        self.assertIn("not UTF-8", refused.err)

    def test_what_is_left_out_is_said(self):
        self.write("mixed.key", self.read("p256.key"))
        self.write("mixed.crt", self.read("p256.crt") + self.read("p384.crt"))
        for flags in ((), ("--chain", self.path("ca.crt"))):
            self.assertIn("1 certificate was left out", self.export("mixed", "mixed.p12", *flags).err)

    def test_no_key(self):
        fleet.openssl("pkcs12", "-export", "-nokeys", "-in", self.path("ca.crt"), "-passout",
                      "file:" + self.path("pass"), "-out", self.path("nokeys.p12"))
        refused = self.take("nokeys.p12", "--key-out", self.path("none.key"), code=1)
        self.assertIn("no private key", refused.err)
        self.take("nokeys.p12", "--cert-out", self.path("only.crt"), "--force")
        self.assertEqual(self.read("only.crt"), self.read("ca.crt"))

    @unittest.skipUnless(shutil.which("keytool"), "there is no keytool")
    def test_java_both_ways(self):
        for flags in ((), ("--legacy",)):
            self.export("p256", "ours.p12", "--chain", self.path("ca.crt"), "--name", "web", *flags)
            said = run("keytool", "-J-Duser.language=en", "-list", "-v", "-keystore", self.path("ours.p12"),
                       "-storepass:file", self.path("pass"))
            self.assertIn("Alias name: web", said)
            self.assertIn("Entry type: PrivateKeyEntry", said)
            self.assertIn("Certificate chain length: 2", said)
        store = self.path("java.p12")
        for alias, kind in (("one", "EC"), ("two", "RSA")):
            run("keytool", "-genkeypair", "-alias", alias, "-keyalg", kind, "-dname", "CN=" + alias, "-storetype",
                "PKCS12", "-keystore", store, "-storepass:file", self.path("pass"))
        run("keytool", "-importcert", "-noprompt", "-alias", "root", "-file", self.path("ca.crt"), "-keystore", store,
            "-storepass:file", self.path("pass"))
        found = json.loads(self.take("java.p12", "-o", "json").out)
        self.assertEqual(sorted(key["alias"] for key in found["keys"]), ["one", "two"])
        self.assertEqual([one["subject"] for one in found["certificates"] if one["trusted"]], ["CN=Root"])
        refused = self.take("java.p12", "--key-out", self.path("java.key"), code=1)
        self.assertIn('--alias "one"', refused.err)
        self.take("java.p12", "--alias", "two", "--key-out", self.path("java.key"), "--cert-out", self.path("java.crt"))
        self.assertIn(b"RSA", fleet.openssl("x509", "-in", self.path("java.crt"), "-noout", "-text"))
        chosen = [key["key_id"] for key in found["keys"] if key["alias"] == "one"][0]
        self.take("java.p12", "--key-id", chosen, "--cert-out", self.path("one.crt"))
        self.assertIn(b"CN = one", fleet.openssl("x509", "-in", self.path("one.crt"), "-noout", "-subject"))
        run("keytool", "-genkeypair", "-alias", "old", "-keyalg", "EC", "-dname", "CN=old", "-storetype", "JKS",
            "-keystore", self.path("old.jks"), "-storepass:file", self.path("pass"), "-keypass:file", self.path("pass"))
        self.assertIn("keytool -importkeystore", self.take("old.jks", code=1).err)

    @unittest.skipUnless(shutil.which("pk12util"), "there is no pk12util")
    def test_nss_both_ways(self):
        database = self.path("nss")
        os.mkdir(database)
        run("certutil", "-N", "-d", "sql:" + database, "--empty-password")
        for flags in ((), ("--legacy",)):
            self.export("p256", "ours.p12", "--name", "web", *flags)
            run("pk12util", "-i", self.path("ours.p12"), "-d", "sql:" + database, "-w", self.path("pass"))
        for ciphers in ((), ("-C", "PKCS #12 V2 PBE With SHA-1 And 3KEY Triple DES-CBC", "-c",
                             "PKCS #12 V2 PBE With SHA-1 And 40 Bit RC2 CBC")):
            run("pk12util", "-o", self.path("nss.p12"), "-n", "web", "-d", "sql:" + database, "-w", self.path("pass"),
                *ciphers)
            self.assert_holds("nss.p12", "p256")

    @unittest.skipUnless(shutil.which("certtool"), "there is no certtool")
    def test_gnutls_both_ways(self):
        self.export("p256", "ours.p12", "--name", "web")
        said = run("certtool", "--p12-info", "--infile", self.path("ours.p12"), "--password", PASSPHRASE, "--inder")
        self.assertIn("BEGIN CERTIFICATE", said)
        run("certtool", "--to-p12", "--load-certificate", self.path("p256.crt"), "--load-privkey",
            self.path("p256.key"), "--p12-name", "web", "--password", PASSPHRASE, "--outder", "--outfile",
            self.path("gnutls.p12"))
        self.assert_holds("gnutls.p12", "p256")

    def test_cryptography_both_ways(self):
        try:
            from cryptography.hazmat.primitives import serialization
            from cryptography.hazmat.primitives.serialization import pkcs12
        except ImportError:
            self.skipTest("there is no cryptography")
        for name in KEY_TYPES:
            self.export(name, "ours.p12", "--chain", self.path("ca.crt"), "--name", "web")
            key, certificate, more = pkcs12.load_key_and_certificates(self.read("ours.p12"), PASSPHRASE.encode())
            self.assertEqual(certificate.public_key().public_bytes(serialization.Encoding.DER,
                                                                   serialization.PublicFormat.SubjectPublicKeyInfo),
                             key.public_key().public_bytes(serialization.Encoding.DER,
                                                           serialization.PublicFormat.SubjectPublicKeyInfo))
            self.assertEqual(len(more), 1)
            self.write("theirs.p12", pkcs12.serialize_key_and_certificates(
                b"web", key, certificate, more, serialization.BestAvailableEncryption(PASSPHRASE.encode())))
            self.assert_holds("theirs.p12", name)


if __name__ == "__main__":
    unittest.main()
