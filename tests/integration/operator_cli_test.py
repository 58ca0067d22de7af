"""The operator's commands: ca init, config validate, serve. Each mistake is one sentence that says
what to do, exit 1 for what failed and 2 for what was not understood."""

import json
import os
import re
import shutil
import stat
import unittest

from tests.integration.fleet import (DOMAIN, FLEETCA, Fleet, fleetca, make_csr, make_key, openssl,
                                     run)


class OperatorCliTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(Fleet())
        cls.config = cls.fleet.read("ca/fleetca.textproto").decode()

    def assert_fails(self, result, code, *sentences):
        self.assertEqual(result.code, code, result.err)
        self.assertEqual(result.out, b"")
        for sentence in sentences:
            self.assertIn(sentence, result.err)

    def copy_of_the_ca(self, name):
        """The same CA in another folder, before its first start: without a store, and with a head that says so."""
        copy = self.fleet.path(name)
        shutil.copytree(self.fleet.ca, copy, ignore=shutil.ignore_patterns("store", "store.head"))
        self.addCleanup(shutil.rmtree, copy)
        new = self.fleet.path(name + "-new")
        self.addCleanup(shutil.rmtree, new)
        self.assertEqual(fleetca("ca", "init", "--dir", new, "--trust-domain", DOMAIN).code, 0)
        shutil.copy(os.path.join(new, "store.head"), copy)
        return copy

    # ca init

    def test_ca_init_overwrites_nothing(self):
        full = self.fleet.path("full")
        os.mkdir(full)
        with open(os.path.join(full, "precious"), "w", encoding="ascii") as file:
            file.write("precious")
        self.assert_fails(fleetca("ca", "init", "--dir", full, "--trust-domain", DOMAIN), 1, full,
                          "not an empty folder", "name a new one")
        self.assertEqual(os.listdir(full), ["precious"])
        before = {name: self.fleet.read("ca/" + name) for name in ("root-ca.key", "admin.crt")}
        self.assert_fails(fleetca("ca", "init", "--dir", self.fleet.ca, "--trust-domain", DOMAIN), 1,
                          "nothing is overwritten")
        for name, contents in before.items():
            self.assertEqual(self.fleet.read("ca/" + name), contents)

    def test_ca_init_leaves_nothing_behind_when_it_fails(self):
        new = self.fleet.path("never")
        self.assert_fails(fleetca("ca", "init", "--dir", new, "--trust-domain", "Bad Domain"), 2,
                          '"Bad Domain"', "fleet.example")
        self.assert_fails(fleetca("ca", "init", "--dir", new, "--trust-domain", DOMAIN,
                                  "--key-type", "dsa"), 2, "--key-type", "p256")
        self.assert_fails(fleetca("ca", "init", "--dir", new), 2, "--trust-domain")
        nowhere = os.path.join(new, "deep", "er")
        self.assert_fails(fleetca("ca", "init", "--dir", nowhere, "--trust-domain", DOMAIN), 1,
                          nowhere)
        self.assertFalse(os.path.exists(new))

    def test_what_ca_init_made_is_private_and_sound(self):
        secret = re.compile(r"\.(key|passphrase)$")
        self.assertEqual(stat.S_IMODE(os.stat(self.fleet.ca).st_mode), 0o700)
        for name in os.listdir(self.fleet.ca):
            if secret.search(name):
                mode = stat.S_IMODE(os.stat(os.path.join(self.fleet.ca, name)).st_mode)
                self.assertEqual(mode, 0o600, name)
        for name in ("root-ca.key", "issuing-ca.key"):
            self.assertIn(b"ENCRYPTED PRIVATE KEY", self.fleet.read("ca/" + name))
        for name, purpose in (("issuing-ca", "any"), ("server", "sslserver"), ("admin", "sslclient")):
            path = os.path.join(self.fleet.ca, name + ".crt")
            self.assertIn(b": OK", openssl(
                "verify", "-x509_strict", "-purpose", purpose, "-CAfile",
                os.path.join(self.fleet.ca, "trust-bundle.pem"), "-untrusted", path, path))

    # config validate

    def validate(self, text, *arguments):
        # Beside the files that it names, which are looked at as well.
        file = self.fleet.write("ca/config.textproto", text.encode())
        return file, fleetca("config", "validate", file, *arguments)

    def line_of(self, text, words):
        return text[:text.index(words)].count("\n") + 1

    def test_a_right_configuration_is_exit_0(self):
        self.assertEqual(self.validate(self.config)[1].code, 0)
        self.assertEqual(fleetca("config", "validate", "-", stdin=self.config.encode()).code, 0)
        _, as_json = self.validate(self.config, "-o", "json")
        self.assertEqual(json.loads(as_json.out)["valid"], True)

    def test_what_serve_refuses_is_not_valid(self):
        text = self.config.replace('policy_file: "policy.textproto"', 'policy_file: "none.textproto"')
        file, result = self.validate(text)
        self.assert_fails(result, 1, "none.textproto")
        self.assertEqual(result.err, fleetca("serve", "--config", file).err.splitlines()[-1] + "\n")
        self.assertEqual(self.validate(text, "--text-only")[1].code, 0)

    def test_a_policy_is_checked_with_the_configuration_beside_it(self):
        ca = self.copy_of_the_ca("checked")
        policy = os.path.join(ca, "policy.textproto")
        self.assertEqual(fleetca("policy", "check", policy).code, 0)
        with open(policy, "a", encoding="ascii") as file:
            file.write('identities { name: "relay" identity: "/host/ca" profiles: "host" '
                       'ip_prefixes: "127.0.0.1/32" }\n')
        result = fleetca("policy", "check", policy)
        self.assert_fails(result, 1, policy, "ip_prefixes[0]", "pose as the CA")
        self.assertIn(result.err.strip(), self.serve(ca).err)

    def test_each_mistake_is_a_line_with_its_place(self):
        cases = {
            'trust_domain: "fleet.example"': ('trust_domain: "Fleet Example"', "trust_domain"),
            'address: "127.0.0.1:0"': ('address: "nonsense"', "listener.address"),
            'policy_file: "policy.textproto"': ('policy_file: ""', "policy_file"),
            "store {": ("stores {", "stores"),
        }
        for right, (wrong, words) in cases.items():
            with self.subTest(wrong):
                text = self.config.replace(right, wrong, 1)
                self.assertNotEqual(text, self.config)
                file, result = self.validate(text)
                self.assert_fails(result, 1, words)
                place = "%s:%d:" % (file, self.line_of(text, wrong))
                self.assertTrue(any(line.removeprefix("fleetca: ").startswith(place)
                                    for line in result.err.splitlines()), (place, result.err))

    def test_two_mistakes_are_told_at_once(self):
        text = self.config.replace('path: "store"', 'path: ""').replace("policy.textproto", "")
        _, result = self.validate(text, "-o", "json")
        self.assertEqual(result.code, 1)
        answer = json.loads(result.out)
        self.assertEqual(answer["valid"], False)
        self.assertEqual(len(answer["mistakes"]), 2)

    def test_a_file_that_is_not_there_is_named(self):
        missing = self.fleet.path("missing.textproto")
        self.assert_fails(fleetca("config", "validate", missing), 1, missing, "No such file")
        self.assert_fails(fleetca("serve", "--config", missing), 1, missing, "No such file")
        self.assert_fails(fleetca("config", "validate"), 2, "file")

    # serve

    def serve(self, ca):
        return fleetca("serve", "--config", os.path.join(ca, "fleetca.textproto"))

    def test_secrets_that_others_can_read_are_refused(self):
        ca = self.copy_of_the_ca("readable")
        for name in ("issuing-ca.key", "issuing-ca.passphrase", "server.key"):
            with self.subTest(name):
                path = os.path.join(ca, name)
                os.chmod(path, 0o644)
                self.assert_fails(self.serve(ca), 1, name, "0644", "chmod 0600 ")
                os.chmod(path, 0o600)

    def test_what_does_not_fit_together_is_named(self):
        ca = self.copy_of_the_ca("mixed")
        # A server that renews its certificate would issue itself another pair.
        config = os.path.join(ca, "fleetca.textproto")
        with open(config, encoding="utf-8") as file:
            text = file.read()
        with open(config, "w", encoding="utf-8") as file:
            file.write(text.replace('  server_profile: "ca-server"\n', ""))
        other = self.fleet.path("other")
        self.assertEqual(fleetca("ca", "init", "--dir", other, "--trust-domain", DOMAIN).code, 0)
        for name, sentence in (("server.key", "not the key of"), ("issuing-ca.crt", "root"),
                               ("issuing-ca.passphrase", "passphrase is wrong")):
            with self.subTest(name):
                shutil.copy2(os.path.join(other, name), ca)
                self.assert_fails(self.serve(ca), 1, name.split(".")[0], sentence)
                shutil.copy2(os.path.join(self.fleet.ca, name), ca)
        os.remove(os.path.join(ca, "issuing-ca.key"))
        self.assert_fails(self.serve(ca), 1, "issuing-ca.key", "No such file")

    def test_an_issuer_in_the_clear_is_refused(self):
        ca = self.copy_of_the_ca("clear")
        key = os.path.join(ca, "issuing-ca.key")
        os.remove(key)
        make_key(key, "p256")
        self.assert_fails(self.serve(ca), 1, "issuing-ca.key", "encrypt")

    def test_a_policy_that_is_not_right_is_named(self):
        ca = self.copy_of_the_ca("policy")
        policy = os.path.join(ca, "policy.textproto")
        with open(policy, encoding="utf-8") as file:
            text = file.read()
        for right, wrong, sentence in (
                ('trust_domain: "fleet.example"', 'trust_domain: "other.example"', "trust_domain"),
                ('issue_for: "/svc/*"', 'issue_for: "svc"', "issue_for"),
                ("policy_revision: 1", "policy_revision: 0", "policy_revision")):
            with self.subTest(wrong), open(policy, "w", encoding="utf-8") as file:
                file.write(text.replace(right, wrong, 1))
                file.flush()
                self.assert_fails(self.serve(ca), 1, policy, sentence)
        os.remove(policy)
        self.assert_fails(self.serve(ca), 1, policy, "No such file")

    def test_a_second_server_on_the_same_store_is_refused(self):
        self.assert_fails(self.serve(self.fleet.ca), 1, "store", str(self.fleet.process.pid))
        key = make_key(self.fleet.path("web.key"), "p256")
        self.assertEqual(self.fleet.issue(make_csr(key)).code, 0)

    def test_a_second_server_on_the_same_port_is_refused(self):
        ca = self.copy_of_the_ca("same-port")
        with open(os.path.join(ca, "fleetca.textproto"), "w", encoding="utf-8") as file:
            file.write(self.config.replace("127.0.0.1:0", self.fleet.address))
        self.assert_fails(self.serve(ca), 1, self.fleet.address, "listener.address")

    def test_no_passphrase_is_on_a_command_line_or_in_print_config(self):
        passphrases = [self.fleet.read("ca/%s.passphrase" % name).decode().strip()
                       for name in ("root-ca", "issuing-ca")]
        shown = run("ps", "axwwe", "-o", "pid,args").out.decode(errors="replace")
        self.assertIn(FLEETCA + " serve", shown)
        printed = fleetca("serve", "--print-config", "--config",
                          os.path.join(self.fleet.ca, "fleetca.textproto"))
        self.assertEqual(printed.code, 0, printed.err)
        for passphrase in passphrases:
            self.assertGreater(len(passphrase), 20)
            for text in (shown, printed.out.decode(), printed.err, self.fleet.log()):
                self.assertNotIn(passphrase, text)


if __name__ == "__main__":
    unittest.main()
