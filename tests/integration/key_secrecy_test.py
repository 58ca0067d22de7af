"""Checklist 34: the CA's key is in no core, log, swap, error text or clear file.

What is looked for: the key's private number, its PKCS#8 and SEC 1 encodings and the passphrase, as
octets, hex and base64. Each search is first made where the secret is, so it can find it.
"""

import base64
import glob
import os
import re
import shutil
import subprocess
import unittest

from tests.integration import fleet

ISSUED_BEFORE_LOOKING = 20
# Long enough to be no accident.
NEEDLE_BYTES = 24


def private_numbers(key_pem):
    """The secret integers or octets of a key, as `openssl pkey -text` prints them."""
    text = fleet.openssl("pkey", "-noout", "-text", stdin=key_pem).decode()
    secret = re.compile(r"^(?:priv|privateExponent|prime1|prime2):\n((?: {4}[0-9a-f:]+\n)+)", re.M)
    return [bytes.fromhex(re.sub(r"[\s:]", "", found)).lstrip(b"\0")
            for found in secret.findall(text)]


def needles_of(key_pem, passphrase):
    """What must be nowhere: name -> octets."""
    needles = {"passphrase": passphrase, "PKCS#8": base64.b64decode(key_pem.split(b"-----")[2]),
               "SEC 1": fleet.openssl("pkey", "-outform", "DER", stdin=key_pem)}
    for i, number in enumerate(private_numbers(key_pem)):
        assert len(number) >= NEEDLE_BYTES
        needles["private number %d" % i] = number
        needles["private number %d in hex" % i] = number.hex().encode()
        needles["private number %d in HEX" % i] = number.hex().upper().encode()
        # Where it begins at each of the three places that base64 has.
        for skip in range(3):
            encoded = base64.b64encode(number[skip:skip + NEEDLE_BYTES // 3 * 3])
            needles["private number %d in base64 from %d" % (i, skip)] = encoded.rstrip(b"=")
    return needles


def found_in(octets, needles):
    packed = octets.replace(b"\n", b"")  # PEM breaks its lines
    return [name for name, needle in needles.items() if needle in octets or needle in packed]


def read(path):
    with open(path, "rb") as file:
        return file.read()


class KeySecrecyTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet())
        cls.key = cls.ca.clear_issuing_key()
        cls.needles = needles_of(cls.key, cls.ca.read("ca/issuing-ca.passphrase").strip())
        key = fleet.make_key(cls.ca.path("web.key"), "p256")
        cls.csr = fleet.make_csr(key)
        for _ in range(ISSUED_BEFORE_LOOKING):
            issued = cls.ca.issue(cls.csr)
            assert issued.code == 0, issued.err

    def proc(self, name):
        return "/proc/%d/%s" % (self.ca.process.pid, name)

    def assert_clean(self, octets, where):
        self.assertEqual(found_in(octets, self.needles), [], where)

    def test_checklist34_the_search_finds_what_is_there(self):
        self.assertIn("private number 0", self.needles)
        found = {name for octets in (self.key, self.needles["PKCS#8"], self.needles["SEC 1"],
                                     self.needles["private number 0 in hex"],
                                     self.ca.read("ca/issuing-ca.passphrase"))
                 for name in found_in(octets, self.needles)}
        for name in ("passphrase", "PKCS#8", "private number 0", "private number 0 in hex"):
            self.assertIn(name, found)
        self.assertTrue(any("base64" in name for name in found), found)

    def test_checklist34_no_core_is_dumped(self):
        limits = read(self.proc("limits")).decode()
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        if shutil.which("setpriv") is None or os.geteuid() != 0:
            self.skipTest("owners in /proc tell something only where another user serves")
        # The kernel gives the /proc files of a process that may not be dumped to root.
        with fleet.Fleet(start=False) as ca:
            user = 65534
            for folder, _, files in os.walk(ca.folder):
                for name in [folder] + [os.path.join(folder, file) for file in files]:
                    os.chown(name, user, user)
            server = subprocess.Popen(
                ["setpriv", "--reuid", str(user), "--regid", str(user), "--clear-groups",
                 fleet.FLEETCA, "serve", "--config", os.path.join(ca.ca, "fleetca.textproto"),
                 "--ready-file", ca.path("port")],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
            try:
                for line in server.stderr:
                    if b"Listening" in line:
                        break
                status = read("/proc/%d/status" % server.pid).decode()
                self.assertRegex(status, r"Uid:\t%d\t%d" % (user, user))
                self.assertEqual(os.stat("/proc/%d/mem" % server.pid).st_uid, 0)
                spy = fleet.run("setpriv", "--reuid", str(user), "--regid", str(user),
                                "--clear-groups", "head", "-c1", "/proc/%d/environ" % server.pid)
                self.assertNotEqual(spy.code, 0)
                self.assertIn("ermission denied", spy.err)
            finally:
                server.kill()
                server.communicate()

    def test_checklist34_memory_for_keys_is_locked(self):
        locked = re.search(r"VmLck:\s+(\d+) kB", read(self.proc("status")).decode())
        self.assertGreater(int(locked.group(1)), 0)
        # The pages that hold private numbers stay out of any dump as well ("dd": do not dump).
        mappings = read(self.proc("smaps")).decode().split("\nVmFlags:")
        self.assertTrue(any({"lo", "dd"} <= set(flags.split("\n")[0].split())
                            for flags in mappings[1:]))

    def test_checklist34_nothing_about_the_process_tells(self):
        for name in ("environ", "cmdline", "status", "maps"):
            self.assert_clean(read(self.proc(name)), name)

    def test_checklist34_the_private_number_is_only_in_locked_memory(self):
        """Of an EC key, also after it signed. (OpenSSL keeps an RSA key's primes elsewhere, too.)"""
        number = {"private number": private_numbers(self.key)[0]}
        # Numbers in memory are little-endian words as well.
        number["private number, little-endian"] = number["private number"][::-1]
        number["passphrase"] = self.needles["passphrase"]
        try:
            memory = open(self.proc("mem"), "rb", buffering=0)
        except PermissionError:
            self.skipTest("only root reads the memory of a process that may not be dumped")
        looked_at, in_the_heap = 0, []
        with memory:
            for start, end, locked in self.mappings():
                memory.seek(start)
                try:
                    octets = memory.read(end - start)
                except OSError:
                    continue  # guard pages, the kernel's own
                looked_at += len(octets)
                found = [name for name, needle in number.items() if needle in octets]
                if locked:
                    in_the_heap += found
                else:
                    self.assertEqual(found, [], "%x-%x" % (start, end))
        self.assertGreater(looked_at, 1 << 20)
        # It must be somewhere, or this searched for the wrong octets.
        self.assertNotEqual(in_the_heap, [])

    def mappings(self):
        """(start, end, locked) of what is readable."""
        for text in re.split(r"(?m)^(?=[0-9a-f]+-[0-9a-f]+ )", read(self.proc("smaps")).decode()):
            head = re.match(r"([0-9a-f]+)-([0-9a-f]+) r", text)
            if head:
                flags = re.search(r"VmFlags: (.*)", text).group(1).split()
                yield int(head.group(1), 16), int(head.group(2), 16), "lo" in flags

    def test_checklist34_no_file_of_the_ca_tells(self):
        secret = {"ca/issuing-ca.passphrase", "ca/root-ca.passphrase"}
        looked_at = 0
        for path in glob.glob(os.path.join(self.ca.folder, "**"), recursive=True):
            name = os.path.relpath(path, self.ca.folder)
            if os.path.isfile(path) and name not in secret:
                looked_at += 1
                self.assert_clean(read(path), name)
        self.assertTrue(glob.glob(os.path.join(self.ca.ca, "store", "**", "*.log"),
                                  recursive=True))
        self.assertGreater(looked_at, 10)
        # In the clear are only the two TLS keys.
        clear = [name for name in os.listdir(self.ca.ca)
                 if name != "store" and b"BEGIN PRIVATE KEY" in self.ca.read("ca/" + name)]
        self.assertEqual(sorted(clear), ["admin.key", "server.key"])

    def test_checklist34_no_error_tells(self):
        copy = self.ca.path("copy")
        shutil.copytree(self.ca.ca, copy, ignore=shutil.ignore_patterns("store"))
        self.addCleanup(shutil.rmtree, copy)
        config = os.path.join(copy, "fleetca.textproto")
        passphrase = os.path.join(copy, "issuing-ca.passphrase")
        right = read(passphrase)

        def serve_fails(*arguments):
            result = fleet.fleetca("serve", "--config", config, *arguments)
            self.assertEqual(result.code, 1, result.err)
            self.assert_clean(result.out, "stdout")
            self.assert_clean(result.err.encode(), result.err)

        for wrong in (right.strip()[:-1], right.strip() + b"x", right * 2, b"\n" + right, b""):
            with open(passphrase, "wb") as file:
                file.write(wrong)
            serve_fails()
        with open(passphrase, "wb") as file:
            file.write(right)
        # A key in the clear where the encrypted one belongs, and both in one file.
        for contents in (self.key, self.key + self.ca.read("ca/issuing-ca.key"), self.key[:-40]):
            with open(os.path.join(copy, "issuing-ca.key"), "wb") as file:
                file.write(contents)
            serve_fails()
        # Secrets where a configuration, a certificate or a request belongs. (Not a passphrase as a
        # configuration: it is one word, and an unknown field is called by its name.)
        # What `cert inspect` says of a key is no mistake.
        for secret, command, code in ((self.key, ("config", "validate", "-"), 1), (self.key, ("cert", "inspect", "-"), 0),
                                      (right, ("cert", "inspect", "-"), 1)):
            result = fleet.fleetca(*command, stdin=secret)
            self.assertEqual(result.code, code, command)
            self.assert_clean(result.out + result.err.encode(), command)
            result = self.ca.issue(secret)
            self.assertEqual(result.code, 1)
            self.assert_clean(result.out + result.err.encode(), "cert issue")
        self.assert_clean(self.ca.log().encode(), "the server's log")


if __name__ == "__main__":
    unittest.main()
