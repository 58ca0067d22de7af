"""`fleetca cert install` and `uninstall`, in stores of a temporary folder: Debian's, Java's and NSS's."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from tests.integration import fleet


class TrustStoreTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="trust-", dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.root = self.make_root("Fleet Root")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def make_root(self, name, *flags):
        file = self.path(name.replace(" ", "-") + ".crt")
        fleet.openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                      self.path("root.key"), "-out", file, "-subj", "/CN=" + name, *(flags or ("-days", "30")))
        return file

    def do(self, verb, file, *flags):
        done = fleet.fleetca("cert", verb, file, "-o", "json", *flags)
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)

    def refused(self, verb, file, *flags):
        done = fleet.fleetca("cert", verb, file, *flags)
        self.assertEqual(done.code, 1, done.err)
        return done.err

    def check_there_and_back(self, flags, listed):
        """Installs, installs again, and uninstalls twice; `listed` are the entries that another program sees."""
        before = listed()
        self.assertTrue(self.do("install", self.root, "--dry-run", *flags)["would_change"])
        self.assertEqual(listed(), before)
        done = self.do("install", self.root, *flags)
        self.assertTrue(done["changed"])
        self.assertEqual(len(done["places"]), 1)
        self.assertEqual(len(listed()), len(before) + 1)
        again = self.do("install", self.root, *flags)
        self.assertEqual((again["changed"], again["places"]), (False, done["places"]))
        other = self.make_root("Another Root")
        self.assertTrue(self.do("install", other, *flags)["changed"])
        self.assertEqual(len(listed()), len(before) + 2)
        self.assertTrue(self.do("uninstall", self.root, "--dry-run", *flags)["would_change"])
        self.assertEqual(len(listed()), len(before) + 2)
        gone = self.do("uninstall", self.root, *flags)
        self.assertEqual((gone["changed"], gone["places"]), (True, done["places"]))
        self.assertEqual(len(listed()), len(before) + 1)
        self.assertFalse(self.do("uninstall", self.root, *flags)["changed"])
        self.assertTrue(self.do("uninstall", self.do("install", other, *flags)["sha256"], *flags)["changed"])
        self.assertEqual(listed(), before)

    @unittest.skipUnless(shutil.which("update-ca-certificates", path="/usr/sbin:/usr/bin"), "there is no such program")
    def test_debians_store(self):
        system = self.path("system")
        for name in ("usr/local/share/ca-certificates", "etc/ssl/certs", "etc/ca-certificates/update.d"):
            os.makedirs(os.path.join(system, name))
        bundle = os.path.join(system, "etc/ssl/certs/ca-certificates.crt")

        def in_bundle():
            with open(self.root, encoding="ascii") as file:
                root = file.read().strip()
            with open(bundle, encoding="ascii") as file:
                return root in file.read()
        self.check_there_and_back(["--root", system],
                                  lambda: os.listdir(os.path.join(system, "usr/local/share/ca-certificates")))
        self.assertFalse(in_bundle())
        self.do("install", self.root, "--root", system)
        self.assertTrue(in_bundle())
        self.do("uninstall", self.root, "--root", system)
        # A long name is cut, and hooks of whoever made the image do not run.
        hook = os.path.join(system, "etc/ca-certificates/update.d/hook")
        with open(hook, "w", encoding="ascii") as file:
            file.write("#!/bin/sh\ntouch %s\n" % self.path("hooked"))
        os.chmod(hook, 0o755)
        self.do("install", self.root, "--root", system, "--name", "a" * 300)
        self.assertFalse(os.path.exists(self.path("hooked")))
        self.do("uninstall", self.root, "--root", system)
        # Links that lead out of the image are not followed.
        link = os.path.join(system, "etc/ssl/certs/ca-certificates.crt.new")
        os.symlink(self.path("outside"), link)
        self.assertIn("no file of its own", self.refused("install", self.root, "--root", system))
        self.assertFalse(os.path.exists(self.path("outside")))
        os.unlink(link)
        # Where the program fails, nothing is half done.
        shutil.rmtree(os.path.join(system, "etc/ssl"))
        self.assertIn("update-ca-certificates", self.refused("install", self.root, "--root", system))
        self.assertEqual(os.listdir(os.path.join(system, "usr/local/share/ca-certificates")), [])

    def test_debians_store_has_folders_below(self):
        system = self.path("system")
        below = os.path.join(system, "usr/local/share/ca-certificates/own")
        os.makedirs(below)
        shutil.copy(self.root, os.path.join(below, "root.crt"))
        there = self.do("install", self.root, "--root", system, "--dry-run")
        self.assertEqual((there["would_change"], there["places"]), (False, [os.path.join(below, "root.crt")]))
        self.assertTrue(self.do("uninstall", self.root, "--root", system, "--dry-run")["would_change"])

    @unittest.skipUnless(shutil.which("certutil"), "there is no certutil")
    def test_a_new_nss_database_has_the_passphrase(self):
        database = self.path("home", "nssdb")
        with open(self.path("pass"), "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("correct horse\n")
        root = self.make_root("Acme, Inc Root")
        done = self.do("install", root, "--nss-db", database, "--passphrase-file", self.path("pass"))
        self.assertTrue(done["places"][0].startswith("Acme, Inc Root ("), done["places"])
        for file, works in (("pass", True), ("/dev/null", False)):
            listed = subprocess.run(["certutil", "-K", "-d", "sql:" + database, "-f", self.path(file)],
                                    stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
            self.assertEqual("no keys found" in listed.stdout, works, listed)

    @unittest.skipUnless(shutil.which("certutil"), "there is no certutil")
    def test_nss(self):
        database = self.path("home", "nssdb")

        def listed():
            if not os.path.exists(database):
                return []
            done = subprocess.run(["certutil", "-L", "-d", "sql:" + database], capture_output=True, text=True,
                                  check=True)
            return [line for line in done.stdout.splitlines() if line.rstrip().endswith("C,,")]
        self.check_there_and_back(["--nss-db", database], listed)

    @unittest.skipUnless(shutil.which("pk12util"), "there is no pk12util")
    def test_a_key_goes_into_nss(self):
        keystore = self.path("alice.p12")
        with open(self.path("pass"), "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("correct horse\n")
        fleet.openssl("pkcs12", "-export", "-inkey", self.path("root.key"), "-in", self.root, "-name", "alice",
                      "-passout", "file:" + self.path("pass"), "-out", keystore)
        database = self.path("home", "nssdb")
        flags = ("--nss-db", database, "--p12-passphrase-file", self.path("pass"))
        self.assertTrue(self.do("install", keystore, "--dry-run", *flags)["would_change"])
        self.assertFalse(os.path.exists(database))
        self.assertEqual(self.do("install", keystore, *flags)["places"], ["alice"])
        keys = subprocess.run(["certutil", "-K", "-d", "sql:" + database], capture_output=True, text=True, check=True)
        self.assertIn("alice", keys.stdout)
        self.assertFalse(self.do("install", keystore, *flags)["changed"])
        self.assertIn("certutil -F", self.refused("uninstall", self.root, "--nss-db", database))
        self.assertEqual(self.do("uninstall", keystore, *flags)["places"], ["alice"])
        keys = subprocess.run(["certutil", "-K", "-d", "sql:" + database], capture_output=True, text=True, check=False)
        self.assertIn("no keys found", keys.stdout)
        with open(self.path("pass"), "w", encoding="ascii") as file:
            file.write("wrong\n")
        self.assertIn("passphrase", self.refused("install", keystore, *flags))

    @unittest.skipUnless(shutil.which("certutil"), "there is no certutil")
    def test_a_new_nss_database_goes_where_the_root_cannot_be_added(self):
        program = self.path("bin", "certutil")
        os.mkdir(self.path("bin"))
        with open(program, "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o755)
            file.write('#!/bin/sh\nif [ "$1" = -A ]; then echo no room; exit 9; fi\nexec %s "$@"\n'
                       % shutil.which("certutil"))
        done = fleet.run(fleet.FLEETCA, "cert", "install", self.root, "--nss-db", self.path("home", "nssdb"),
                         env={**os.environ, "PATH": self.path("bin") + ":" + os.environ["PATH"]})
        self.assertEqual(done.code, 1, done.err)
        self.assertIn("no room", done.err)
        self.assertFalse(os.path.exists(self.path("home")))

    @unittest.skipUnless(shutil.which("keytool"), "there is no keytool")
    def test_java(self):
        keystore = self.path("trust.p12")
        with open(self.path("pass"), "w", encoding="ascii") as file:
            os.fchmod(file.fileno(), 0o600)
            file.write("correct horse\n")
        subprocess.run(["keytool", "-importcert", "-noprompt", "-alias", "first", "-file", self.make_root("First"),
                        "-keystore", keystore, "-storepass:file", self.path("pass")], check=True, capture_output=True)

        def listed():
            done = subprocess.run(["keytool", "-J-Duser.language=en", "-list", "-keystore", keystore, "-storepass:file",
                                   self.path("pass")], capture_output=True, text=True, check=True)
            return [line for line in done.stdout.splitlines() if "trustedCertEntry" in line]
        self.check_there_and_back(["--java-keystore", keystore, "--passphrase-file", self.path("pass")], listed)
        self.assertIn("--passphrase-file", self.refused("install", self.root, "--java-keystore", keystore))
        new = self.path("new.p12")
        self.assertIn("is not there", self.refused("uninstall", self.root, "--java-keystore", new))
        flags = ["--java-keystore", new, "--passphrase-file", self.path("pass")]
        self.assertTrue(self.do("install", self.root, *flags)["changed"])
        self.assertFalse(self.do("install", self.root, *flags)["changed"])
        self.assertTrue(self.do("uninstall", self.root, *flags)["changed"])

    def test_only_a_root_in_force_is_installed(self):
        fleet.openssl("req", "-new", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-keyout",
                      self.path("leaf.key"), "-subj", "/CN=leaf", "-out", self.path("csr"))
        issued = self.path("issued.crt")
        for extension, words in (("CA:FALSE", "not the certificate of a CA"), ("CA:TRUE", "is not a root")):
            with open(self.path("ext"), "w", encoding="ascii") as file:
                file.write("basicConstraints=critical,%s\n" % extension)
            fleet.openssl("x509", "-req", "-in", self.path("csr"), "-CA", self.root, "-CAkey", self.path("root.key"),
                          "-CAcreateserial", "-days", "3", "-extfile", self.path("ext"), "-out", issued)
            self.assertIn(words, self.refused("install", issued, "--nss-db", self.path("nssdb")))
        expired = self.path("expired.crt")
        fleet.openssl("req", "-new", "-key", self.path("root.key"), "-subj", "/CN=Old", "-out", self.path("csr"))
        made = fleet.run("faketime", "-f", "-10d", "openssl", "x509", "-req", "-in", self.path("csr"), "-signkey",
                         self.path("root.key"), "-days", "3", "-extfile", self.path("ext"), "-out", expired)
        self.assertEqual(made.code, 0, made.err)
        self.assertIn("expired", self.refused("install", expired, "--nss-db", self.path("nssdb")))
        self.assertFalse(os.path.exists(self.path("nssdb")))

    def test_what_is_meant_must_be_one(self):
        both = self.path("both.pem")
        with open(both, "wb") as out:
            for name in (self.root, self.make_root("Second")):
                with open(name, "rb") as file:
                    out.write(file.read())
        self.assertIn("2 certificates", self.refused("install", both, "--nss-db", self.path("nssdb")))
        usage = fleet.fleetca("cert", "install", self.root, "--store", "java", "--nss-db", self.path("nssdb"))
        self.assertEqual(usage.code, 2)
        self.assertIn("--nss-db goes with --store nss", usage.err)

    def test_a_missing_program_names_its_package(self):
        done = fleet.run(fleet.FLEETCA, "cert", "install", self.root, "--root", self.path("nowhere"))
        self.assertEqual(done.code, 1)
        self.assertIn("ca-certificates", done.err)


if __name__ == "__main__":
    unittest.main()
