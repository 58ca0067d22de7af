"""fleetca key: what it writes others read, and what others write it reads, of every type and in every form."""

import json
import os
import shutil
import stat
import subprocess
import unittest

from cryptography.hazmat.primitives import serialization

from tests.integration import fleet
from tests.integration import local_files

TYPES = {"p256": "P-256", "p384": "P-384", "rsa2048": "RSA 2048", "rsa3072": "RSA 3072", "rsa4096": "RSA 4096",
         "ed25519": "Ed25519"}
STRENGTH = {"p256": 128, "p384": 192, "rsa2048": 112, "rsa3072": 128, "rsa4096": 152, "ed25519": 128}
PASSPHRASE = b"correct horse, battery"


class KeyCommandsTest(local_files.LocalFilesTest):
    @classmethod
    def setUpClass(cls):
        super().setUpClass()
        cls.write("passphrase", PASSPHRASE + b"\n")
        cls.write("wrong", b"another\n")
        # RSA keys cost seconds: made once for all tests.
        cls.keys = {kind: fleet.make_key(cls.path(kind + ".openssl"), kind) for kind in TYPES}

    @property
    def passphrase(self):
        return self.path("passphrase")

    def run_key(self, *arguments, stdin=b""):
        return fleet.fleetca("key", *arguments, stdin=stdin)

    def key(self, *arguments, stdin=b""):
        done = self.run_key(*arguments, stdin=stdin)
        self.assertEqual(done.code, 0, done.err)
        return done

    def public(self, file, *more):
        return fleet.openssl("pkey", "-in", file, "-pubout", *more)

    def inspected(self, file, *more):
        return json.loads(self.key("inspect", "-o", "json", file, *more).out)

    def refused(self, *arguments, words, reason=None, stdin=b""):
        done = self.run_key(*arguments, "-o", "json", stdin=stdin)
        self.assertEqual(done.code, 1, (done.out, done.err))
        if reason is None:
            self.assertIn(words, done.err)
            return
        error = json.loads(done.err)
        self.assertEqual(error["reason"], reason, error)
        self.assertIn(words, error["message"])

    # What fleetca writes, others read.

    def test_openssl_reads_every_new_key(self):
        for kind, name in TYPES.items():
            with self.subTest(kind):
                out = self.new_path()
                said = json.loads(self.key("new", "--type", kind, "--out", out, "-o", "json").out)
                fleet.openssl("pkey", "-in", out, "-check", "-noout")
                self.assertEqual(stat.S_IMODE(os.stat(out).st_mode), 0o600)
                der = self.public(out, "-outform", "DER")
                digest = fleet.openssl("dgst", "-sha256", "-r", stdin=der).decode().split()[0]
                self.assertEqual((said["type"], said["strength_bits"], said["sha256"], said["encryption"]),
                                 (name, STRENGTH[kind], digest, ""))

    def test_openssl_and_python_read_every_encrypted_key(self):
        for kind, file in self.keys.items():
            for kdf in ("scrypt", "pbkdf2"):
                with self.subTest(kind=kind, kdf=kdf):
                    out = self.new_path()
                    self.key("encrypt", file, "--new-passphrase-file", self.passphrase, "--kdf", kdf, "--out", out)
                    self.assertEqual(self.public(out, "-passin", "file:" + self.passphrase), self.public(file))
                    with open(out, "rb") as pem:
                        read = serialization.load_pem_private_key(pem.read(), PASSPHRASE)
                    self.assertEqual(read.public_key().public_bytes(
                        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo), self.public(file))

    @unittest.skipUnless(shutil.which("certtool"), "needs gnutls-bin")
    def test_certtool_reads_what_it_knows(self):
        for kind, file in self.keys.items():
            with self.subTest(kind):
                clear, locked = self.new_path("clear.key"), self.new_path("locked.key")
                self.key("decrypt", file, "--out", clear)
                self.key("encrypt", file, "--new-passphrase-file", self.passphrase, "--kdf", "pbkdf2", "--out", locked)
                for done in (fleet.run("certtool", "--pubkey-info", "--load-privkey", clear),
                             fleet.run("certtool", "--pubkey-info", "--load-privkey", locked, "--password",
                                       PASSPHRASE.decode())):
                    self.assertEqual(done.code, 0, done.err)
                    begin = done.out.index(b"-----BEGIN PUBLIC KEY")
                    self.assertEqual(done.out[begin:], self.public(file))

    # What others write, fleetca reads.

    def assert_same(self, file, written, *more):
        self.assertEqual(self.inspected(written, *more)["sha256"], self.inspected(file)["sha256"], written)
        out = self.new_path("clear.key")
        self.key("decrypt", written, "--out", out, *more)
        self.assertEqual(self.public(out), self.public(file))
        self.assertEqual(stat.S_IMODE(os.stat(out).st_mode), 0o600)

    def test_reads_what_openssl_encrypts(self):
        with_file = ("--passphrase-file", self.passphrase)
        for kind, file in self.keys.items():
            for more in (("-scrypt",), ("-v2", "aes-128-cbc"), ("-v2", "des3"), ("-v2prf", "hmacWithSHA512"),
                         ("-v1", "PBE-SHA1-3DES")):
                for form in ("PEM", "DER"):
                    with self.subTest(kind=kind, more=more, form=form):
                        written = self.new_path("by-openssl")
                        fleet.openssl("pkcs8", "-topk8", *more, "-in", file, "-passout", "file:" + self.passphrase,
                                      "-outform", form, "-out", written)
                        found = self.inspected(written, *with_file)
                        self.assertEqual(found["form"], "encrypted PKCS#8")
                        self.assertEqual(found["sha256"], self.inspected(file)["sha256"])
            self.assert_same(file, written, *with_file)

    def test_reads_the_traditional_forms(self):
        for kind, file in self.keys.items():
            if kind == "ed25519":
                continue  # It has none.
            form = "PKCS#1" if kind.startswith("rsa") else "SEC1"
            for cipher in ((), ("-aes256",), ("-des3",)):
                with self.subTest(kind=kind, cipher=cipher):
                    written = self.new_path("by-openssl")
                    locked = ("-passout", "file:" + self.passphrase) if cipher else ()
                    fleet.openssl("pkey", "-traditional", *cipher, *locked, "-in", file, "-out", written)
                    more = ("--passphrase-file", self.passphrase) if cipher else ()
                    self.assertEqual(self.inspected(written, *more)["form"], "encrypted " + form if cipher else form)
                    self.assert_same(file, written, *more)
            der = self.new_path("by-openssl.der")
            fleet.openssl("rsa" if kind.startswith("rsa") else "ec", *(("-traditional",) if "rsa" in kind else ()),
                          "-in", file, "-outform", "DER", "-out", der)
            self.assertEqual(self.inspected(der)["form"], form)

    def test_reads_what_broken_ciphers_encrypt_and_says_so(self):
        providers = ("-provider", "default", "-provider", "legacy")
        locked = ("-passout", "file:" + self.passphrase)
        for command in (("pkcs8", "-topk8", "-v1", "PBE-MD5-DES"), ("pkcs8", "-topk8", "-v1", "PBE-SHA1-RC4-128"),
                        ("pkcs8", "-topk8", "-v2", "rc2"), ("ec", "-des")):
            with self.subTest(command):
                written = self.new_path("by-openssl")
                fleet.openssl(*command, *providers, "-in", self.keys["p256"], *locked, "-out", written)
                done = self.key("inspect", written, "--passphrase-file", self.passphrase)
                self.assertIn("protects it little; encrypt it anew by fleetca key encrypt", done.err)
                self.assert_same(self.keys["p256"], written, "--passphrase-file", self.passphrase)
                self.refused("inspect", written, "--passphrase-file", self.path("wrong"),
                             words="the passphrase is wrong", reason="PASSPHRASE_INVALID")

    def test_reads_what_python_writes(self):
        for kind, file in self.keys.items():
            with open(file, "rb") as pem:
                key = serialization.load_pem_private_key(pem.read(), None)
            formats = [serialization.PrivateFormat.PKCS8]
            if kind != "ed25519":
                formats.append(serialization.PrivateFormat.TraditionalOpenSSL)
            for form in formats:
                for encoding in (serialization.Encoding.PEM, serialization.Encoding.DER):
                    with self.subTest(kind=kind, form=form, encoding=encoding):
                        clear = key.private_bytes(encoding, form, serialization.NoEncryption())
                        self.assertEqual(self.inspected(self.write("by-python", clear))["sha256"],
                                         self.inspected(file)["sha256"])
                locked = key.private_bytes(serialization.Encoding.PEM, form,
                                           serialization.BestAvailableEncryption(PASSPHRASE))
                self.assert_same(file, self.write("by-python", locked), "--passphrase-file", self.passphrase)

    @unittest.skipUnless(shutil.which("certtool"), "needs gnutls-bin")
    def test_reads_what_certtool_writes(self):
        for more in (("--key-type", "ecdsa", "--curve", "secp256r1"), ("--key-type", "rsa", "--bits", "2048"),
                     ("--key-type", "ed25519")):
            written, locked = self.new_path("by-certtool"), self.new_path("by-certtool-locked")
            done = fleet.run("certtool", "--generate-privkey", *more, "--no-text", "--outfile", written)
            self.assertEqual(done.code, 0, done.err)
            done = fleet.run("certtool", "--to-p8", "--load-privkey", written, "--password", PASSPHRASE.decode(),
                             "--no-text", "--outfile", locked)
            self.assertEqual(done.code, 0, done.err)
            self.assert_same(written, locked, "--passphrase-file", self.passphrase)

    # Passphrases.

    def test_the_passphrase_is_changed_in_place(self):
        locked = self.new_path("locked.key")
        self.key("new", "--passphrase-file", self.passphrase, "--out", locked)
        before = self.public(locked, "-passin", "file:" + self.passphrase)
        change = ("encrypt", locked, "--passphrase-file", self.passphrase, "--new-passphrase-file", self.path("wrong"),
                  "--out", locked)
        self.refused(*change, words="--force replaces it")
        self.key(*change, "--force")
        self.assertEqual(self.public(locked, "-passin", "file:" + self.path("wrong")), before)
        self.refused("inspect", locked, "--passphrase-file", self.passphrase, words="the passphrase is wrong",
                     reason="PASSPHRASE_INVALID")

    def test_without_a_terminal_it_says_so(self):
        locked = self.new_path("locked.key")
        self.key("new", "--passphrase-file", self.passphrase, "--out", locked)
        for arguments in (("inspect", locked), ("decrypt", locked, "--out", self.path("nothing.key")),
                          ("new", "--encrypt", "--out", self.path("nothing.key"))):
            done = subprocess.run([fleet.FLEETCA, "key", *arguments], capture_output=True, check=False, text=True,
                                  stdin=subprocess.DEVNULL, start_new_session=True, timeout=60)
            self.assertEqual(done.returncode, 1, done.stderr)
            self.assertIn("--passphrase-file FILE", done.stderr)
        self.assertFalse(os.path.exists(self.path("nothing.key")))

    def test_by_standard_streams(self):
        with open(self.keys["p256"], "rb") as file:
            pem = file.read()
        out = self.key("encrypt", "-", "--new-passphrase-file", self.passphrase, "--out", "-", stdin=pem).out
        self.assertEqual(fleet.openssl("pkey", "-passin", "file:" + self.passphrase, "-pubout", stdin=out),
                         self.public(self.keys["p256"]))
        done = self.key("decrypt", self.write("locked-by-stream", out), "--passphrase-file", "-", "--out", "-",
                        stdin=PASSPHRASE + b"\n")
        self.assertEqual(fleet.openssl("pkey", "-pubout", stdin=done.out), self.public(self.keys["p256"]))
        both = self.run_key("decrypt", "-", "--passphrase-file", "-", "--out", "-")
        self.assertEqual(both.code, 2, both.err)
        self.assertIn("cannot both be standard input", both.err)

    # What fits.

    def test_which_certificates_and_requests_it_fits(self):
        for kind, file in self.keys.items():
            with self.subTest(kind):
                csr = self.write("fits.csr", fleet.make_csr(file))
                certificate = self.new_path("fits.crt")
                fleet.openssl("x509", "-req", "-in", csr, "-signkey", file, "-days", "1", "-out", certificate)
                found = self.inspected(file, "--fits", csr, "--fits", certificate)
                self.assertEqual([fit["fits"] for fit in found["fits"]], [True, True])
        other = self.keys["p384"]
        done = self.run_key("inspect", other, "--fits", certificate, "--fits", csr)
        self.assertEqual(done.code, 1)
        self.assertIn("NO, it is for another key", done.out.decode())
        self.assertIn("is not the key of %s, %s" % (certificate, csr), done.err)
        self.refused("inspect", other, "--fits", other, words="it holds a private key", reason="FILE_INVALID")

    # Bad input.

    def test_bad_input_is_a_sentence(self):
        key = self.keys["p256"]
        csr = self.write("bad.csr", fleet.make_csr(key))
        with open(key, "rb") as file:
            pem = file.read()
        for name, words, contents in (("junk", "neither PEM nor the DER", b"\x55" * 1000000),
                                      ("much junk", "larger than 1 MiB", b"\x55" * 10000000),
                                      ("empty", "it is empty", b""), ("two", "more than one", pem + pem),
                                      ("cut", "damaged", pem[:-40]), ("utf16", "UTF-16", pem.decode().encode("utf-16"))):
            with self.subTest(name):
                self.refused("inspect", self.write("bad", contents), words=words, reason="FILE_INVALID")
        self.refused("inspect", csr, words="it is a certificate signing request", reason="FILE_INVALID")
        self.refused("inspect", self.folder, words="directory", reason="FILE_INVALID")
        self.refused("inspect", self.path("nowhere"), words="nowhere", reason="FILE_MISSING")
        self.refused("encrypt", key, "--new-passphrase-file", self.write("empty-one", b"\n"), "--out",
                     self.path("none.key"), words="is empty", reason="PASSPHRASE_INVALID")
        self.refused("new", "--out", key, words="--force replaces it", reason="FILE_INVALID")
        self.refused("new", "--out", self.path("no/folder.key"), words="no/folder.key", reason="FILE_MISSING")

    def test_the_cost_of_a_foreign_file_is_bounded(self):
        written = self.new_path("dear.key")
        fleet.openssl("pkcs8", "-topk8", "-v2", "aes-256-cbc", "-iter", "6000000", "-in", self.keys["ed25519"],
                      "-passout", "file:" + self.passphrase, "-out", written)
        self.refused("inspect", written, "--passphrase-file", self.passphrase, words="6000000 rounds",
                     reason="FILE_INVALID")

    def test_a_key_that_others_may_read_is_said_to_be_so(self):
        open_key = self.write("open.key", b"")
        shutil.copy(self.keys["ed25519"], open_key)
        os.chmod(open_key, 0o644)
        self.assertIn("chmod 600", self.key("inspect", open_key).err)


if __name__ == "__main__":
    unittest.main()
