"""`fleetca agent` against a CA: first boot, renewals, hooks, sockets of its status, and what goes wrong."""

import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
import unittest

from tests.integration import fleet

PATIENCE_SECONDS = 60


class AgentTest(unittest.TestCase):

    def setUp(self):
        self.ca = self.enterContext(fleet.Fleet(bootstrap=True, policy=fleet.with_minute_lives))
        # The path of a socket has at most 107 octets.
        self.folder = tempfile.mkdtemp(prefix="agent-", dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.processes = []
        self.addCleanup(self.stop_all)

    def stop_all(self):
        for process in self.processes:
            process.kill()
            process.wait()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def root_sha256(self):
        made = fleet.fleetca("bundle", "fingerprint", os.path.join(self.ca.ca, "root-ca.crt"))
        self.assertEqual(made.code, 0, made.err)
        return made.out.decode().strip()

    def token(self, name):
        path = self.path(name + ".token")
        made = self.ca.at_server("token", "create", "--profile", "host", "--identity",
                                 "spiffe://%s/host/%s" % (fleet.DOMAIN, name), "--out", path)
        self.assertEqual(made.code, 0, made.err)
        return path

    def configure(self, identities, fingerprint=None):
        """Writes the configuration, and gives its path."""
        text = 'ca { trust_domain: "%s" addresses: "%s" bootstrap_addresses: "%s" root_sha256: "%s" }\n' % (
            fleet.DOMAIN, self.ca.address, self.ca.bootstrap_address, fingerprint or self.root_sha256())
        text += 'state_folder: "state"\n' + identities
        with open(self.path("agent.textproto"), "w", encoding="utf-8") as file:
            file.write(text)
        return self.path("agent.textproto")

    def identity(self, name, more="", token=None):
        return 'identities { name: "%s" enrollment { join_token_file: "%s" } outputs { folder: "%s" } %s }\n' % (
            name, token or self.token(name), self.path(name), more)

    def start(self, config):
        with open(self.path("agent.log"), "ab") as log:
            process = subprocess.Popen([fleet.FLEETCA, "agent", "--config", config], stderr=log)
        self.processes.append(process)
        return process

    def log(self):
        with open(self.path("agent.log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def status(self, config):
        """None while no agent answers."""
        asked = fleet.fleetca("agent", "status", "--config", config, "-o", "json")
        return json.loads(asked.out) if asked.code == 0 else None

    def wait(self, config, what):
        """The status, once `what` holds of it."""
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            status = self.status(config)
            if status is not None and what(status):
                return status
            self.assertLess(time.monotonic(), deadline, "%s\n%s" % (status, self.log()))
            time.sleep(0.2)

    def serial_in(self, folder):
        with open(self.path(folder, "credential-bundle.pem"), "rb") as file:
            return fleet.serial_of(file.read()).lower()

    def test_it_has_a_certificate_and_renews_it_and_tells_a_hook(self):
        told = self.path("told")
        hook = 'hooks { exec: ["/bin/sh", "-c", "echo $FLEETCA_SERIAL >> %s"] }' % told
        config = self.configure(self.identity("web-1", hook))
        process = self.start(config)
        first = self.wait(config, lambda status: status["ready"] and not status["identities"][0]["hooks"][0]["pending"])
        held = first["identities"][0]
        self.assertEqual(held["spiffe_id"], "spiffe://%s/host/web-1" % fleet.DOMAIN)
        self.assertIn(held["serial"], self.serial_in("web-1"))
        self.wait(config, lambda status: status["identities"][0]["renewals"] > 0)

        # A killed agent goes on with what it kept: the token is used, and its file is gone.
        process.send_signal(signal.SIGKILL)
        process.wait()
        os.remove(self.path("web-1.token"))
        serial = self.serial_in("web-1")
        process = self.start(config)
        again = self.wait(config, lambda status: status["ready"])
        self.assertTrue(again["identities"][0]["serial"] in serial or again["identities"][0]["renewals"] > 0)
        with open(told, encoding="utf-8") as file:
            serials = file.read().split()
        self.assertIn(held["serial"], serials)
        self.assertGreaterEqual(len(serials), 2)
        process.terminate()
        self.assertEqual(process.wait(timeout=30), 0)

    def test_once_ends_when_all_are_there_and_says_what_is_missing_where_not(self):
        config = self.configure(self.identity("job-1") + self.identity("job-2"))
        done = fleet.fleetca("agent", "--config", config, "--once")
        self.assertEqual(done.code, 0, done.err)
        self.assertTrue(self.serial_in("job-1"))
        self.assertTrue(self.serial_in("job-2"))

        with open(self.path("wrong.token"), "w", encoding="utf-8") as file:
            file.write("fcj_nothing-of-ours")
        os.chmod(self.path("wrong.token"), 0o600)
        config = self.configure(self.identity("job-4", token=self.path("wrong.token")))
        missing = fleet.fleetca("agent", "--config", config, "--once", "--timeout", "2s")
        self.assertEqual(missing.code, 1)
        self.assertIn("job-4: ", missing.err)

    def test_another_root_stops_it_before_the_token_is_shown(self):
        config = self.configure(self.identity("web-2"), fingerprint="0" * 64)
        refused = fleet.fleetca("agent", "--config", config, "--once", "--timeout", "2s")
        self.assertEqual(refused.code, 1)
        self.assertIn("web-2: ", refused.err)
        self.assertFalse(os.path.exists(self.path("web-2", "credential-bundle.pem")))
        # It is as good as before.
        config = self.configure(self.identity("web-2", token=self.path("web-2.token")))
        again = fleet.fleetca("agent", "--config", config, "--once")
        self.assertEqual(again.code, 0, again.err)

    def test_two_agents_on_one_folder_are_told(self):
        config = self.configure(self.identity("web-3"))
        self.start(config)
        self.wait(config, lambda status: status["ready"])
        with open(config, encoding="utf-8") as file:
            text = file.read()
        with open(self.path("other.textproto"), "w", encoding="utf-8") as file:
            file.write(text + 'status { socket: "other.sock" }\n')
        second = fleet.fleetca("agent", "--config", self.path("other.textproto"), "--once")
        self.assertEqual(second.code, 1)
        self.assertIn("is in use by another process", second.err)

    def test_what_is_no_status_is_no_crash(self):
        body = b'{"ready": "x", "identities": [1, {"ready": 1, "hooks": [2, {"pending": []}]}]}'
        listener = socket.socket(socket.AF_UNIX)
        self.addCleanup(listener.close)
        listener.bind(self.path("other.sock"))
        listener.listen()

        def answer():
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n%s" % (len(body), body))

        threading.Thread(target=answer, daemon=True).start()
        asked = fleet.fleetca("agent", "status", "--socket", self.path("other.sock"), "--ready")
        self.assertEqual(asked.code, 1)
        self.assertIn("no valid certificate", asked.err)

    def test_check_does_nothing(self):
        config = self.configure(self.identity("web-4"))
        checked = fleet.fleetca("agent", "--config", config, "--check", "-o", "json")
        self.assertEqual(checked.code, 0, checked.err)
        plan = json.loads(checked.out)
        self.assertEqual(plan["identities"][0]["files"],
                         [self.path("web-4", name) for name in ("credential-bundle.pem", "trust-bundle.pem")])
        self.assertFalse(os.path.exists(self.path("state")))

    def test_the_old_certificate_is_used_while_the_ca_is_away(self):
        config = self.configure(self.identity("web-5"))
        self.start(config)
        before = self.wait(config, lambda status: status["ready"])["identities"][0]
        self.ca.kill()
        after = self.wait(config, lambda status: status["identities"][0]["failures"] > 0)
        self.assertTrue(after["ready"])
        self.assertIsNotNone(after["identities"][0]["last_error"])
        self.assertIn(before["name"], self.log())

    def enroll(self, *flags):
        return fleet.fleetca("agent", "enroll", "--trust-domain", fleet.DOMAIN, "--server", self.ca.address,
                             "--bootstrap", self.ca.bootstrap_address, "--ca-sha256", self.root_sha256(),
                             "--folder", self.path("tls"), *flags)

    def test_enroll_goes_on_where_the_same_command_ended(self):
        token = self.token("web-9")
        flags = ["--token-file", token, "--state", self.path("the state")]
        done = self.enroll(*flags)
        self.assertEqual(done.code, 0, done.err)
        config = self.path("the state", "agent.textproto")
        self.assertIn("fleetca agent --config '%s'\n" % config, done.out.decode())
        serial = self.serial_in("tls")
        os.unlink(token)  # it has done what it was for
        again = self.enroll(*flags)
        self.assertEqual(again.code, 0, again.err)
        self.assertEqual(self.serial_in("tls"), serial)
        other = self.enroll(*flags, "--name", "other")
        self.assertEqual(other.code, 1)
        self.assertIn("is not what these flags make", other.err)

    def test_enroll_names_the_flag_that_is_wrong(self):
        wrong = self.enroll("--token-file", self.path("none"), "--state", self.path("kept"), "--name", "Web 1")
        self.assertEqual(wrong.code, 2)
        self.assertIn("fleetca: --name: is not", wrong.err)
        jwt = self.enroll("--jwt-file", self.path("none"), "--state", self.path("kept"))
        self.assertEqual(jwt.code, 2)
        self.assertIn("fleetca: --profile: is missing", jwt.err)
        self.assertFalse(os.path.exists(self.path("kept")))

    def test_a_hook_that_does_not_work_is_in_the_log(self):
        config = self.configure(self.identity("web-10", 'hooks { exec: ["/bin/false"] }'))
        self.start(config)
        self.wait(config, lambda status: status["ready"] and status["identities"][0]["hooks"][0]["attempts"] > 1)
        self.assertEqual(self.log().count("A hook has not worked"), 1)

    def test_status_says_why_no_agent_answers(self):
        done = fleet.fleetca("agent", "status", "--socket", self.path("none.sock"))
        self.assertEqual(done.code, 1)
        self.assertIn("no agent answers at %s: No such file or directory" % self.path("none.sock"), done.err)

    def test_enroll_is_one_line(self):
        done = self.enroll("--token-file", self.token("web-6"), "--state", self.path("kept"), "-o", "json")
        self.assertEqual(done.code, 0, done.err)
        made = json.loads(done.out)
        self.assertEqual(made["credential_bundle"], self.path("tls", "credential-bundle.pem"))
        self.assertTrue(self.serial_in("tls"))
        self.assertEqual(fleet.fleetca("agent", "--config", made["config"], "--once").code, 0)


if __name__ == "__main__":
    unittest.main()
