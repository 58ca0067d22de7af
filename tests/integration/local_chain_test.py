"""`fleetca chain fix`, `cert verify`, `cert lint` and `cert selfsign` with what people give them, good and bad."""

import json
import os
import shutil
import ssl
import subprocess
import tempfile
import time
import unittest

from tests.integration import fleet
from tests.integration import verify_chains as chains


class LocalChainTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="chain-", dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.root = chains.make_ca("Root")
        cls.issuing = chains.make_ca("Issuing", cls.root)
        cls.leaf = chains.make_leaf(cls.issuing)
        cls.stranger = chains.make_ca("Stranger")
        cls.from_folder = cls.path("certificates")
        os.mkdir(cls.from_folder)
        for name, holder in (("a.pem", cls.stranger), ("b.pem", cls.issuing), ("c.pem", cls.root)):
            chains.write(cls.from_folder, name, holder.pem())
        chains.write(cls.from_folder, "notes.txt", b"no certificate\n")

    @classmethod
    def path(cls, name):
        return os.path.join(cls.folder, name)

    def write(self, name, *contents):
        return chains.write(self.folder, name, b"".join(contents))

    def refused(self, *arguments):
        """What the command says that it refuses, in one line or a few."""
        done = fleet.fleetca(*arguments)
        self.assertEqual(done.code, 1, done.err)
        self.assertTrue(done.err.startswith("fleetca: "), done.err)
        return done.err

    def test_no_input_but_the_chain_itself_is_written_over(self):
        leaf = self.write("apart.pem", self.leaf.pem())
        root = self.write("apart-root.pem", self.root.pem())
        issuing = self.write("apart-issuing.pem", self.issuing.pem())
        arguments = ("chain", "fix", leaf, "--from", root, "--from", issuing, "--force")
        self.assertIn("are one file, which would be lost", self.refused(*arguments, "--out", root))
        with open(root, "rb") as kept:
            self.assertEqual(kept.read(), self.root.pem())
        self.assertEqual(fleet.fleetca(*arguments, "--out", leaf).code, 0)

    def test_a_chain_in_any_order_is_put_in_order(self):
        mixed = self.write("mixed.pem", self.root.pem(), self.stranger.pem(), self.issuing.pem(), self.leaf.pem())
        done = fleet.fleetca("chain", "fix", mixed)
        self.assertEqual(done.code, 0, done.err)
        self.assertEqual(done.out, self.leaf.pem() + self.issuing.pem())
        self.assertIn('dropped, as it belongs to no way from "CN=web" to its root: "CN=Stranger"', done.err)
        whole = fleet.fleetca("chain", "fix", mixed, "--with-root")
        self.assertEqual(whole.out, self.leaf.pem() + self.issuing.pem() + self.root.pem())

    def test_what_is_missing_comes_from_a_folder(self):
        leaf = self.write("leaf.pem", self.leaf.pem())
        out = self.path("fixed.pem")
        done = fleet.fleetca("chain", "fix", leaf, "--from", self.from_folder, "--out", out)
        self.assertEqual(done.code, 0, done.err)
        with open(out, "rb") as file:
            self.assertEqual(file.read(), self.leaf.pem() + self.issuing.pem())
        said = json.loads(fleet.fleetca("chain", "fix", leaf, "--from", self.from_folder, "-o", "json").out)
        self.assertEqual([one["subject"] for one in said["chain"]], ["CN=web", "CN=Issuing"])
        self.assertTrue(said["root_left_out"])
        self.assertIn("File exists", self.refused("chain", "fix", leaf, "--from", self.from_folder, "--out", out))

    def test_a_gap_is_said_and_nothing_is_written(self):
        leaf = self.write("leaf.pem", self.leaf.pem())
        out = self.path("gap.pem")
        said = self.refused("chain", "fix", leaf, "--out", out)
        self.assertIn('the issuer "CN=Issuing" of the certificate "CN=web"', said)
        self.assertFalse(os.path.exists(out))

    def test_a_pipe_that_nobody_writes_ends(self):
        pipe = self.path("pipe")
        os.mkfifo(pipe)
        root = self.write("pipe-root.pem", self.root.pem())
        out = self.path("pipe.out")
        started = [subprocess.Popen([fleet.FLEETCA, *command], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
                   for command in (["cert", "verify", pipe, "--ca", root], ["cert", "lint", pipe],
                                   ["csr", "inspect", pipe], ["key", "inspect", pipe], ["chain", "fix", pipe],
                                   ["p12", "import", pipe], ["cert", "install", pipe, "--nss-db", out],
                                   ["p12", "export", "--key", pipe, "--cert", root, "--out", out])]
        for process in started:
            self.assertIn(b"nothing has come from it", process.communicate(timeout=fleet.COMMAND_SECONDS)[1])
            self.assertEqual(process.returncode, 1)

    def test_a_root_need_not_be_there(self):
        below = self.write("below.pem", self.issuing.pem(), self.leaf.pem())
        done = fleet.fleetca("chain", "fix", below)
        self.assertEqual((done.code, done.out), (0, self.leaf.pem() + self.issuing.pem()), done.err)
        self.assertIn('"CN=Root", is not there', done.err)
        self.assertIn("The chain has a gap", self.refused("chain", "fix", below, "--with-root"))

    def test_what_was_asked_for_and_cannot_be_judged_is_refused(self):
        leaf = chains.make_leaf(self.root)
        site = self.path("site")
        os.mkdir(site)
        file = chains.write(site, "leaf.crt", leaf.pem())
        chains.write(site, "root.crt", self.root.pem())
        crl = self.write("root.crl", chains.make_crl(self.root, [leaf]))
        # The folder of roots holds the certificate itself, and its CA, which has revoked it.
        revoked = fleet.fleetca("cert", "verify", file, "--ca", site, "--crl", crl, "-o", "json")
        self.assertEqual((revoked.code, json.loads(revoked.out)["failed_step"]), (1, "crl"))
        listed = fleet.fleetca("cert", "verify", file, "--ca", file, "--crl", crl, "-o", "json")
        self.assertEqual((listed.code, json.loads(listed.out)["failed_step"]), (1, "crl"))
        roles = fleet.fleetca("cert", "verify", file, "--ca", file, "--trust-domain", "fleet.example", "--role", "admin",
                              "-o", "json")
        self.assertEqual((roles.code, json.loads(roles.out)["failed_step"]), (1, "identity"))
        for flag in ("--host", "--purpose", "--crl", "--trust-domain"):
            with self.subTest(flag):
                unset = fleet.fleetca("cert", "verify", file, "--ca", self.path("site/root.crt"), flag, "")
                self.assertEqual(unset.code, 2, unset.out)
                self.assertIn(flag + " is given nothing", unset.err)

    def test_diff_compares_the_certificate_wherever_it_stands(self):
        csr = fleet.make_csr(fleet.make_key(self.path("diff.key"), "p256"))
        both = self.write("both.pem", csr, self.leaf.pem())
        leaf = self.write("leaf.pem", self.leaf.pem())
        done = fleet.fleetca("cert", "diff", both, leaf)
        self.assertEqual(done.code, 0, done.out)

    def test_what_is_no_certificate(self):
        key = fleet.make_key(self.path("web.key"), "p256")
        csr = self.write("web.csr", fleet.make_csr(key))
        junk = self.write("junk", os.urandom(10 << 20))
        for command in (["chain", "fix"], ["cert", "verify", "--ca", self.path("certificates/c.pem")],
                        ["cert", "lint"]):
            with self.subTest(command):
                self.assertIn("certificate signing request", self.refused(*command, csr))
                begin = time.monotonic()
                self.refused(*command, junk)
                self.assertLess(time.monotonic() - begin, 10)

    def test_ten_thousand_certificates_in_a_folder(self):
        folder = self.path("many")
        os.mkdir(folder)
        twins = [chains.make_ca("Issuing").pem() for _ in range(20)]
        for number in range(10000):
            chains.write(folder, "%05d.pem" % number, twins[number % 20])
        chains.write(folder, "z1.pem", self.issuing.pem())
        chains.write(folder, "z2.pem", self.root.pem())
        begin = time.monotonic()
        done = fleet.fleetca("chain", "fix", self.write("leaf.pem", self.leaf.pem()), "--from", folder)
        self.assertLess(time.monotonic() - begin, 30)
        self.assertEqual(done.out, self.leaf.pem() + self.issuing.pem(), done.err)

    def test_lint(self):
        good = self.write("good.pem", self.root.pem())
        self.assertEqual(fleet.fleetca("cert", "lint", good).code, 0)
        bad = self.write("bad.pem", chains.make_leaf(self.issuing, dns=("a_b.example", "*.example")).pem())
        done = fleet.fleetca("cert", "lint", bad, "-o", "json")
        self.assertEqual(done.code, 1)
        found = {one["rule"]: one["severity"] for one in json.loads(done.out)["certificates"][0]["findings"]}
        self.assertEqual(found["san_wildcard"], "error")
        self.assertEqual(found["san_underscore"], "warning")
        self.assertGreaterEqual(len(fleet.fleetca("cert", "lint", "--rules").out.splitlines()), 40)

    def test_selfsign(self):
        key, crt = self.path("local.key"), self.path("local.crt")
        words = ["cert", "selfsign", "--name", "DNS:localhost", "--name", "IP:127.0.0.1", "--new-key", "p256",
                 "--key-out", key, "--out", crt]
        done = fleet.fleetca(*words)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("nobody can revoke it", done.err)
        self.assertEqual(os.stat(key).st_mode & 0o777, 0o600)
        ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER).load_cert_chain(crt, key)
        fleet.openssl("verify", "-x509_strict", "-CAfile", crt, "-purpose", "sslserver", "-verify_hostname",
                      "localhost", crt)
        verified = fleet.fleetca("cert", "verify", crt, "--ca", crt, "--host", "localhost")
        self.assertEqual(verified.code, 0, verified.out)
        self.assertIn("File exists", self.refused(*words))
        self.assertIn("398 days", self.refused("cert", "selfsign", "--name", "DNS:localhost", "--key", key, "--days",
                                                "399"))
        self.assertEqual(fleet.fleetca("cert", "selfsign", "--name", "DNS:localhost").code, 2)


if __name__ == "__main__":
    unittest.main()
