"""`fleetca cert verify` beside openssl, certtool and Go's crypto/x509: one table of chains, what each of them says of
each, and why where they differ."""

import json
import os
import shutil
import subprocess
import tempfile
import unittest

from cryptography import x509

from tests.integration import fleet
from tests.integration import verify_chains as chains

OIDS = {"server": "1.3.6.1.5.5.7.3.1", "client": "1.3.6.1.5.5.7.3.2"}
GO = """
package main

import (
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"os"
)

type question struct {
	Leaf, Roots, Others, Purpose, Host string
}

func pool(path string) *x509.CertPool {
	p := x509.NewCertPool()
	text, _ := os.ReadFile(path)
	p.AppendCertsFromPEM(text)
	return p
}

func judge(q question) error {
	text, err := os.ReadFile(q.Leaf)
	if err != nil {
		return err
	}
	block, _ := pem.Decode(text)
	leaf, err := x509.ParseCertificate(block.Bytes)
	if err != nil {
		return err
	}
	usage := x509.ExtKeyUsageAny
	switch q.Purpose {
	case "server":
		usage = x509.ExtKeyUsageServerAuth
	case "client":
		usage = x509.ExtKeyUsageClientAuth
	}
	_, err = leaf.Verify(x509.VerifyOptions{Roots: pool(q.Roots), Intermediates: pool(q.Others), DNSName: q.Host,
		KeyUsages: []x509.ExtKeyUsage{usage}})
	return err
}

func main() {
	var questions []question
	if err := json.NewDecoder(os.Stdin).Decode(&questions); err != nil {
		panic(err)
	}
	for _, q := range questions {
		if err := judge(q); err != nil {
			fmt.Println("refused:", err)
		} else {
			fmt.Println("ok")
		}
	}
}
"""


