"""What an agent is given that cannot work: each time a sentence with what, where and what to do, a non-zero exit, and
the files as they were."""

import contextlib
import hashlib
import os
import shutil
import signal
import subprocess
import time
import unittest
from unittest import mock

from tests.agent import agents
from tests.integration import fleet, processes, publishing

# How long --once tries what it cannot know to be in vain.
PATIENCE = "2s"
YEAR = 365 * 86400
TMPFS_BYTES = 256 << 10
# A root lives ten years.
AGES_AGO = -20 * YEAR


def contents(folder):
    """The digest of each file below, by its path."""
    found = {}
    for parent, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(parent, name)
            if os.path.isfile(path):
                with open(path, "rb") as file:
                    found[os.path.relpath(path, folder)] = hashlib.sha256(file.read()).hexdigest()
    return found


class BadInputCase(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(agents.AgentFleet())

    def name(self):
        return self.id().rsplit(".", 1)[-1].replace("test_", "")

    def agent(self, identity=None, **more):
        identity = identity or agents.host(self.ca, "web")
        return self.enterContext(agents.Agent(self.ca, self.name(), [identity], **more))

    def assert_says(self, done, *parts):
        self.assertNotEqual(done.code, 0, done.err)
        for part in parts:
            self.assertIn(part, done.err)

    def assert_no_certificate(self, agent):
        self.assertFalse(os.path.exists(agent.bundle_path("web")))

    def assert_works(self, agent, patience="30s"):
        done = agent.once(patience)
        self.assertEqual(done.code, 0, done.err)
        return agent.bundle("web")

    def pair(self, name):
        """The paths of a certificate for a host, and of its key."""
        certificate, key = self.ca.path(name + ".crt"), self.ca.path(name + ".key")
        made = self.ca.at_server("cert", "issue", "--profile", "host", "--identity", agents.HOST + "web", "--new-key",
                                 "p256", "--chain", "--key-out", key, "--out", certificate)
        self.assertEqual(made.code, 0, made.err)
        return certificate, key


class FilesOfTheEnrollmentTest(BadInputCase):
    """A certificate and a key from before the agent."""

    def enroll(self, certificate, key, *parts):
        before = contents(self.ca.folder)
        agent = self.agent(agents.identity("web", 'certificate_file: "%s" private_key_file: "%s"' % (certificate, key)))
        self.assert_says(agent.once(PATIENCE), *parts)
        self.assert_no_certificate(agent)
        after = contents(self.ca.folder)
        self.assertEqual({path: after.get(path) for path in before if path.endswith((".crt", ".key"))},
                         {path: before[path] for path in before if path.endswith((".crt", ".key"))})
        return agent

    def test_key_and_certificate_that_do_not_match(self):
        certificate, _ = self.pair("first")
        _, key = self.pair("second")
        self.enroll(certificate, key, certificate, key, "belong together")

    def test_a_key_that_others_may_read(self):
        certificate, key = self.pair("open")
        os.chmod(key, 0o644)
        self.enroll(certificate, key, key, "chmod")

    def test_a_key_that_is_none(self):
        certificate, key = self.pair("none")
        with open(key, "w", encoding="ascii") as file:
            file.write("no key\n")
        self.enroll(certificate, key, key, "name a file with the key")

    def test_a_key_with_a_passphrase(self):
        certificate, key = self.pair("locked")
        fleet.openssl("pkcs8", "-topk8", "-in", key, "-out", key + ".locked.key", "-passout", "pass:secret")
        os.chmod(key + ".locked.key", 0o600)
        self.enroll(certificate, key + ".locked.key", key + ".locked.key", "passphrase")

    def test_a_key_that_is_not_there(self):
        certificate, key = self.pair("gone")
        os.remove(key)
        self.enroll(certificate, key, key, "No such file")

    @unittest.skipIf(os.geteuid() == 0, "root may read all files")
    def test_a_key_that_may_not_be_read(self):
        certificate, key = self.pair("closed")
        os.chmod(key, 0)
        self.enroll(certificate, key, key, "Permission denied")


class CaTest(BadInputCase):
    """Another CA than the configuration says, or none."""

    def test_a_wrong_fingerprint_and_the_token_stays_good(self):
        identity = agents.host(self.ca, "web")
        wrong = self.agent(identity, root='root_sha256: "%s"' % ("0123456789abcdef" * 4))
        self.assert_says(wrong.once(PATIENCE), self.ca.bootstrap_address, "fleetca bundle fingerprint",
                         "No token was sent")
        self.assert_no_certificate(wrong)
        right = self.enterContext(agents.Agent(self.ca, self.name() + "-right", [identity]))
        self.assert_works(right)

    def test_the_root_of_another_ca(self):
        other = self.enterContext(fleet.Fleet(start=False))
        agent = self.agent(root='root_file: "%s"' % os.path.join(other.ca, "root-ca.crt"))
        self.assert_says(agent.once(PATIENCE), self.ca.bootstrap_address, "was not accepted")
        self.assert_no_certificate(agent)

    def test_a_ca_that_has_expired(self):
        clock = agents.Clock(self.ca.path("ages-ago"), AGES_AGO)
        with mock.patch.dict(os.environ, clock.env):
            expired = self.enterContext(agents.AgentFleet())
            identity = agents.host(expired, "web")
            root = 'root_sha256: "%s"' % expired.fingerprint()
        agent = self.enterContext(agents.Agent(expired, self.name(), [identity], root=root))
        self.assert_says(agent.once(PATIENCE), expired.bootstrap_address, "expired")
        self.assert_no_certificate(agent)

    def test_a_clock_that_is_far_off(self):
        identity = agents.host(self.ca, "web")
        clock = agents.Clock(self.ca.path("clock"))
        agent = self.agent(identity, env=clock.env)
        for seconds in (-YEAR, 12 * YEAR):
            clock.set(seconds)
            self.assert_says(agent.once(PATIENCE), self.ca.bootstrap_address, "this machine's clock", "set ")
            self.assert_no_certificate(agent)
        clock.set(0)
        self.assert_works(agent)

    def test_a_clock_that_is_set_back_once_a_certificate_is_there(self):
        clock = agents.Clock(self.ca.path("clock-later"))
        agent = self.agent(env=clock.env)
        self.assert_works(agent)
        before = contents(agent.path("web"))
        clock.set(-YEAR)
        self.assert_says(agent.once(PATIENCE), "the clock of this host says", "set the clock")
        self.assertEqual(contents(agent.path("web")), before)

    def test_the_server_is_away_at_the_first_boot(self):
        away = self.enterContext(agents.AgentFleet())
        identity = agents.host(away, "web")
        agent = self.enterContext(agents.Agent(away, self.name(), [identity]))
        away.kill()
        self.assert_says(agent.once(PATIENCE), away.bootstrap_address, "is the server running")
        # One that stays goes on asking.
        agent.start()
        self.assertTrue(processes.wait_until(lambda: away.bootstrap_address in agent.last_error("web"), 60))
        away.start()
        agent.wait_until_ready()


class FoldersTest(BadInputCase):

    def test_two_agents_by_one_configuration(self):
        first = self.agent()
        self.assert_works(first)
        first.start()
        first.wait_until_ready()
        done = first.once(PATIENCE)
        self.assert_says(done, first.socket, "already", "stop it")
        self.assertTrue(first.is_running())
        self.assertTrue(first.status()["ready"])

    def test_two_agents_with_one_folder_of_outputs(self):
        first = self.agent()
        first.start()
        first.wait_until_ready()
        second = self.enterContext(agents.Agent(self.ca, self.name() + "-second", [agents.identity(
            "web", 'join_token_file: "%s"' % self.ca.tokens([agents.HOST + "web-2"])[agents.HOST + "web-2"],
            folder=first.path("web"))]))
        before = contents(first.path("web"))
        self.assert_says(second.once(PATIENCE), first.path("web"), "in use by another process")
        self.assertEqual(contents(first.path("web")), before)

    def test_two_agents_with_one_state_folder(self):
        first = self.agent()
        first.start()
        first.wait_until_ready()
        second = self.enterContext(agents.Agent(self.ca, self.name() + "-second", [agents.host(self.ca, "mail")]))
        second.edit('state_folder: "state"', 'state_folder: "%s"' % first.path("state"))
        self.assert_says(second.once(PATIENCE), first.path("state") + " is in use by another process", "stop it")
        self.assertTrue(first.status()["ready"])
        self.assertFalse(os.path.exists(second.path("mail")))

    def test_files_that_somebody_removes_are_put_back(self):
        agent = self.agent()
        agent.start()
        agent.wait_until_ready()
        before = contents(agent.path("web"))
        # The file itself, and the name of another.
        os.remove(os.path.realpath(agent.bundle_path("web")))
        os.remove(agent.path("web", "trust-bundle.pem"))
        agent.wait_until(lambda: agent.identity("web").get("losses") == 1)
        after = contents(agent.path("web"))
        self.assertEqual(after["credential-bundle.pem"], before["credential-bundle.pem"])
        self.assertEqual(after["trust-bundle.pem"], before["trust-bundle.pem"])
        self.assertTrue(agent.status()["ready"])
        self.assertEqual(agent.said().count("removed or replaced by somebody"), 1, agent.said())

    def test_a_symlink_where_the_folder_of_the_files_should_be(self):
        agent = self.agent()
        elsewhere = self.ca.path("elsewhere")
        os.mkdir(elsewhere)
        os.symlink(elsewhere, agent.path("web"))
        self.assert_says(agent.once(PATIENCE), agent.path("web"), "is a link, or no folder", "name the folder itself")
        self.assertEqual(os.listdir(elsewhere), [])

    def test_a_symlink_where_the_state_folder_should_be(self):
        agent = self.agent()
        elsewhere = self.ca.path("elsewhere-state")
        os.mkdir(elsewhere, 0o700)
        os.symlink(elsewhere, agent.path("state"))
        self.assert_says(agent.once(PATIENCE), agent.path("state"))
        self.assertEqual(os.listdir(elsewhere), [])

    @contextlib.contextmanager
    def mounted(self, folder, options):
        os.makedirs(folder, exist_ok=True)
        if subprocess.run(["mount", "-t", "tmpfs", "-o", options, "none", folder], check=False,
                          capture_output=True).returncode != 0:
            self.skipTest("no file system may be mounted here")
        try:
            yield
        finally:
            subprocess.run(["umount", "-l", folder], check=True)

    def test_a_read_only_folder(self):
        agent = self.agent()
        self.assert_works(agent)
        before = contents(agent.path("web"))
        shutil.copytree(agent.path("web"), agent.path("kept"), symlinks=True)
        with self.mounted(agent.path("web"), "mode=0755"):
            for name in os.listdir(agent.path("kept")):
                subprocess.run(["cp", "-a", agent.path("kept", name), agent.path("web")], check=True)
            subprocess.run(["mount", "-o", "remount,ro", agent.path("web")], check=True)
            # Something is to be written: another file.
            agent.edit('outputs { folder: "web"', 'outputs { folder: "web" certificate: "tls.crt"')
            self.assert_says(agent.once(PATIENCE), agent.path("web"), "Read-only file system", "name another place")
            self.assertEqual(contents(agent.path("web")), before)

    def test_a_full_disk(self):
        agent = self.agent()
        folder = agent.path("disk")
        with self.mounted(folder, "size=%d,mode=0755" % TMPFS_BYTES):
            agent.edit('folder: "state"', 'folder: "disk/state"')
            agent.edit('folder: "web"', 'folder: "disk/web"')
            filler = os.path.join(folder, "filler")
            with open(filler, "wb", buffering=0) as file, contextlib.suppress(OSError):
                while True:
                    file.write(b"x" * 1024)
            before = contents(folder)
            self.assert_says(agent.once(PATIENCE), folder, "No space left on device", "make room")
            after = contents(folder)
            self.assertEqual([path for path in before if after.get(path) != before[path]], [])
            os.remove(filler)
            done = agent.once()
            self.assertEqual(done.code, 0, done.err)
            self.assertTrue(os.path.exists(agent.path("disk", "web", "credential-bundle.pem")))


class HookTest(BadInputCase):

    def test_a_hook_that_hangs_is_ended_with_all_that_it_started(self):
        pid_file = self.ca.path("hook-child")
        agent = self.agent(agents.host(self.ca, "web", more='hooks { exec: ["sh", "-c", "sleep 600 & echo $! > %s; '
                                       'wait"] timeout { seconds: 1 } }' % pid_file))
        done = agent.once("4s")
        self.assert_says(done, "hook", "sleep 600", "1s")
        # The certificate is there nevertheless.
        self.assertGreater(agent.bundle("web").ends, time.time())
        with open(pid_file, encoding="ascii") as file:
            child = int(file.read())
        self.assertTrue(processes.wait_until(lambda: not processes.is_alive(child), 10))

    def test_once_that_is_stopped_leaves_no_hook_behind(self):
        for name in ("TERM", "INT", "HUP"):
            with self.subTest(signal=name):
                pid_file = self.ca.path("hook-" + name)
                agent = self.agent(agents.host(self.ca, "web", more='hooks { exec: ["sh", "-c", "echo $$ > %s; '
                                               'sleep 600"] timeout { seconds: 60 } }' % pid_file))
                shutil.rmtree(agent.path("state"), ignore_errors=True)
                with subprocess.Popen([fleet.FLEETCA, "agent", "--config", agent.config, "--once"],
                                      stderr=subprocess.DEVNULL) as process:
                    self.addCleanup(process.kill)
                    self.assertTrue(processes.wait_until(lambda: os.path.exists(pid_file) and
                                                         os.path.getsize(pid_file) > 0, 30))
                    process.send_signal(getattr(signal, "SIG" + name))
                    self.assertNotEqual(process.wait(timeout=20), 0)
                with open(pid_file, encoding="ascii") as file:
                    self.assertFalse(processes.is_alive(int(file.read())))

    def test_a_hook_that_is_no_program(self):
        agent = self.agent(agents.host(self.ca, "web", more='hooks { exec: ["/nonexistent/reload"] }'))
        self.assert_says(agent.once(PATIENCE), "/nonexistent/reload")
        self.assertGreater(agent.bundle("web").ends, time.time())


class TokenTest(BadInputCase):

    def test_a_token_that_is_used_up(self):
        identity = agents.host(self.ca, "web")
        self.assert_works(self.agent(identity))
        again = self.enterContext(agents.Agent(self.ca, self.name() + "-again", [identity]))
        self.assert_says(again.once(PATIENCE), "token is not accepted", self.ca.path("token-web"), "get a new one")
        self.assert_no_certificate(again)

    def test_no_way_to_enroll(self):
        agent = self.agent(agents.identity("web", ""))
        self.assert_says(agent.once(PATIENCE), "web", "add jwt_file, join_token_file or certificate_file")

    def test_an_address_where_nobody_listens(self):
        nobody = "127.0.0.1:%d" % publishing.free_port()
        agent = self.agent()
        agent.edit(self.ca.bootstrap_address, nobody)
        self.assert_says(agent.once(PATIENCE), nobody, "is the port right")


if __name__ == "__main__":
    unittest.main()
