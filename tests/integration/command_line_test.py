"""The command line around every command: where a connection comes from, errors as JSON, help, versions, mistakes."""

import json
import os
import re
import shutil
import tempfile
import time
import unittest

from tests.integration import fleet


class CommandLineTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet(bootstrap=True))
        # As after `ca init` with a port of one's own: the folder says where its server is.
        cls.fleet.edit("fleetca.textproto",
                       lambda text: text.replace("127.0.0.1:0", cls.fleet.address, 1))

    def setUp(self):
        folder = tempfile.TemporaryDirectory(dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(folder.cleanup)
        self.config = folder.name

    def run_with(self, *arguments, stdin=b"", **variables):
        env = {name: value for name, value in os.environ.items() if not name.startswith("FLEETCA_")}
        env.update(XDG_CONFIG_HOME=self.config, **variables)
        return fleet.run(fleet.FLEETCA, *arguments, stdin=stdin, env=env)

    def assert_ok(self, result):
        self.assertEqual(result.code, 0, result.err)
        return result

    def error_of(self, result, code):
        """The one object that standard error must be."""
        self.assertEqual(result.code, code, result.err)
        self.assertEqual(len(result.err.splitlines()), 1, result.err)
        error = json.loads(result.err)
        self.assertLessEqual(set(error), {"code", "reason", "field", "message", "notes"})
        self.assertTrue(error["code"] and error["message"])
        return error

    # Where a connection comes from.

    def test_a_folder_is_all_that_a_command_needs(self):
        self.assert_ok(self.run_with("bundle", "get", "--dir", self.fleet.ca))
        self.assert_ok(self.run_with("token", "list", FLEETCA_DIR=self.fleet.ca))

    def test_a_context_is_all_that_a_command_needs(self):
        self.assertEqual(self.run_with("bundle", "get").code, 2)
        added = self.assert_ok(self.run_with("context", "add", "home", "--dir", self.fleet.ca))
        self.assertIn("in use", added.err)
        self.assert_ok(self.run_with("bundle", "get"))
        self.assert_ok(self.run_with("cert", "issue", "--profile", "service", "--identity", fleet.SPIFFE_ID,
                                     "--new-key", "p256", "--validate-only"))
        self.assert_ok(self.run_with("context", "remove", "home"))
        self.assertEqual(self.run_with("bundle", "get").code, 2)

    def test_flags_go_before_the_environment_and_that_before_the_context(self):
        self.assert_ok(self.run_with("context", "add", "home", "--dir", self.fleet.ca, "--server", "127.0.0.1:1"))
        down = self.run_with("bundle", "get", "--timeout", "1s")
        self.assertIn("127.0.0.1:1", down.err)
        down = self.run_with("bundle", "get", "--timeout", "1s", FLEETCA_SERVER="127.0.0.1:2")
        self.assertIn("127.0.0.1:2", down.err)
        self.assert_ok(self.run_with("bundle", "get", "--server", self.fleet.address, FLEETCA_SERVER="127.0.0.1:2"))

    def test_contexts_are_listed_used_and_replaced(self):
        self.assert_ok(self.run_with("context", "add", "one", "--dir", self.fleet.ca))
        self.assert_ok(self.run_with("context", "add", "two", "--server", "ca.fleet.example:8443"))
        taken = self.run_with("context", "add", "two", "--server", "ca:1")
        self.assertEqual(taken.code, 1)
        self.assertIn("--force", taken.err)
        self.assert_ok(self.run_with("context", "add", "two", "--server", "ca:1", "--force"))
        self.assert_ok(self.run_with("context", "use", "two"))
        listed = json.loads(self.assert_ok(self.run_with("context", "list", "-o", "json")).out)
        self.assertEqual(listed["current"], "two")
        self.assertEqual(listed["contexts"], [
            {"name": "one", "current": False, "dir": self.fleet.ca},
            {"name": "two", "current": True, "server": "ca:1"}])
        self.assertEqual(listed["file"], os.path.join(self.config, "fleetca", "contexts.json"))
        text = self.assert_ok(self.run_with("context", "list")).out.decode()
        self.assertEqual(text, "IN USE  NAME  FLAGS\n-       one   --dir %s\n*       two   --server ca:1\n" % self.fleet.ca)
        missing = self.run_with("context", "use", "three")
        self.assertEqual(missing.code, 1)
        self.assertIn("one, two", missing.err)
        self.assertEqual(os.listdir(os.path.join(self.config, "fleetca")), ["contexts.json"])

    def test_what_is_not_there_is_not_kept(self):
        self.assertEqual(self.run_with("context", "add", "x", "--dir", "/no/such/folder").code, 1)
        self.assertEqual(self.run_with("context", "add", "x").code, 2)
        self.assertEqual(self.run_with("context", "add", "a/b", "--dir", self.fleet.ca).code, 2)
        self.assertEqual(self.run_with("context", "list").out, b"")

    def test_without_a_home_contexts_say_so_and_commands_work(self):
        env = {name: value for name, value in os.environ.items() if name not in ("HOME", "XDG_CONFIG_HOME")}
        refused = fleet.run(fleet.FLEETCA, "context", "list", env=env)
        self.assertEqual(refused.code, 1)
        self.assertIn("neither HOME nor XDG_CONFIG_HOME", refused.err)
        self.assertEqual(fleet.run(fleet.FLEETCA, "bundle", "get", "--dir", self.fleet.ca, env=env).code, 0)

    # A server that is not there yet.

    def test_every_command_waits_until_the_timeout(self):
        at = ["--dir", self.fleet.ca, "--server", "127.0.0.1:1", "--timeout", "3s"]
        csr = self.fleet.write("wait.csr", fleet.make_csr(fleet.make_key(self.fleet.path("wait.key"), "p256")))
        token = self.fleet.write("wait.token", b"fcj_" + b"a" * 43)
        os.chmod(token, 0o600)
        commands = [
            ["bundle", "get", *at],
            ["cert", "get", "01" + "00" * 19, *at],
            ["cert", "issue", "--profile", "service", "--csr", csr, *at],
            ["token", "create", "--identity", "spiffe://fleet.example/host/a", "--profile", "host", *at],
            ["token", "list", *at],
            ["token", "revoke", "0123456789abcdef", *at],
            ["bundle", "get", "--server", "127.0.0.1:1", "--ca-sha256", "00" * 32, "--timeout", "3s"],
            ["cert", "issue", "--bootstrap", "127.0.0.1:1", "--ca-sha256", "00" * 32, "--token-file", token, "--csr",
             csr, "--timeout", "3s"],
        ]
        for command in commands:
            with self.subTest(command[:2]):
                start = time.monotonic()
                result = self.run_with(*command)
                self.assertEqual(result.code, 1)
                self.assertGreater(time.monotonic() - start, 1.5, "gave up at once: " + result.err)
                self.assertIn("waiting for", result.err)
                self.assertIn("127.0.0.1:1", result.err)

    # A clock that is wrong.

    def at_time(self, offset, *arguments):
        """The command on a machine whose clock is off by that much. What waits until a time that is ahead waits for
        ever, as faketime does not tell the kernel: client/connection_error_test has a server that expired instead."""
        return fleet.run("faketime", "-f", offset, fleet.FLEETCA, *arguments)

    @unittest.skipIf(shutil.which("faketime") is None, "faketime is not installed; see deploy/packages")
    def test_a_wrong_clock_is_named_with_its_time_and_the_dates(self):
        token = self.fleet.at_server("token", "create", "--identity", "spiffe://fleet.example/host/late", "--profile",
                                     "host")
        file = self.fleet.write("late.token", token.out)
        os.chmod(file, 0o600)
        root = self.fleet.path("ca/root-ca.crt")
        bootstrap = ["cert", "issue", "--bootstrap", self.fleet.bootstrap_address, "--token-file", file, "--new-key",
                     "p256", "--key-out", self.fleet.path("late.key"), "--timeout", "10s"]
        pin = ["--ca-sha256", fleet.fleetca("bundle", "fingerprint", root).out.decode().strip()]
        date = r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d UTC"
        for way in (pin, ["--ca", root, "--identity", "spiffe://fleet.example/host/late"]):
            behind = self.at_time("-100d", *bootstrap, *way)
            self.assertEqual(behind.code, 1)
            self.assertRegex(behind.err, "clock is probably behind: it says %s, and .* from %s until %s" %
                             (date, date, date))
        for offset in ("-100d", "+100d"):
            result = self.at_time(offset, "bundle", "get", "--dir", self.fleet.ca, "--server", self.fleet.address)
            self.assertEqual(result.code, 1)
            self.assertRegex(result.err, "admin.crt .*this machine's clock says " + date)
        self.assertFalse(os.path.exists(self.fleet.path("late.key")))
        good = fleet.fleetca(*bootstrap, *pin)
        self.assertEqual(good.code, 0, "the token was sent to nobody: " + good.err)

    # A client certificate that leads nowhere.

    def test_a_client_certificate_without_its_issuer_is_told_that(self):
        chain = self.fleet.path("bob.crt")
        made = self.fleet.at_server("cert", "issue", "--profile", "user", "--identity", "spiffe://fleet.example/user/bob",
                                    "--new-key", "p256", "--key-out", self.fleet.path("bob.key"), "--chain", "--out",
                                    chain)
        self.assertEqual(made.code, 0, made.err)
        leaf = self.fleet.write("leaf.crt", fleet.openssl("x509", "-in", chain))
        arguments = ["bundle", "get", "--server", self.fleet.address, "--ca", self.fleet.path("ca/root-ca.crt"), "--key",
                     self.fleet.path("bob.key"), "--timeout", "3s"]
        refused = self.run_with(*arguments, "--cert", leaf)
        self.assertEqual(refused.code, 1)
        self.assertIn("the certificate of its issuer (", refused.err)
        self.assertIn("is missing in that file", refused.err)
        self.assert_ok(self.run_with(*arguments, "--cert", chain))

    # Errors as JSON.

    def test_an_error_is_one_object(self):
        at = ["--server", self.fleet.address, "--dir", self.fleet.ca, "-o", "json"]
        csr = fleet.make_csr(fleet.make_key(self.fleet.path("web.key"), "p256"),
                             names="DNS:evil.example,URI:" + fleet.SPIFFE_ID)
        error = self.error_of(self.run_with("cert", "issue", "--profile", "service", "--csr", "-", *at, stdin=csr), 1)
        self.assertEqual((error["code"], error["reason"], error["field"]),
                         ("INVALID_ARGUMENT", "SAN_NOT_ALLOWED", "csr.subject_alt_name"))
        error = self.error_of(self.run_with("cert", "get", "01" + "00" * 19, *at), 1)
        self.assertEqual((error["code"], error["reason"]), ("NOT_FOUND", "NOT_FOUND"))
        error = self.error_of(self.run_with("bundle", "get", *at, "--ca", "/no/such/file"), 1)
        self.assertEqual(error["reason"], "FILE_MISSING")
        error = self.error_of(self.run_with("cert", "inspect", "-", "-ojson", stdin=b"junk"), 1)
        self.assertEqual(error["reason"], "FILE_INVALID")

    def test_words_before_an_error_are_in_the_object(self):
        error = self.error_of(self.run_with("token", "list", "--dir", self.fleet.ca, "--server", "127.0.0.1:1",
                                            "--timeout", "3s", "-o", "json"), 1)
        self.assertEqual((error["code"], error["reason"]), ("UNAVAILABLE", "SERVER_UNREACHABLE"))
        self.assertIn("waiting for the server", error["notes"][0])

    def test_a_usage_error_is_one_object_too(self):
        for arguments, field in ((["cert", "get"], ""), (["cert", "isue"], ""), (["certs"], ""), ([], ""),
                                 (["cert", "issue", "--dri", "ca"], "--dri"),
                                 (["cert", "get", "01" + "00" * 19, "--server", "https://ca"], "--server"),
                                 (["token", "list", "--dir", "/x", "--server", "ca:0"], "--server"),
                                 (["bundle", "get"], "--ca")):
            with self.subTest(arguments):
                error = self.error_of(self.run_with(*arguments, "-o", "json"), 2)
                self.assertEqual((error["code"], error["reason"]), ("INVALID_ARGUMENT", "USAGE"))
                if field:
                    self.assertEqual(error["field"], field)

    def test_a_check_that_fails_says_so_on_both_outputs(self):
        policy = self.fleet.write("wrong.textproto", b"policy_revision: 0\n")
        for command in (["policy", "check"], ["config", "validate"]):
            result = self.run_with(*command, policy, "-o", "json")
            self.assertEqual(self.error_of(result, 1)["reason"], "CONFIG_INVALID")
            self.assertFalse(json.loads(result.out)["valid"])

    def test_success_says_no_json_error(self):
        result = self.assert_ok(self.run_with("bundle", "get", "--dir", self.fleet.ca, "-o", "json"))
        json.loads(result.out)
        self.assertIn("root with the SHA-256", result.err)

    # Help, versions and mistakes.

    def test_version(self):
        text = self.assert_ok(self.run_with("--version")).out.decode()
        self.assertRegex(text, r"^fleetca \d+\.\d+\.\d+ \((commit \S+, )?OpenSSL \d+\.\d+\.\d+\S*, possession lanes: .+\)\n$")
        self.assertEqual(self.assert_ok(self.run_with("version")).out.decode(), text)
        as_json = json.loads(self.assert_ok(self.run_with("version", "-o", "json")).out)
        self.assertIn(as_json["version"], text)
        self.assertIn(as_json["possession_lanes"], ("AVX-512 IFMA", "none"))
        self.assertIn("possession lanes: " + as_json["possession_lanes"], text)
        self.assertIn(as_json["openssl"], text)

    def test_help_says_what_goes_first(self):
        text = " ".join(self.assert_ok(self.run_with("help", "bundle", "get")).out.decode().split())
        self.assertIn("A flag goes before FLEETCA_SERVER and FLEETCA_DIR", text)
        self.assertEqual(self.run_with("help", "nonesuch").code, 2)

    def test_addresses_have_sentences_of_their_own(self):
        for address, sentence in (("https://ca.fleet.example:8443", "write ca.fleet.example:8443"),
                                  ("::1", "[::1]:8443"), ("ca.fleet.example", "has no port"),
                                  ("ca:70000", "out of range"), ("ca:8443 ", "blanks")):
            for flag in (["bundle", "get", "--dir", self.fleet.ca, "--server"], ["cert", "issue", "--bootstrap"]):
                result = self.run_with(*flag, address)
                self.assertEqual(result.code, 2)
                self.assertIn(sentence, result.err)

    def test_a_refusal_that_an_identity_would_cure_says_so(self):
        csr = fleet.make_csr(fleet.make_key(self.fleet.path("plain.key"), "p256"), names=None)
        refused = self.fleet.issue(csr)
        self.assertEqual(refused.code, 1)
        self.assertIn("--identity", refused.err)
        self.assertEqual(self.fleet.issue(csr, "--identity", fleet.SPIFFE_ID).code, 0)


if __name__ == "__main__":
    unittest.main()
