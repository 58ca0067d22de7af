"""The cheat sheet: every line of it runs, one's results are the other's, and its table counts right.

Beside Bazel: FLEETCA_BINARY=/path/to/fleetca python3 -m unittest tests.pages.cheatsheet_test
"""

import os
import tempfile
import unittest

from tests.pages import cheatsheet
from tests.pages import extract
from tests.pages import runner

PAGE = "docs/cheatsheet.md"
# It runs both sides of the page, and the checks.
SECONDS = 270
# The path of a unix socket has at most 107 octets.
_SHORT = "/tmp"
CA = "A CA with a root, an issuing CA, and its books"

# What checks use. They run in the page's shell.
WORDS = r"""
same() { [ -n "$1" ] && [ "$1" = "$2" ] || { echo "not the same: $1 / $2" >&2; return 1; }; }
pub() { openssl pkey -in "$1" ${2:+-passin "file:$2"} -pubout; }
csr_pub() { openssl req -in "$1" -noout -pubkey; }
crt_pub() { openssl x509 -in "$1" -noout -pubkey; }
names() { openssl "$1" -in "$2" -noout -text | grep -A 1 'Subject Alternative Name' | tail -1 | tr -d ' '; }
subject() { openssl "$1" -in "$2" -noout -subject; }
sha() { openssl x509 -in "$1" -noout -fingerprint -sha256 | cut -d = -f 2 | tr -d : | tr A-F a-f; }
"""