def make_cases():
    """Name -> what is asked, and the step that fails, None for one that is accepted. What others say where they do not
    agree is in "but", with the reason."""
    # pylint: disable=too-many-locals
    root = chains.make_ca("Root")
    issuing = chains.make_ca("Issuing", root, path_length=0)
    leaf = chains.make_leaf(issuing)
    old_root = chains.make_ca("Old root", days=(-100, -1))
    old = chains.make_ca("Old", root, days=(-100, -1))
    young_root = chains.make_ca("Young root", days=(1, 100))
    twin = chains.make_ca("Issuing", root)
    below = chains.make_ca("Below", issuing)
    no_ca = chains.make_ca("No CA", root, ca=False, signs=False)
    no_sign = chains.make_ca("No sign", root, signs=False)
    clients = chains.make_ca("Clients", root, purposes=[chains.CLIENT])
    permitted = x509.NameConstraints([x509.DNSName("fleet.example")], None)
    constrained = chains.make_ca("Constrained", root, constraints=permitted)
    other_root = chains.make_ca("Other root")
    # As openssl req -x509 makes a root.
    plain_root = chains.make_ca("Plain root", usage=False)
    below_plain = chains.make_ca("Below plain", plain_root)
    plain = chains.make_ca("Plain", root, usage=False)
    critical = x509.UnrecognizedExtension(x509.ObjectIdentifier("1.3.6.1.4.1.32473.7"), b"\x05\x00")
    # Two CAs that certify each other, and the leaf's issuer is one of them.
    one = chains.make_ca("One", root)
    two = chains.make_ca("Two", one)
    loop = chains.make_ca("One", two, key=one.key)
    any_leaf = chains.make_leaf(issuing, purposes=[chains.ANY])
    no_san = chains.make_leaf(issuing, dns=(), name="web.fleet.example")
    revoked = chains.make_leaf(issuing)
    crl = chains.make_crl(issuing, [revoked])
    below_old_root = chains.make_ca("Below old", old_root)
    below_young_root = chains.make_ca("Below young", young_root)

    def case(leaf_of, *others, roots=(root,), purpose="server", host="web.fleet.example", step=None, crls=(), but=None):
        return {"leaf": leaf_of, "others": others, "roots": roots, "purpose": purpose, "host": host, "step": step,
                "crls": crls, "but": but or {}}

    wildcard = chains.make_leaf(issuing, dns=("*.fleet.example",))
    address = chains.make_leaf(issuing, dns=(), ips=("127.0.0.1",))
    return {
        "a server": case(leaf, issuing),
        "a client": case(leaf, issuing, purpose="client", host=""),
        "no purpose": case(leaf, issuing, purpose="any", host=""),
        "more than is needed": case(leaf, twin, old, issuing, other_root),
        "expired": case(chains.make_leaf(issuing, days=(-30, -1)), issuing, step="validity"),
        "not yet valid": case(chains.make_leaf(issuing, days=(1, 30)), issuing, step="validity"),
        "an expired intermediate": case(chains.make_leaf(old), old, step="validity"),
        "an expired root": case(chains.make_leaf(below_old_root), below_old_root, roots=(old_root,), step="validity"),
        "a root of the future": case(chains.make_leaf(below_young_root), below_young_root, roots=(young_root,),
                                     step="validity"),
        "another purpose": case(chains.make_leaf(issuing, purposes=[chains.CLIENT]), issuing, step="purpose"),
        "a CA for another purpose": case(chains.make_leaf(clients), clients, step="purpose"),
        "any purpose": case(any_leaf, issuing, step="purpose", but={
            "go": (True, "takes anyExtendedKeyUsage for every purpose"),
            "certtool": (True, "takes anyExtendedKeyUsage for every purpose")}),
        "another host": case(leaf, issuing, host="db.fleet.example", step="host"),
        "a wildcard": case(wildcard, issuing),
        "a wildcard for two labels": case(wildcard, issuing, host="a.web.fleet.example", step="host"),
        "an address": case(address, issuing, host="127.0.0.1"),
        "another address": case(address, issuing, host="127.0.0.2", step="host"),
        "a common name alone": case(no_san, issuing, step="host", but={
            "openssl": (True, "takes a common name for a host where there is no DNS name"),
            "certtool": (True, "takes a common name for a host where there is no DNS name")}),
        "a gap": case(leaf, step="chain"),
        "an unknown root": case(leaf, issuing, root, roots=(other_root,), step="chain"),
        "a twin of the issuer": case(leaf, twin, step="chain"),
        "a path too long": case(chains.make_leaf(below), below, issuing, step="ca_rules"),
        "an issuer that is not a CA": case(chains.make_leaf(no_ca), no_ca, step="ca_rules"),
        "an issuer that may not sign": case(chains.make_leaf(no_sign), no_sign, step="ca_rules"),
        "a root without keyUsage": case(chains.make_leaf(below_plain), below_plain, roots=(plain_root,)),
        "an issuer without keyUsage": case(chains.make_leaf(plain), plain, step="ca_rules", but=dict.fromkeys(
            ("openssl", "certtool", "go"), (True, "takes an intermediate without keyUsage"))),
        "a critical extension": case(chains.make_leaf(issuing, more=[(critical, True)]), issuing, step="ca_rules"),
        "a name that is permitted": case(chains.make_leaf(constrained), constrained),
        "a name that is not permitted": case(chains.make_leaf(constrained, dns=("web.other.example",)), constrained,
                                             host="web.other.example", step="name_constraints"),
        "a loop of CAs": case(chains.make_leaf(loop), loop, two, roots=(other_root,), step="chain"),
        "a way beside a loop": case(chains.make_leaf(loop), loop, two, one),
        "not in the CRL": case(leaf, issuing, crls=(crl,)),
        "revoked": case(revoked, issuing, crls=(crl,), step="crl", but={"go": (True, "reads no CRLs")}),
        "a CRL that has ended": case(leaf, issuing, crls=(chains.make_crl(issuing, days=(-9, -1)),), step="crl", but={
            "go": (True, "reads no CRLs"), "certtool": (True, "passes over CRLs that have ended")}),
        "a CRL of another issuer": case(leaf, issuing, crls=(chains.make_crl(root),), step="crl", but={
            "go": (True, "reads no CRLs"), "certtool": (True, "wants no CRL of every issuer")}),
    }


class VerifyMatrixTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.mkdtemp(prefix="verify-", dir=os.environ.get("TEST_TMPDIR"))
        cls.addClassCleanup(shutil.rmtree, cls.folder, ignore_errors=True)
        cls.cases = make_cases()
        for number, case in enumerate(cls.cases.values()):
            def write(name, contents, number=number):
                return chains.write(cls.folder, "%d-%s" % (number, name), contents)
            case["files"] = {
                "leaf": write("leaf.pem", case["leaf"].pem()),
                "others": write("others.pem", b"".join(one.pem() for one in case["others"])),
                "chain": write("chain.pem", b"".join(one.pem() for one in (case["leaf"], *case["others"]))),
                "roots": write("roots.pem", b"".join(one.pem() for one in case["roots"])),
                "crls": [write("%d.crl" % at, crl) for at, crl in enumerate(case["crls"])],
            }

    def check(self, program, judge):
        """What the program says of each case is what ours does, but where the table has another reason."""
        for name, case in self.cases.items():
            with self.subTest(name, program=program):
                accepted, said = judge(case)
                expected = case["but"].get(program, (case["step"] is None, ""))[0]
                self.assertEqual(accepted, expected, said)

    def test_ours_names_the_step(self):
        for name, case in self.cases.items():
            with self.subTest(name):
                files = case["files"]
                arguments = ["cert", "verify", files["chain"], "--ca", files["roots"], "--purpose", case["purpose"]]
                arguments += ["--host", case["host"]] if case["host"] else []
                for crl in files["crls"]:
                    arguments += ["--crl", crl]
                done = fleet.fleetca(*arguments, "-o", "json")
                self.assertEqual(done.code, 0 if case["step"] is None else 1, done.err)
                answer = json.loads(done.out)
                self.assertEqual(answer["failed_step"], case["step"], done.out)
                self.assertEqual(answer["accepted"], case["step"] is None)

    def test_openssl(self):
        def judge(case):
            files = case["files"]
            arguments = ["verify", "-CAfile", files["roots"], "-no-CApath", "-no-CAstore", "-untrusted",
                         files["chain"]]
            if case["purpose"] in OIDS:
                arguments += ["-purpose", "ssl" + case["purpose"]]
            if case["host"]:
                arguments += ["-verify_ip" if case["host"][0].isdigit() else "-verify_hostname", case["host"]]
            for crl in files["crls"]:
                arguments += ["-crl_check", "-CRLfile", crl]
            done = fleet.run("openssl", *arguments, files["leaf"])
            return done.code == 0, done.err
        self.check("openssl", judge)

    def test_certtool(self):
        def judge(case):
            files = case["files"]
            arguments = ["--verify", "--load-ca-certificate", files["roots"], "--infile", files["chain"]]
            if case["purpose"] in OIDS:
                arguments += ["--verify-purpose", OIDS[case["purpose"]]]
            arguments += ["--verify-hostname", case["host"]] if case["host"] else []
            for crl in files["crls"]:
                arguments += ["--load-crl", crl]
            done = fleet.run("certtool", *arguments)
            return done.code == 0, done.out + done.err.encode()
        self.check("certtool", judge)

    def test_go(self):
        source = chains.write(self.folder, "verify.go", GO.encode())
        program = os.path.join(self.folder, "verify")
        env = dict(os.environ, GO111MODULE="off", GOENV="off", GOFLAGS="", GOPROXY="off", GOPATH=self.folder,
                   GOCACHE=os.path.join(self.folder, "cache"), HOME=self.folder)
        subprocess.run(["go", "build", "-o", program, source], env=env, check=True, cwd=self.folder, timeout=600)
        questions = [{"Leaf": case["files"]["leaf"], "Roots": case["files"]["roots"], "Others": case["files"]["others"],
                      "Purpose": case["purpose"], "Host": case["host"]} for case in self.cases.values()]
        done = subprocess.run([program], input=json.dumps(questions), capture_output=True, text=True, check=True)
        answers = iter(done.stdout.splitlines())

        def judge(_):
            answer = next(answers)
            return answer == "ok", answer
        self.check("go", judge)


if __name__ == "__main__":
    unittest.main()
