"""Every command there is, by `fleetca help -o json`: -o json is taken, and what fails is one JSON object."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from tests.integration import fleet

NOWHERE = "/nonexistent/folder/file"
SERIAL = "01" + "00" * 19
# None of them listens.
AT = ["--dir", "ca", "--server", "127.0.0.1:1", "--timeout", "1s"]
FILES = ["--server", "127.0.0.1:1", "--timeout", "1s", "--ca", "ca/trust-bundle.pem", "--cert", "ca/admin.crt", "--key",
         "ca/admin.key"]
ROUTES = ["--roots", "ca/trust-bundle.pem", "--trust-domain", fleet.DOMAIN, "--routes", "routes.textproto"]
CONFIG = "ca/fleetca.textproto"
POLICY = "ca/policy.textproto"

# A command line of each command that lacks nothing but what is tried on it.
GOOD = {
    "ca init": ["--dir", "new", "--trust-domain", fleet.DOMAIN],
    "ca renew-server": ["--dir", "ca"],
    "ca renew-admin": ["--dir", "ca"],
    "ca root-crl": ["--dir", "ca"],
    "serve": ["--config", CONFIG],
    "config validate": [CONFIG],
    "policy check": [POLICY],
    "policy explain": [POLICY, "--as", fleet.SPIFFE_ID, "--profile", "service", "--csr", "web.csr"],
    "policy apply": [POLICY] + AT,
    "store restore": ["--accept-loss", "--config", CONFIG],
    "store set-clock": ["--i-checked-the-time", "--config", CONFIG],
    "cert issue": ["--profile", "service", "--csr", "web.csr"] + AT,
    "cert renew": ["--out", "renewed.crt"] + AT,
    "cert rekey": ["--out", "rekeyed.crt", "--key-out", "rekeyed.key"] + AT,
    "cert revoke": ["--serial", SERIAL] + AT,
    "cert status": [SERIAL] + AT,
    "cert get": [SERIAL] + AT,
    "cert inspect": ["ca/admin.crt"],
    "cert diff": ["ca/admin.crt", "ca/root-ca.crt"],
    "cert needs-renewal": ["ca/admin.crt"],
    "cert selfsign": ["--name", "DNS:localhost", "--new-key", "p256", "--key-out", "local.key", "--out", "local.crt",
                      "--force"],
    "cert verify": ["ca/admin.crt", "--ca", "ca/root-ca.crt"],
    "cert lint": ["ca/admin.crt"],
    "chain fix": ["ca/admin.crt", "--from", "ca/root-ca.crt"],
    "key new": ["--out", "new.key"],
    "key inspect": ["locked.key", "--passphrase-file", "passphrase"],
    "key encrypt": ["locked.key", "--passphrase-file", "passphrase", "--new-passphrase-file", "passphrase", "--out",
                    "new.key"],
    "key decrypt": ["locked.key", "--passphrase-file", "passphrase", "--out", "new.key"],
    "csr new": ["--key", "locked.key", "--passphrase-file", "passphrase", "--out", "new.csr"],
    "csr inspect": ["web.csr"],
    "csr verify": ["web.csr"],
    "cert install": ["ca/root-ca.crt", "--dry-run"],
    "cert uninstall": ["ca/root-ca.crt", "--dry-run"],
    "p12 export": ["--key", "ca/admin.key", "--cert", "ca/admin.crt", "--passphrase-file", "passphrase", "--out",
                   "new.p12"],
    "p12 import": ["web.p12", "--passphrase-file", "passphrase"],
    "identity block": [fleet.SPIFFE_ID] + AT,
    "identity unblock": [fleet.SPIFFE_ID] + AT,
    "identity list": AT,
    "renewal info": [SERIAL] + AT,
    "renewal order": ["--profile", "service"] + AT,
    "renewal list": AT,
    "renewal cancel": ["1"] + AT,
    "lineage unblock": [SERIAL] + AT,
    "crl get": ["http://127.0.0.1:1/web.crl", "--timeout", "1s"],
    "crl inspect": ["ca/root-ca.crl"],
    "crl verify": ["ca/root-ca.crl", "--ca", "ca/root-ca.crt"],
    "ocsp query": ["ca/issuing-ca.crt", "--issuer", "ca/root-ca.crt", "--url", "http://127.0.0.1:1/", "--timeout",
                   "1s"],
    "agent enroll": ["--trust-domain", fleet.DOMAIN, "--server", "127.0.0.1:1", "--bootstrap", "127.0.0.1:1", "--ca",
                     "ca/root-ca.crt", "--token-file", "token", "--state", "agent", "--folder", "tls", "--timeout",
                     "1s"],
    "agent status": ["--config", "agent.textproto"],
    "stats": AT,
    "bundle get": AT,
    "bundle fingerprint": ["ca/trust-bundle.pem"],
    "token create": ["--profile", "host", "--identity", "spiffe://fleet.example/host/a"] + AT,
    "token list": AT,
    "token revoke": ["0000000000000000"] + AT,
    "authz serve": ROUTES + ["--http", "127.0.0.1:0"],
    "authz check": ROUTES + ["--cert", "ca/admin.crt", "--method", "GET", "--path", "/"],
    "context add": ["home", "--dir", "ca"],
    "context use": ["home"],
    "context list": [],
    "context remove": ["home"],
    "completion bash": [],
    "completion zsh": [],
    "completion fish": [],
    "completion install": ["--shell", "bash", "--dir", "."],
    "completion uninstall": ["--shell", "bash", "--dir", "."],
    "man": ["cert", "issue"],
    "help": [],
    "quickstart": ["--dir", "trial"],
    "version": [],
}

BOOTSTRAP = ["cert", "issue", "--bootstrap", "127.0.0.1:1", "--timeout", "1s", "--new-key", "p256",
             "--key-out", "new.key", "--ca-sha256", "ab" * 32]
NEW_KEY = ["cert", "issue", "--profile", "service", "--new-key", "p256", "--identity", fleet.SPIFFE_ID] + AT

FOLLOW = ["authz", "serve"] + ROUTES + ["--http", "127.0.0.1:0", "--follow-revocations", "--server", "127.0.0.1:1"]

# Commands whose answer is their exit status, which no error may be taken for: those of a command line that is not
# understood, and of a file that is missing.
MISTAKE = {"cert needs-renewal": 255}
MISSING = {"cert needs-renewal": 2, "cert diff": 2}

# Flags for a file that go with others than those of GOOD.
SPECIAL = {
    "cert inspect --ca": ["cert", "inspect", "127.0.0.1:1", "--ca", NOWHERE],
    "cert inspect --passphrase-file": ["cert", "inspect", "web.p12", "--passphrase-file", NOWHERE],
    "cert install --passphrase-file": ["cert", "install", "ca/root-ca.crt", "--store", "nss", "--passphrase-file",
                                       NOWHERE],
    "cert install --p12-passphrase-file": ["cert", "install", "web.p12", "--nss-db", "nssdb", "--p12-passphrase-file",
                                           NOWHERE],
    "cert uninstall --p12-passphrase-file": ["cert", "uninstall", "web.p12", "--nss-db", "nssdb",
                                             "--p12-passphrase-file", NOWHERE],
    "cert uninstall --passphrase-file": ["cert", "uninstall", "ca/root-ca.crt", "--store", "nss", "--passphrase-file",
                                         NOWHERE],
    "p12 export --key-passphrase-file": ["p12", "export", "--key", "encrypted.key", "--cert", "ca/admin.crt", "--out",
                                         "new.p12", "--key-passphrase-file", NOWHERE],
    "p12 import --key-passphrase-file": ["p12", "import", "web.p12", "--passphrase-file", "passphrase", "--key-out",
                                         "new.key", "--key-passphrase-file", NOWHERE],
    "cert diff b": ["cert", "diff", "ca/admin.crt", NOWHERE],
    "authz serve --dir": FOLLOW + ["--dir", NOWHERE],
    "authz serve --ca": FOLLOW + ["--cert", "ca/admin.crt", "--key", "ca/admin.key", "--ca", NOWHERE],
    "authz serve --cert": FOLLOW + ["--ca", "ca/trust-bundle.pem", "--key", "ca/admin.key", "--cert", NOWHERE],
    "authz serve --key": FOLLOW + ["--ca", "ca/trust-bundle.pem", "--cert", "ca/admin.crt", "--key", NOWHERE],
    "cert selfsign --key": ["cert", "selfsign", "--name", "DNS:localhost", "--key", NOWHERE],
    "cert selfsign --passphrase-file": ["cert", "selfsign", "--name", "DNS:localhost", "--key", "sealed.key",
                                        "--passphrase-file", NOWHERE],
    "cert issue --key-out": NEW_KEY + ["--key-out", NOWHERE],
    "cert issue --p12-out": NEW_KEY + ["--p12-out", NOWHERE, "--new-passphrase-file", "passphrase"],
    "cert issue --new-passphrase-file": NEW_KEY + ["--key-out", "new.key", "--new-passphrase-file", NOWHERE],
    "cert issue --csr-dir": ["cert", "issue", "--profile", "service", "--csr-dir", NOWHERE, "--out-dir", "ca"] + AT,
    "cert issue --token-file": BOOTSTRAP + ["--token-file", NOWHERE],
    "cert issue --bundle-out": BOOTSTRAP + ["--token-file", "token", "--bundle-out", NOWHERE],
    "csr new --key-out": ["csr", "new", "--new-key", "p256", "--key-out", NOWHERE],
    "csr new --new-passphrase-file": ["csr", "new", "--new-key", "p256", "--key-out", "new.key",
                                      "--new-passphrase-file", NOWHERE],
    "cert rekey --csr": ["cert", "rekey", "--out", "rekeyed.crt", "--csr", NOWHERE] + AT,
    "cert revoke --key-of": ["cert", "revoke", "--key-of", NOWHERE] + AT,
    "cert revoke --issuer": ["cert", "revoke", "--issuer", NOWHERE] + AT,
    "man --install": ["man", "--install", NOWHERE],
    "crl get --of": ["crl", "get", "--of", NOWHERE],
    "token create --identities-file": ["token", "create", "--profile", "host", "--identities-file", NOWHERE] + AT,
    "policy explain --certificate": ["policy", "explain", POLICY, "--certificate", NOWHERE, "--profile", "service",
                                     "--csr", "web.csr"],
    "ca init --dir": ["ca", "init", "--trust-domain", fleet.DOMAIN, "--dir", NOWHERE],
}


def replaced(arguments, flag, value):
    """The arguments with that value of the flag, in its place where they have it."""
    if flag in arguments:
        at = arguments.index(flag)
        arguments = arguments[:at] + arguments[at + 2:]
    return arguments + [flag, value]


def with_nowhere(command, option):
    """The command's arguments, with a path that is nowhere for the flag or the argument."""
    name = option["names"][-1]
    special = SPECIAL.get("%s %s" % (command, name))
    if special is not None:
        return special
    good = GOOD[command]
    if not name.startswith("-"):
        return command.split() + [NOWHERE] + good[1:]
    if name in ("--ca", "--cert", "--key") and AT[0] in good and AT[-2] in good:
        # Each by itself, as a certificate and its key come from one source.
        good = [word for word in good if word not in AT] + FILES
    return command.split() + replaced(good, name, NOWHERE)


class EveryCommandJsonTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="json-", dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        made = cls.run_in_folder("ca", "init", "--dir", "ca", "--trust-domain", fleet.DOMAIN, "--listen", "127.0.0.1:0")
        assert made.code == 0, made.err
        key = fleet.make_key(os.path.join(cls.folder, "web.key"), "p256")
        cls.write("web.csr", fleet.make_csr(key))
        cls.write("token", b"t" * 40)
        cls.write("passphrase", b"of the p12\n")
        fleet.openssl("pkcs12", "-export", "-inkey", os.path.join(cls.folder, "ca/admin.key"), "-in",
                      os.path.join(cls.folder, "ca/admin.crt"), "-passout",
                      "file:" + os.path.join(cls.folder, "passphrase"), "-out", os.path.join(cls.folder, "web.p12"))
        fleet.openssl("pkey", "-in", os.path.join(cls.folder, "web.key"), "-aes256", "-passout",
                      "file:" + os.path.join(cls.folder, "passphrase"), "-out",
                      os.path.join(cls.folder, "sealed.key"))
        fleet.openssl("pkcs8", "-topk8", "-in", os.path.join(cls.folder, "ca/admin.key"), "-passout",
                      "file:" + os.path.join(cls.folder, "passphrase"), "-out",
                      os.path.join(cls.folder, "encrypted.key"))
        os.chmod(os.path.join(cls.folder, "encrypted.key"), 0o600)
        os.mkdir(os.path.join(cls.folder, "empty"))
        made = cls.run_in_folder("key", "new", "--passphrase-file", "passphrase", "--out", "locked.key")
        assert made.code == 0, made.err
        cls.write("routes.textproto", b'routes { path: "/*" methods: "GET" roles: "reader" }\n')
        cls.commands = {}
        cls.walk([])

    @classmethod
    def write(cls, name, contents):
        with open(os.path.join(cls.folder, name), "wb", opener=lambda path, flags: os.open(path, flags, 0o600)) as file:
            file.write(contents)

    @classmethod
    def run_in_folder(cls, *arguments, stdin=b"", **variables):
        env = {name: value for name, value in os.environ.items() if not name.startswith("FLEETCA_")}
        env.update({"XDG_CONFIG_HOME": os.path.join(cls.folder, "config"), **variables})
        done = subprocess.run([fleet.FLEETCA, *arguments], input=stdin, capture_output=True, check=False, env=env,
                              cwd=cls.folder, timeout=fleet.COMMAND_SECONDS)
        return fleet.Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    @classmethod
    def walk(cls, path):
        shown = cls.run_in_folder("help", *path, "-o", "json")
        assert shown.code == 0, shown.err
        help_of = json.loads(shown.out)
        for below in help_of["commands"]:
            cls.walk(path + [below["name"]])
        if not help_of["commands"]:
            cls.commands[" ".join(path)] = help_of

    def error_of(self, result, code, last=False):
        """The one object that standard error must be; of what logs, the last line."""
        self.assertEqual(result.code, code, result.err)
        lines = result.err.splitlines()
        if not last:
            self.assertEqual(len(lines), 1, result.err)
        error = json.loads(lines[-1])
        self.assertLessEqual(set(error), {"code", "reason", "field", "message", "notes"})
        self.assertTrue(error["code"] and error["message"])
        return error

    def test_every_command_is_known_here(self):
        self.assertEqual(set(self.commands), set(GOOD))

    def test_help_says_what_a_program_needs(self):
        for name, shown in self.commands.items():
            with self.subTest(name):
                self.assertEqual(shown["command"], "fleetca " + name)
                self.assertTrue(shown["summary"] and shown["examples"])
                names = [flag["names"] for flag in shown["flags"]]
                self.assertEqual(names.count(["-h", "--help"]), 1)
                self.assertEqual(names.count(["-o", "--output"]), 1)
        issue = {flag["names"][-1]: flag for flag in self.commands["cert issue"]["flags"]}
        self.assertEqual((issue["--key-out"]["type"], issue["--output"]["type"]), ("FILE", "FORM"))
        self.assertEqual(issue["--csr"]["repeatable"], True)
        self.assertEqual(self.commands["cert get"]["arguments"][0]["required"], True)

    def test_help_as_json_in_every_spelling(self):
        expected = self.run_in_folder("help", "cert", "issue", "-o", "json").out
        for spelling in (["cert", "issue", "--help", "-o", "json"], ["cert", "issue", "-ojson", "-h"],
                         ["help", "-o", "json", "cert", "issue"], ["help", "cert", "--output=json", "issue"]):
            self.assertEqual(self.run_in_folder(*spelling).out, expected, spelling)
        self.assertIn(b"Usage:", self.run_in_folder("help", "cert", "-o", "text").out)
        self.assertEqual(json.loads(self.run_in_folder("--version", "-o", "json").out),
                         json.loads(self.run_in_folder("version", "-o", "json").out))

    def test_a_usage_error_of_every_command_is_one_object(self):
        for name in self.commands:
            with self.subTest(name):
                code = MISTAKE.get(name, 2)
                error = self.error_of(self.run_in_folder(*name.split(), "-o", "json", "--no-such-flag"), code)
                self.assertEqual((error["reason"], error["field"]), ("USAGE", "--no-such-flag"))
                error = self.error_of(self.run_in_folder(*name.split(), "-o", "xml", "-o", "json"), code)
                self.assertEqual((error["reason"], error["field"]), ("USAGE", "--output"))

    def test_a_value_that_cannot_be_names_its_flag(self):
        for flag, value in (("--trust-domain", "Fleet Example"), ("--dns", "not a name"), ("--ip", "fleet"),
                            ("--issuing-lifetime", "9000d"), ("--key-type", "p1"), ("--listen", "nowhere")):
            with self.subTest(flag):
                result = self.run_in_folder("ca", "init", *replaced(GOOD["ca init"], flag, value), "-o", "json")
                self.assertEqual(self.error_of(result, 2)["field"], flag)

    def test_an_error_about_a_file_names_its_flag(self):
        """Of every flag and argument that takes a file or a folder."""
        tried = 0
        for name, shown in self.commands.items():
            for option in shown["flags"] + shown["arguments"]:
                if option.get("type") not in ("FILE", "DIR"):
                    continue
                flag = option["names"][-1]
                with self.subTest("%s %s" % (name, flag)):
                    tried += 1
                    arguments = with_nowhere(name, option)
                    # It would go on with what it made before.
                    shutil.rmtree(os.path.join(self.folder, "agent"), ignore_errors=True)
                    result = self.run_in_folder(*arguments, "-o", "json", XDG_CONFIG_HOME="/nonexistent")
                    error = self.error_of(result, MISSING.get(name, 1), last=flag == "--ready-file")
                    self.assertRegex(error["reason"], "^FILE_")
                    self.assertEqual(error["field"], flag, error)
                    self.assertIn("/nonexistent/folder", error["message"])
        self.assertGreater(tried, 50)

    def test_what_is_wrong_with_a_file_does_not_matter(self):
        self.write("junk", b"junk")
        self.write("open.key", b"junk")
        os.chmod(os.path.join(self.folder, "open.key"), 0o666)
        for arguments, field in ((NEW_KEY + ["--key-out", "web.key"], "--key-out"),
                                 (NEW_KEY + ["--key-out", "new.key", "--out", "web.csr"], "--out"),
                                 (["cert", "issue", "--profile", "service", "--csr", "junk"] + AT, "--csr"),
                                 (["bundle", "get"] + replaced(FILES, "--key", "open.key"), "--key"),
                                 (["bundle", "get"] + replaced(FILES, "--cert", "junk"), "--cert"),
                                 (["bundle", "get"] + replaced(FILES, "--ca", "junk"), "--ca"),
                                 (["cert", "inspect", "junk"], "file"),
                                 (["cert", "inspect", "empty"], "file"),
                                 (["key", "inspect", "junk"], "file"),
                                 (["key", "inspect", "web.key", "--fits", "junk"], "--fits"),
                                 (["key", "new", "--out", "web.key"], "--out"),
                                 (["csr", "verify", "junk"], "file"),
                                 (["config", "validate", "junk"], "file"),
                                 (["crl", "inspect", "junk"], "file"),
                                 (["crl", "verify", "ca/root-ca.crl", "--ca", "junk"], "--ca"),
                                 (["ocsp", "query", "ca/admin.crt", "--issuer", "junk"], "--issuer"),
                                 (["ca", "init", "--dir", "ca", "--trust-domain", fleet.DOMAIN], "--dir")):
            with self.subTest(arguments):
                self.assertEqual(self.error_of(self.run_in_folder(*arguments, "-o", "json"), 1)["field"], field)
        for arguments, field in ((["cert", "inspect", "-"], "file"),
                                 (["cert", "issue", "--profile", "service", "--csr", "-"] + AT, "--csr")):
            with self.subTest(arguments):
                result = self.run_in_folder(*arguments, "-o", "json", stdin=b"junk")
                self.assertEqual(self.error_of(result, 1)["field"], field)

    def test_a_path_of_the_configuration_names_its_field(self):
        config = os.path.join(self.folder, CONFIG)
        with open(config, encoding="utf-8") as file:
            text = file.read()
        self.write("ca/other.textproto", text.replace('"policy.textproto"', '"gone.textproto"').encode())
        for command in (["config", "validate"], ["serve", "--config"]):
            error = self.error_of(self.run_in_folder(*command, "ca/other.textproto", "-o", "json"), 1, last=True)
            self.assertEqual((error["reason"], error["field"]), ("FILE_MISSING", "policy_file"))

    def test_a_path_of_the_environment_or_a_context_names_that(self):
        gone = self.run_in_folder("bundle", "get", "-o", "json", FLEETCA_DIR="/nonexistent/ca")
        self.assertEqual(self.error_of(gone, 1)["field"], "FLEETCA_DIR")
        home = os.path.join(self.folder, "contexts")
        shutil.copytree(os.path.join(self.folder, "ca"), os.path.join(self.folder, "moved"))
        added = self.run_in_folder("context", "add", "home", "--dir", "moved", XDG_CONFIG_HOME=home)
        self.assertEqual(added.code, 0, added.err)
        shutil.rmtree(os.path.join(self.folder, "moved"))
        gone = self.run_in_folder("bundle", "get", "-o", "json", XDG_CONFIG_HOME=home)
        self.assertEqual(self.error_of(gone, 1)["field"], "contexts.home.dir")
        with open(os.path.join(home, "fleetca/contexts.json"), "w", encoding="utf-8") as file:
            file.write("junk")
        bad = self.run_in_folder("context", "list", "-o", "json", XDG_CONFIG_HOME=home)
        self.assertEqual(self.error_of(bad, 1)["field"], "XDG_CONFIG_HOME")

    def test_contexts_say_what_was_done(self):
        def done(*arguments):
            result = self.run_in_folder("context", *arguments, "-o", "json")
            self.assertEqual(result.code, 0, result.err)
            self.assertTrue(result.err)
            answer = json.loads(result.out)
            return answer["name"], answer["done"], answer["current"]
        self.assertEqual(done("add", "a", "--dir", "ca"), ("a", "added", "a"))
        self.assertEqual(done("add", "b", "--dir", "ca"), ("b", "added", "a"))
        self.assertEqual(done("use", "b"), ("b", "used", "b"))
        self.assertEqual(done("remove", "b"), ("b", "removed", ""))
        again = self.run_in_folder("context", "add", "a", "--dir", "ca", "-o", "json")
        self.assertEqual(self.error_of(again, 1)["field"], "name")

    def test_the_configuration_in_force_is_json(self):
        printed = self.run_in_folder("serve", "--config", CONFIG, "--print-config", "-o", "json")
        self.assertEqual(printed.code, 0, printed.err)
        config = json.loads(printed.out)
        self.assertEqual(config["trust_domain"], fleet.DOMAIN)
        self.assertEqual(config["policy_file"], POLICY)


if __name__ == "__main__":
    unittest.main()