# Heading -> what holds when the commands below it have run: each reads what the other wrote, and finds the same.
CHECKS = {
    "A new key": """
fleetca key inspect theirs.key -o json | jq -e '.type == "P-256"'
openssl pkey -in ours.key -noout -text | grep 'NIST CURVE: P-256'
""",
    "A new RSA key": """
fleetca key inspect theirs-rsa.key -o json | jq -e '.type == "RSA 3072"'
openssl pkey -in ours-rsa.key -noout -text | grep '3072 bit'
""",
    "A new key with a passphrase": """
fleetca key inspect theirs-new-locked.key --passphrase-file pass -o json | jq -e '.type == "Ed25519"'
openssl pkey -in ours-new-locked.key -passin file:pass -noout -text | grep ED25519
""",
    "Locking a key": """
same "$(pub theirs-locked.key pass)" "$(pub ours-locked.key pass)"
fleetca key inspect theirs-locked.key --passphrase-file pass
""",
    "Another passphrase": """
same "$(pub theirs-again.key pass2)" "$(pub ours-again.key pass2)"
fleetca key inspect theirs-again.key --passphrase-file pass   # refused: the old passphrase
openssl pkey -in ours-again.key -passin file:pass -noout      # refused: the old passphrase
""",
    "Unlocking a key": """
same "$(cat theirs-clear.key)" "$(cat ours-clear.key)"
""",
    "A key of PKCS#1 or SEC1, as PKCS#8": """
same "$(cat theirs-pkcs8.key)" "$(cat ours-pkcs8.key)"
""",
    "The public key, by its fingerprint": """
same "$(openssl pkey -in ours.key -pubout -outform DER | sha256sum | cut -d ' ' -f 1)" \
  "$(fleetca key inspect ours.key -o json | jq -r .sha256)"
""",
    "A CSR with a subject and names": """
same "$(names req theirs.csr)" "$(names req ours.csr)"
same "$(subject req theirs.csr)" "$(subject req ours.csr)"
same "$(csr_pub theirs.csr)" "$(csr_pub ours.csr)"
""",
    "A CSR with a new, locked key": """
same "$(names req theirs-req.csr)" "$(names req ours-req.csr)"
same "$(pub ours-req.key pass)" "$(csr_pub ours-req.csr)"
fleetca key inspect theirs-req.key --passphrase-file pass --fits theirs-req.csr
""",
    "What a CSR asks for": """
same "$(fleetca csr inspect theirs.csr -o json | jq -r '.names | join(",")')" "$(names req ours.csr)"
""",
    "A certificate that signs itself": """
same "$(fleetca cert inspect ours-local.crt -o json | jq -r '.[0].names | join(",")')" DNS:localhost,IP:127.0.0.1
same "$(names x509 theirs-local.crt)" "$(names x509 ours-local.crt)"
openssl verify -CAfile ours-local.crt -verify_hostname localhost ours-local.crt
fleetca cert verify theirs-local.crt --ca theirs-local.crt --host localhost
fleetca cert inspect theirs-local.crt -o json | jq -e '.[0].is_ca'
fleetca cert inspect ours-local.crt -o json | jq -e '.[0].is_ca | not'
""",
    "Its names": """
same "$(fleetca cert inspect theirs-local.crt -o json | jq -r '.[0].names | join(",")' | sed s/IP:/IPAddress:/)" \
  "$(names x509 ours-local.crt)"
""",
    "Its fingerprint": """
same "$(sha ours-local.crt)" "$(fleetca cert inspect ours-local.crt -o json | jq -r '.[0].sha256')"
""",
    "Its serial number and its dates": """
same "$(openssl x509 -in ours-local.crt -noout -serial | cut -d = -f 2 | tr A-F a-f)" \
  "$(fleetca cert inspect ours-local.crt -o json | jq -r '.[0].serial')"
same "$(date -u -d "$(openssl x509 -in ours-local.crt -noout -enddate | cut -d = -f 2)" +%FT%TZ)" \
  "$(fleetca cert inspect ours-local.crt -o json | jq -r '.[0].not_after')"
""",
    "Whether it ends within ten days": """
openssl x509 -in ours-local.crt -noout -checkend 8640000   # refused: it does, within a hundred
fleetca cert needs-renewal ours-local.crt --before 100d
fleetca cert needs-renewal ours-local.crt --before 10d     # refused: not yet
""",
    "Whether a key is the certificate's": """
fleetca key inspect ours-local.key --fits theirs-local.crt   # refused: another key
""",
    "What differs between two": """
grep -q CA:TRUE theirs.diff
grep -q -x is_ca ours.diff
""",
    "DER to PEM": """
same "$(cat theirs-form.crt)" "$(cat ours-form.crt)"
""",
    "What is in a PKCS#7": """
same "$(grep -v -e '^subject' -e '^issuer' -e '^$' theirs-p7.txt)" "$(cat ours-p7.pem)"
""",
    CA: """
openssl verify -CAfile theirs/root.crt theirs/issuing.crt
openssl verify -CAfile ca/root-ca.crt ca/issuing-ca.crt
fleetca cert verify theirs/issuing.crt --ca theirs/root.crt
fleetca cert verify ca/issuing-ca.crt --ca ca/root-ca.crt
""",
    "A certificate for a CSR": """
same "$(crt_pub theirs-web.crt)" "$(csr_pub ours.csr)"
same "$(crt_pub ours-web.crt)" "$(csr_pub theirs.csr)"
same "$(names x509 theirs-web.crt)" DNS:web.fleet.example,DNS:www.web.fleet.example
names x509 ours-web.crt | grep DNS:web.fleet.example,DNS:www.web.fleet.example
""",
    "A key and its certificate at once": """
same "$(pub theirs-api.key)" "$(crt_pub theirs-api.crt)"
same "$(pub ours-api.key)" "$(crt_pub ours-api.crt)"
names x509 ours-api.crt | grep DNS:api.fleet.example
""",
    "What the CA has in its books": """
fleetca cert status --dir ca ours-web.crt -o json | jq -e '.status == "valid"'
grep -q '^V.*CN=web' theirs/index.txt
""",
    "A chain in order": """
same "$(cat theirs-chain.pem)" "$(cat ours-chain.pem)"
""",
    "Whether a certificate would be believed": """
openssl verify -CAfile ca/root-ca.crt -untrusted ca/issuing-ca.crt -verify_hostname other.example ours-web.crt   # refused: another
fleetca cert verify ours-web.crt --ca ca/root-ca.crt --host other.example                                        # refused: another
fleetca cert verify ours-web.crt --ca ca/root-ca.crt --host web.fleet.example
openssl verify -CAfile theirs/root.crt -untrusted theirs/issuing.crt -verify_hostname web.fleet.example theirs-web.crt
""",
    "What a server shows": """
jq -e '.[0].believed' ours-shown.json
grep 'Verify return code: 0 (ok)' theirs-shown.txt
same "$(jq -j '.[0].chain[].pem' ours-shown.json)" \
  "$(sed -n '/-----BEGIN CERTIFICATE/,/-----END CERTIFICATE/p' theirs-shown.txt | awk '/BEGIN/ {n++} n <= 2')"
""",
    "Renewing": """
same "$(crt_pub theirs-api.crt)" "$(crt_pub theirs-api-2.crt)"
same "$(crt_pub ours-api.crt)" "$(crt_pub ours-api-2.crt)"
[ "$(sha ours-api.crt)" != "$(sha ours-api-2.crt)" ]
""",
    "Revoking": """
grep -q '^R.*superseded.*CN=web' theirs/index.txt
fleetca cert status --dir ca ours-web.crt -o json | jq -e '.status == "revoked" and .reason == "superseded"'
""",
    "By OCSP": """
fleetca ocsp query ours-web.crt --issuer ca/issuing-ca.crt   # refused: revoked
openssl ocsp -issuer ca/issuing-ca.crt -cert ours-web.crt -url http://127.0.0.1:8080/ocsp -CAfile ca/root-ca.crt \
  -no_nonce | grep 'ours-web.crt: revoked'
""",
    "A CRL": """
openssl crl -in ours.crl -noout -CAfile ca/issuing-ca.crt -verify
fleetca crl verify theirs.crl --ca theirs/issuing.crt
""",
    "What a CRL says": """
fleetca crl inspect theirs.crl --entries 10 -o json | jq -e '.[0].entries[0].serial == "1000"'
""",
    "Whether a certificate is in a CRL": """
openssl verify -crl_check -CAfile theirs/root.crt -untrusted theirs/issuing.crt -CRLfile theirs.crl theirs-api-2.crt
fleetca cert verify theirs-api-2.crt --ca theirs/root.crt --untrusted theirs/issuing.crt --crl theirs.crl
""",
    "Into a `.p12`": """
openssl pkcs12 -in ours.p12 -passin file:pass -nodes -nocerts -out check.key
same "$(pub check.key)" "$(pub theirs-api.key)"
fleetca p12 import theirs.p12 --passphrase-file pass -o json | jq -e '.keys[0].alias == "api" and (.certificates | length) >= 2'
""",
    "Out of a `.p12`": """
same "$(pub theirs-out.key)" "$(pub theirs-api.key)"
same "$(sha theirs-out.crt)" "$(sha theirs-api.crt)"
same "$(pub ours-out.key)" "$(pub ours-api.key)"
same "$(sha ours-out.crt)" "$(sha ours-api.crt)"
""",
    "NSS: Firefox and Chromium": """
same "$(certutil -L -d sql:theirs-nss -n Root -a | tr -d '\\r')" "$(certutil -L -d sql:ours-nss -n "$(certutil -L -d sql:ours-nss \
  | sed -n 's/ *C,,[ ]*$//p' | head -1)" -a | tr -d '\\r')"
""",
    "Java": """
hex=$(openssl x509 -in theirs/root.crt -noout -fingerprint -sha256 | cut -d = -f 2)
keytool -list -keystore theirs-trust.p12 -storepass:file pass | grep "$hex"
keytool -list -keystore ours-trust.p12 -storepass:file pass | grep "$hex"
""",
    "A token for a new host": """
[ -s join.token ]
fleetca token list --dir ca | grep spiffe://fleet.example/host/web-1
""",
    "An HTTPS site with alternative names and an encrypted key": """
same "$(names x509 theirs-site.crt)" DNS:site.fleet.example,DNS:www.site.fleet.example
names x509 ours-site.crt | grep DNS:site.fleet.example,DNS:www.site.fleet.example
same "$(pub theirs-site.key pass)" "$(crt_pub theirs-site.crt)"
same "$(pub ours-site.key pass)" "$(crt_pub ours-site.crt)"
fleetca cert verify theirs-site-chain.pem --ca theirs/root.crt --host www.site.fleet.example
openssl verify -CAfile ca/root-ca.crt -untrusted ours-site.crt -verify_hostname www.site.fleet.example ours-site.crt
""",
    "A CSR with a full subject and three names": """
same "$(subject req theirs-full.csr)" "$(subject req ours-full.csr)"
same "$(names req theirs-full.csr)" "$(names req ours-full.csr)"
fleetca csr verify theirs-full.csr
openssl req -in ours-full.csr -noout -verify
""",
    "Client certificates with a `.p12`, and revocation": """
fleetca p12 import theirs-alice.p12 --passphrase-file pass -o json | jq -e '.certificates[0].subject == "CN=alice"'
openssl pkcs12 -in ours-alice.p12 -passin file:pass -nokeys -clcerts | grep 'CN = alice'
fleetca cert verify theirs-alice.crt --ca theirs/root.crt --untrusted theirs/issuing.crt --crl theirs-www/issuing.crl   # refused: revoked
fleetca cert status --dir ca ours-alice.crt -o json | jq -e '.status == "revoked"'
""",
    "Mutual TLS with roles": """
fleetca cert inspect ours-shop.crt -o json | jq -e '.[0].authz.roles == ["orders.write"]'
fleetca cert verify ours-orders.crt --ca roles/root-ca.crt --trust-domain fleet.example --audience svc/orders --role orders.write # refused: no role
names x509 ours-orders.crt | grep DNS:orders.fleet.example
""",
}
# Whose commands show something, so that there is nothing to compare beside that they succeed.
SHOWS = ("Cheat sheet: openssl, step and vault, and ours beside them", "What key it is", "Whether a CSR is sound",
         "What a certificate says", "Whether it keeps the rules", "Debian's", "Who may have what, and roles")
