"""Every example of every --help, run in its order in a fresh folder, and what each --help owes its reader."""

import os
import subprocess
import tempfile
import unittest

from tests.pages import extract
from tests.pages import runner

# A CA that was made, and what the examples speak of beside it. The policy gives one service a role.
MADE = r"""
fleetca ca init --dir ca --trust-domain fleet.example --bootstrap 0.0.0.0:8444 > made.txt
cat >> ca/policy.textproto <<'POLICY'
identities {
  name: "reader"
  identity: "/svc/reader"
  profiles: "service"
  roles: "reader"
  audience: "svc/orders"
}
POLICY
openssl req -new -newkey ed25519 -nodes -keyout csr.key -subj / -out web.csr \
  -addext subjectAltName=URI:spiffe://fleet.example/svc/web 2> made.txt
cp ca/root-ca.crt ca.pem
cp ca/issuing-ca.crt issuing-ca.pem
cp examples/nginx/http_roles.textproto .
fleetca bundle fingerprint ca/root-ca.crt > root.sha256
printf 'spiffe://fleet.example/host/%s\n' web-2 web-3 > hosts.txt
"""
# The same, served, with certificates and a token. Whoever made the first certificate has the first key.
SERVED = MADE + r"""
fleetca serve --config ca/fleetca.textproto & server=$!
fleetca cert issue --dir ca --profile service --new-key p256 --key-out made.key \
  --name URI:spiffe://fleet.example/svc/web --chain --out web.crt
fleetca cert issue --dir ca --profile service --new-key p256 --key-out reader.key \
  --identity spiffe://fleet.example/svc/reader --chain --out reader.pem
fleetca token create --dir ca --identity spiffe://fleet.example/host/web-1 --profile host --out join.token
"""
# The same with a port for CRLs and OCSP, which has made both.
PUBLISHED = SERVED.replace(r"""
fleetca serve""", r"""
echo 'http { address: "127.0.0.1:8080" base_url: "http://127.0.0.1:8080" }' >> ca/fleetca.textproto
fleetca serve""") + r"""
until fleetca crl get --of web.crt --out web.crl 2> made.txt; do sleep 0.2; done
until fleetca ocsp query web.crt --issuer ca/issuing-ca.crt > made.txt 2>&1; do sleep 0.2; done
"""
# As SERVED, after its server ended.
STOPPED = SERVED + r"""
kill $server
wait $server
"""
# The same with an agent that is ready.
AGENT = SERVED + r"""
fleetca agent enroll --trust-domain fleet.example --server localhost:8443 --bootstrap localhost:8444 \
  --ca-sha256 "$(cat root.sha256)" --token-file join.token --state agent --folder tls > made.txt 2>&1
fleetca agent --config agent/agent.textproto 2> agent.log &
until fleetca agent status --socket agent/status.sock --ready > made.txt 2>&1; do sleep 0.2; done
"""
# No CA, and two passphrases.
PASSPHRASES = r"""
umask 077
openssl rand -base64 18 > passphrase
openssl rand -base64 18 > passphrase2
"""
# The same with a key beside its certificate, and a PKCS#12 file of both.
WITH_PKCS12 = SERVED + r"""
cp made.key web.key
chmod 600 web.key
(umask 077; openssl rand -base64 18 > pass)
openssl pkcs12 -export -inkey web.key -in web.crt -name web -passout file:pass -out web.p12
"""
WITH_KEY = WITH_PKCS12 + "rm web.p12\n"
# In which folder a command's examples run; all others find one that is served.
SETUPS = {
    "": "",  # from nothing to a certificate
    "agent status": AGENT,
    "ca init": "",
    "ca renew-admin": STOPPED,
    "ca renew-server": STOPPED,
    "ca root-crl": MADE,
    "cert issue": SERVED + "(umask 077; openssl rand -base64 18 > pass)\n",
    "cert selfsign": "",
    "cert verify": PUBLISHED,
    "cert install": MADE,
    "cert uninstall": MADE + "\nfleetca cert install ca/root-ca.crt --nss-db nssdb > made.txt 2>&1\n",
    "config validate": MADE,
    "crl get": PUBLISHED,
    "crl inspect": PUBLISHED,
    "crl verify": PUBLISHED,
    "csr inspect": PASSPHRASES,
    "csr new": PASSPHRASES,
    "csr verify": PASSPHRASES,
    "help": "",
    "key decrypt": PASSPHRASES,
    "key encrypt": PASSPHRASES,
    "key inspect": PASSPHRASES,
    "key new": PASSPHRASES,
    "ocsp query": PUBLISHED,
    "p12 export": WITH_KEY,
    "p12 import": WITH_PKCS12,
    "policy check": MADE,
    "policy explain": SERVED,
    "quickstart": "",
    "serve": MADE,
    "store restore": STOPPED,
    "store set-clock": STOPPED,
    "version": "",
}
# Whose examples stay in the background: each must still be there a second later.
STAYS = extract.Command(0, "sleep 1; kill -0 $!\n")
# Commands without examples of their own, and why.
NO_EXAMPLES = {}


