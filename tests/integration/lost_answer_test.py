"""A host never loses its token to us: whatever ends `cert issue`, the same command goes on where it
ended, and there is one key with one certificate, for which the token was spent once."""

import json
import os
import random
import signal
import stat
import subprocess
import time
import unittest

from tests.integration import fleet
from tests.integration.lossy_link import LossyLink

KILLS = 24
# About what a request takes, and writing its answer.
WINDOW_SECONDS = 0.05
HOST = "spiffe://fleet.example/host/%s"


def read(path):
    with open(path, "rb") as file:
        return file.read()


class LostAnswerTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = fleet.Fleet(bootstrap=True)
        cls.addClassCleanup(cls.fleet.close)
        root = fleet.fleetca("bundle", "fingerprint", os.path.join(cls.fleet.ca, "root-ca.crt"))
        cls.root_sha256 = root.out.decode().strip()

    def setUp(self):
        self.folder = self.fleet.path(self.id().rsplit(".", 1)[-1])
        os.mkdir(self.folder)
        self.link = LossyLink(self.fleet.bootstrap_port, self.is_kept)
        self.addCleanup(self.link.close)

    def path(self, name):
        return os.path.join(self.folder, name)

    def is_kept(self):
        """Whether a request is on disk: it is before anything is asked for."""
        return any(name.endswith(".pending") for name in os.listdir(self.folder))

    def make_token(self, host):
        """One for one certificate, in a file outside of the folder."""
        path = self.folder + "-%s.token" % host
        made = self.fleet.at_server("token", "create", "--identity", HOST % host, "--profile",
                                    "host", "--out", path)
        self.assertEqual(made.code, 0, made.err)
        return path

    def command(self, host, token, *more, address=None):
        return [fleet.FLEETCA, "cert", "issue", "--bootstrap",
                address or self.link.address, "--ca-sha256", self.root_sha256, "--token-file",
                token, "--new-key", "p256", "--key-out", self.path(host + ".key"), "--out",
                self.path(host + ".crt"), *more]

    def run_command(self, *arguments, **more):
        return fleet.run(*self.command(*arguments, **more))

    def assert_issued_once(self, host, folder_holds=None):
        """One usable pair, nothing else, and the token was spent on it."""
        self.assertEqual(sorted(os.listdir(self.folder)),
                         sorted(folder_holds or [host + ".key", host + ".crt"]))
        key, crt = self.path(host + ".key"), self.path(host + ".crt")
        self.assertEqual(stat.S_IMODE(os.stat(key).st_mode), 0o600)
        self.assertEqual(fleet.openssl("x509", "-in", crt, "-noout", "-pubkey"),
                         fleet.openssl("pkey", "-in", key, "-pubout"))
        listed = self.fleet.at_server("token", "list", "--identity", HOST % host, "-o", "json")
        token, = json.loads(listed.out)
        self.assertEqual(token["uses_left"], 0)
        serial = fleet.serial_of(read(crt))
        self.assertEqual("serial=" + token["last_serial"].upper(), serial)

    def test_checklist45_an_answer_that_was_lost_is_given_to_the_same_command(self):
        token = self.make_token("a")
        self.link.losing = "close"
        lost = self.run_command("a", token, "--timeout", "5s")
        self.assertTrue(self.link.lost.is_set(), lost.err)
        self.assertEqual(lost.code, 1, lost.err)
        self.assertIn("the same command goes on with", lost.err)
        self.assertEqual(os.listdir(self.folder), ["a.key.pending"])
        self.assertEqual(stat.S_IMODE(os.stat(self.path("a.key.pending")).st_mode), 0o600)
        # Another command would lose it.
        other = self.run_command("a", token, "--lifetime", "1h")
        self.assertEqual(other.code, 1)
        self.assertIn("a.key.pending", other.err)
        self.assertIn("remove the file", other.err)
        self.link.losing = None
        again = self.run_command("a", token)
        self.assertEqual(again.code, 0, again.err)
        self.assertIn("issued before for this request id", again.err)
        self.assert_issued_once("a")

    def test_with_a_csr_of_ones_own(self):
        token = self.make_token("c")
        key = fleet.make_key(self.path("c.key"), "p256")
        csr = self.path("c.csr")
        with open(csr, "wb") as file:
            file.write(fleet.make_csr(key, names=None))
        command = [fleet.FLEETCA, "cert", "issue", "--bootstrap", self.link.address, "--ca-sha256",
                   self.root_sha256, "--token-file", token, "--csr", csr, "--out",
                   self.path("c.crt")]
        self.link.losing = "close"
        lost = fleet.run(*command, "--timeout", "5s")
        self.assertEqual(lost.code, 1, lost.err)
        self.link.losing = None
        again = fleet.run(*command)
        self.assertEqual(again.code, 0, again.err)
        self.assert_issued_once("c", ["c.key", "c.csr", "c.crt"])

    def test_checklist45_ctrl_c_in_the_middle(self):
        token = self.make_token("i")
        self.link.losing = "hold"
        with subprocess.Popen(self.command("i", token), stderr=subprocess.PIPE) as process:
            self.assertTrue(self.link.lost.wait(20))
            process.send_signal(signal.SIGINT)
            said = process.stderr.read().decode()
            self.assertEqual(process.wait(timeout=20), -signal.SIGINT)
        self.assertIn("the same command goes on with %s" % self.path("i.key.pending"), said)
        self.link.losing = None
        again = self.run_command("i", token)
        self.assertEqual(again.code, 0, again.err)
        self.assert_issued_once("i")

    def test_checklist45_a_mistyped_output_costs_nothing(self):
        token = self.make_token("m")
        for more in (["--bundle-out", self.path("none/roots.pem")], ["--out", self.path("none/crt")],
                     ["--out", self.folder]):
            command = self.command("m", token)
            if more[0] == "--out":
                command = command[:-1] + more[1:]
            else:
                command += more
            refused = fleet.run(*command)
            self.assertEqual(refused.code, 1)
            self.assertIn("nothing was asked for yet", refused.err)
            self.assertEqual(os.listdir(self.folder), [])
        right = self.run_command("m", token)
        self.assertEqual(right.code, 0, right.err)
        self.assert_issued_once("m")

    def test_killed_between_the_keystore_and_the_certificate(self):
        """The pipe holds the command up where the certificate is to be written."""
        token = self.make_token("p")
        certificate, keystore, passphrase = self.path("p.crt"), self.path("p.p12"), self.folder + ".pass"
        with open(passphrase, "w", encoding="ascii") as file:
            file.write("correct horse\n")
        os.chmod(passphrase, 0o600)
        command = self.command("p", token, "--p12-out", keystore, "--new-passphrase-file", passphrase)
        os.mkfifo(certificate)
        with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
            end = time.monotonic() + 20
            while not os.path.exists(keystore) and process.poll() is None and time.monotonic() < end:
                time.sleep(0.01)
            self.assertTrue(os.path.exists(keystore), process.poll())
            process.kill()
        self.assertEqual(process.returncode, -signal.SIGKILL)
        self.assertTrue(os.path.exists(self.path("p.key.pending")))
        os.remove(certificate)
        again = fleet.run(*command)
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(sorted(os.listdir(self.folder)), ["p.crt", "p.key", "p.p12"])
        leaf = fleet.openssl("x509", "-in", certificate)
        self.assertEqual(fleet.openssl("pkcs12", "-in", keystore, "-passin", "file:" + passphrase, "-nokeys",
                                       "-clcerts").partition(b"-----BEGIN")[2],
                         leaf.partition(b"-----BEGIN")[2])
        listed = self.fleet.at_server("token", "list", "--identity", HOST % "p", "-o", "json")
        self.assertEqual("serial=" + json.loads(listed.out)[0]["last_serial"].upper(), fleet.serial_of(leaf))

    def test_what_was_refused_leaves_nothing_behind(self):
        token = self.make_token("r")
        refused = self.run_command("r", token, "--name", "DNS:evil.example")
        self.assertEqual(refused.code, 1)
        self.assertIn("evil.example", refused.err)
        self.assertEqual(os.listdir(self.folder), [])
        right = self.run_command("r", token)
        self.assertEqual(right.code, 0, right.err)
        self.assert_issued_once("r")

    def kill_at_random(self, command, longest, pending=None):
        """Runs the command, kills it at a random instant, or with `pending` at one after this file
        is there; whether it ended by itself."""
        with subprocess.Popen(command, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as process:
            if pending is None:
                time.sleep(random.uniform(0, longest))
            else:
                while process.poll() is None and not os.path.exists(pending):
                    pass
                time.sleep(random.uniform(0, WINDOW_SECONDS))
            process.kill()
            return process.wait() == 0

    def is_done(self, host):
        return (os.path.exists(self.path(host + ".key")) and os.path.exists(self.path(host + ".crt"))
                and not os.path.exists(self.path(host + ".key.pending")))

    def test_checklist45_killed_at_any_instant(self):
        seed = random.randrange(1 << 32)
        random.seed(seed)
        started = time.monotonic()
        self.assertEqual(self.run_command("t", self.make_token("t")).code, 0)
        longest = 1.1 * (time.monotonic() - started)
        cut_short = resumed = 0
        for number in range(KILLS):
            host = "k%d" % number
            with self.subTest(host=host, seed=seed):
                for name in os.listdir(self.folder):
                    os.remove(self.path(name))
                token = self.make_token(host)
                pending = self.path(host + ".key.pending") if number % 3 else None
                if not self.kill_at_random(self.command(host, token), longest, pending):
                    cut_short += 1
                    resumed += os.path.exists(self.path(host + ".key.pending"))
                    # Killed in its last instant, it had done everything.
                    if not self.is_done(host):
                        again = self.run_command(host, token)
                        self.assertEqual(again.code, 0, again.err)
                self.assert_issued_once(host)
        self.assertGreater(resumed, 0, "of %d that were cut short none had asked" % cut_short)

    def test_checklist45_a_renewal_in_place_killed_at_any_instant(self):
        """With a new key each time: the pair on disk asks for the next one."""
        seed = random.randrange(1 << 32)
        random.seed(seed)
        self.assertEqual(self.run_command("n", self.make_token("n")).code, 0)
        key, crt = self.path("n.key"), self.path("n.crt")
        command = [fleet.FLEETCA, "cert", "issue", "--server", self.fleet.address, "--ca",
                   os.path.join(self.fleet.ca, "trust-bundle.pem"), "--cert", crt, "--key", key,
                   "--profile", "host", "--identity", HOST % "n", "--new-key", "p256", "--key-out",
                   key, "--out", crt, "--force"]
        started = time.monotonic()
        self.assertEqual(fleet.run(*command).code, 0)
        longest = 1.1 * (time.monotonic() - started)
        for number in range(KILLS):
            with self.subTest(seed=seed):
                before = read(key)
                pending = key + ".pending" if number % 3 else None
                if not self.kill_at_random(command, longest, pending):
                    again = fleet.run(*command)
                    self.assertEqual(again.code, 0, again.err)
                self.assertNotEqual(read(key), before)
                self.assertEqual(fleet.openssl("x509", "-in", crt, "-noout", "-pubkey"),
                                 fleet.openssl("pkey", "-in", key, "-pubout"))
                self.assertFalse(os.path.exists(key + ".pending"))


if __name__ == "__main__":
    unittest.main()