# The jobs of the table, and the headings that each begins with: what openssl needs, and what ours does.
COUNTED = {
    "An HTTPS site with alternative names and an encrypted key": ((CA,), (CA,)),
    "A CSR with a full subject and three names": ((), ()),
    "Client certificates with a `.p12`, and revocation": ((CA,), (CA,)),
    "Mutual TLS with roles": ((CA,), ()),
}


def program_folder():
    return os.path.dirname(os.path.abspath(os.environ.get("FLEETCA_BINARY", "fleetca")))


class CheatsheetTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        with open(PAGE, encoding="utf-8") as file:
            cls.page = file.read()
        cls.jobs = cheatsheet.jobs(cls.page)
        cls.by_name = {job.name: job for job in cls.jobs}

    def test_every_job_is_checked(self):
        self.assertEqual(sorted(self.by_name), sorted([*CHECKS, *SHOWS]))

    def test_every_pair_has_both_sides(self):
        for job in self.jobs[1:]:
            self.assertTrue(job.ours(), job.name)
            self.assertTrue(job.theirs() or job.shown, job.name)

    def test_what_is_run_is_whose_it_is_said_to_be(self):
        for job in self.jobs:
            self.assertTrue(any("fleetca " in command.text for command in job.ours()) or not job.ours(), job.name)
            for command in job.theirs():
                self.assertNotIn("fleetca ", command.text, job.name)

    def test_what_is_not_run_is_said_to_be_so(self):
        self.assertIn("`step` and `vault` are not in Debian", self.page)
        for job in self.jobs:
            for command in job.commands:
                self.assertFalse(command.text.startswith(("step ", "vault ")), job.name)
        for program in ("step", "vault"):
            self.assertGreater(sum(line.startswith(program + " ") for job in self.jobs for line in job.shown), 5)

    def test_both_sides_run_and_agree(self):
        commands = extract.commands(WORDS)
        for job in self.jobs:
            commands += job.commands
            # A check that fails is told by the line of its job.
            commands += [command._replace(line=job.commands[-1].line)
                         for command in extract.commands(CHECKS.get(job.name, ""))]
        with tempfile.TemporaryDirectory(prefix="sheet-", dir=_SHORT, ignore_cleanup_errors=True) as holder:
            done = runner.run(commands, os.path.join(holder, "page"), program_folder(), seconds=SECONDS)
            self.assertIsNone(done.failure, "%s: %s" % (PAGE, done.failure))

    def test_the_table_counts_what_is_there(self):
        counted = {}
        for name, (theirs, ours) in COUNTED.items():
            job = self.by_name[name]
            counted[name] = (sum(len(self.by_name[one].theirs()) for one in theirs) + len(job.theirs()),
                             sum(len(self.by_name[one].ours()) for one in ours) + len(job.ours()))
        self.assertEqual(cheatsheet.counts(self.page), counted)

    def test_ours_takes_a_third_at_most(self):
        for name, (theirs, ours) in cheatsheet.counts(self.page).items():
            self.assertLessEqual(3 * ours, theirs, name)


if __name__ == "__main__":
    unittest.main()