def help_of(path):
    done = subprocess.run(["./fleetca", *path, "--help"], capture_output=True, text=True, check=True)
    return done.stdout


class HelpTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.paths = extract.command_paths(help_of)
        cls.names = [" ".join(path) for path in cls.paths]
        cls.groups = {name for name in cls.names if any(other.startswith(name + " ") for other in cls.names)}

    def test_the_commands_are_found(self):
        for name in ("ca init", "cert issue", "context add", "serve", "version"):
            self.assertIn(name, self.names)

    def test_the_tables_name_commands_that_there_are(self):
        for name in [*SETUPS, *NO_EXAMPLES]:
            self.assertIn(name, self.names + [""])

    def test_every_command_has_examples(self):
        for name in self.names:
            if name not in NO_EXAMPLES:
                self.assertTrue(extract.help_examples(help_of(name.split())), name)

    def test_a_group_shows_the_examples_of_its_commands(self):
        for group in self.groups:
            shown = [command.text for command in extract.help_examples(help_of(group.split()))]
            for name in self.names:
                if name.startswith(group + " ") and name not in self.groups:
                    for example in extract.help_examples(help_of(name.split())):
                        self.assertIn(example.text, shown, group)

    def test_the_examples_of_a_group_work_one_after_another(self):
        for group in ("key", "csr"):
            with self.subTest(group), tempfile.TemporaryDirectory(
                    prefix="help-", dir="/tmp", ignore_cleanup_errors=True) as holder:
                commands = extract.commands(PASSPHRASES) + extract.help_examples(help_of([group]))
                done = runner.run(commands, os.path.join(holder, "help"), os.getcwd())
                self.assertIsNone(done.failure, "fleetca %s --help: %s" % (group, done.failure))

    def test_help_is_a_command_too(self):
        for name in ("", "cert", "cert issue", "ca init", "context"):
            words = name.split()
            done = subprocess.run(["./fleetca", "help", *words], capture_output=True, text=True, check=True)
            self.assertEqual(help_of(words), done.stdout)

    def test_an_example_in_the_background_goes_on(self):
        for name in ("serve", "authz serve"):
            commands = extract.commands(SETUPS.get(name, SERVED))
            for example in extract.help_examples(help_of(name.split())):
                commands += [example, STAYS] if example.text.rstrip().endswith("&") else [example]
            # The path of a unix socket has at most 107 bytes, so not where Bazel has its temporary files.
            with self.subTest(name), tempfile.TemporaryDirectory(
                    prefix="help-", dir="/tmp", ignore_cleanup_errors=True) as holder:
                files = [("examples/nginx/http_roles.textproto",
                          os.path.abspath("examples/nginx/http_roles.textproto"))]
                done = runner.run(commands, os.path.join(holder, "help"), os.getcwd(), files)
                self.assertIsNone(done.failure, "fleetca %s --help: %s" % (name, done.failure))

    def test_checklist53_every_example_works(self):
        for name in ["", *self.names]:
            if name in self.groups or name in NO_EXAMPLES:
                continue
            # "--help" of the program is its own; that of a group repeats its commands'.
            examples = extract.help_examples(help_of(name.split()))
            with self.subTest(name), tempfile.TemporaryDirectory(
                    prefix="help-", dir="/tmp", ignore_cleanup_errors=True) as holder:
                commands = extract.commands(SETUPS.get(name, SERVED)) + examples
                files = [("examples/nginx/http_roles.textproto",
                          os.path.abspath("examples/nginx/http_roles.textproto"))]
                done = runner.run(commands, os.path.join(holder, "help"), os.getcwd(), files)
                self.assertIsNone(done.failure, "fleetca %s --help: %s" % (name, done.failure))


if __name__ == "__main__":
    unittest.main()
