"""`fleetca quickstart`: a trial in one command, again and again, and after whatever ended it."""

import glob
import json
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import unittest

from tests.integration import fleet
from tests.integration import processes


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


class QuickstartTest(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.mkdtemp(prefix="quick-", dir=os.environ.get("TEST_TMPDIR"))
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        self.addCleanup(self.run_here, "quickstart", "--dir", "trial", "--stop")
        self.port = free_port()
        # Neither another server nor a context of whoever runs this.
        self.env = {name: value for name, value in os.environ.items() if not name.startswith("FLEETCA_")}
        self.env.update(XDG_CONFIG_HOME=os.path.join(self.folder, "config"), FLEETCA_SERVER="127.0.0.1:1")

    def path(self, name):
        return os.path.join(self.folder, "trial", name)

    def run_here(self, *arguments):
        done = subprocess.run([fleet.FLEETCA, *arguments], capture_output=True, check=False, env=self.env,
                              cwd=self.folder, timeout=fleet.COMMAND_SECONDS)
        return fleet.Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def quickstart(self, *arguments, port=True):
        """What it says of the trial."""
        at = ("--port", str(self.port)) if port else ()
        done = self.run_here("quickstart", "--dir", "trial", "-o", "json", *at, *arguments)
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)

    def stop(self):
        done = self.run_here("quickstart", "--dir", "trial", "--stop", "-o", "json")
        self.assertEqual(done.code, 0, done.err)
        return json.loads(done.out)

    def certificate(self):
        with open(self.path("web.crt"), "rb") as file:
            return file.read()

    def assert_works(self, trial):
        """The server answers, and what it issued is good."""
        self.assertTrue(processes.is_alive(trial["pid"]))
        shown = self.run_here("bundle", "get", "--dir", "trial/ca", "--server", trial["address"])
        self.assertEqual(shown.code, 0, shown.err)
        with open(self.path("ca/trust-bundle.pem"), "rb") as file:
            self.assertEqual(shown.out, file.read())
        said = fleet.openssl("verify", "-CAfile", self.path("ca/trust-bundle.pem"), "-untrusted",
                             self.path("web.crt"), self.path("web.crt"))
        self.assertIn(b"OK", said)
        self.assertEqual(fleet.openssl("x509", "-noout", "-pubkey", stdin=self.certificate()),
                         fleet.openssl("pkey", "-pubout", "-in", self.path("web.key")))

    def test_makes_a_ca_a_server_and_a_certificate(self):
        trial = self.quickstart()
        self.assertEqual((trial["made_ca"], trial["started_server"], trial["issued"]), (True, True, True))
        self.assertEqual(trial["address"], "127.0.0.1:%d" % self.port)
        self.assert_works(trial)
        self.assertEqual(os.stat(self.path("web.key")).st_mode & 0o777, 0o600)
        self.assertEqual(os.stat(self.path("")).st_mode & 0o777, 0o700)
        self.assertTrue(os.path.getsize(self.path("server.log")))

    def test_says_the_next_three_commands_and_they_work(self):
        trial = self.quickstart()
        self.assertEqual(len(trial["next"]), 3)
        env = {name: value for name, value in self.env.items() if name != "FLEETCA_SERVER"}
        shown = self.run_here("quickstart", "--dir", "trial").out.decode()
        for command in trial["next"]:
            self.assertIn("  %s\n" % command, shown)
            words = command.split()
            self.assertEqual(words[0], "fleetca")
            done = subprocess.run([fleet.FLEETCA, *words[1:]], capture_output=True, check=False, env=env,
                                  cwd=self.folder, timeout=fleet.COMMAND_SECONDS)
            self.assertEqual(done.returncode, 0, done.stderr)
        self.assertTrue(os.path.exists(self.path("db.crt")))
        self.assertFalse(processes.is_alive(trial["pid"]))

    def test_shows_no_secret(self):
        done = self.run_here("quickstart", "--dir", "trial", "--port", str(self.port))
        self.assertEqual(done.code, 0, done.err)
        with open(self.path("server.log"), encoding="utf-8") as file:
            said = done.out.decode() + done.err + file.read()
        self.assertNotIn("PRIVATE KEY", said)
        passphrases = glob.glob(self.path("ca/*.passphrase"))
        self.assertTrue(passphrases)
        for path in passphrases:
            with open(path, encoding="ascii") as file:
                self.assertNotIn(file.read().strip(), said)

    def test_again_changes_nothing(self):
        first = self.quickstart()
        certificate = self.certificate()
        second = self.quickstart(port=False)
        self.assertEqual((second["made_ca"], second["started_server"], second["issued"]), (False, False, False))
        self.assertEqual((second["pid"], second["address"]), (first["pid"], first["address"]))
        self.assertEqual(self.certificate(), certificate)

    def test_stops_and_goes_on(self):
        first = self.quickstart()
        certificate = self.certificate()
        self.assertEqual(self.stop(), {"folder": "trial", "stopped": True, "pid": first["pid"]})
        self.assertFalse(processes.is_alive(first["pid"]))
        self.assertTrue(processes.refuses(self.port))
        again = self.run_here("quickstart", "--dir", "trial/", "--stop")
        self.assertEqual(again.code, 0, again.err)
        self.assertIn(b"No server ran", again.out)
        self.assertIn(b"are left in trial.", again.out)
        second = self.quickstart(port=False)
        self.assertEqual((second["made_ca"], second["started_server"], second["issued"]), (False, True, False))
        self.assertEqual(second["address"], first["address"])
        self.assertEqual(self.certificate(), certificate)
        self.assert_works(second)

    def test_a_pair_that_cannot_work_is_replaced(self):
        self.quickstart()
        self.stop()
        shutil.rmtree(self.path("ca"))
        anew = self.quickstart()
        self.assertEqual((anew["made_ca"], anew["issued"]), (True, True))
        self.assert_works(anew)
        fleet.make_key(self.path("web.key"), "p256")
        again = self.quickstart(port=False)
        self.assertEqual((again["made_ca"], again["issued"]), (False, True))
        self.assert_works(again)

    def test_what_it_says_to_type_is_quoted(self):
        done = self.run_here("quickstart", "--dir", "my trial", "--port", str(self.port))
        self.assertEqual(done.code, 0, done.err)
        stopped = self.run_here("quickstart", "--dir", "my trial", "--stop")
        self.assertEqual(stopped.code, 0, stopped.err)
        self.assertIn(b"  rm -r 'my trial'   # ends the trial\n", stopped.out)

    def test_a_port_that_is_taken_is_replaced_and_said(self):
        with socket.socket() as other:
            other.bind(("127.0.0.1", self.port))
            other.listen(1)
            done = self.run_here("quickstart", "--dir", "trial", "--port", str(self.port), "-o", "json")
            self.assertEqual(done.code, 0, done.err)
            trial = json.loads(done.out)
            self.assertNotEqual(trial["address"], "127.0.0.1:%d" % self.port)
            self.assertIn("port %d is taken" % self.port, done.err)
            self.assertIn(trial["address"], done.err)
            self.assert_works(trial)
            # Also of a CA that was made for that port.
            self.stop()
        with socket.socket() as other:
            other.bind(("127.0.0.1", int(trial["address"].rsplit(":", 1)[1])))
            other.listen(1)
            moved = self.quickstart(port=False)
            self.assertFalse(moved["made_ca"])
            self.assertNotEqual(moved["address"], trial["address"])
            self.assert_works(moved)

    def test_a_killed_server_is_started_again(self):
        first = self.quickstart()
        os.kill(first["pid"], signal.SIGKILL)
        self.assertTrue(processes.wait_until(lambda: not processes.is_alive(first["pid"]), 10))
        second = self.quickstart(port=False)
        self.assertNotEqual(second["pid"], first["pid"])
        self.assertTrue(second["started_server"])
        self.assert_works(second)

    def test_another_process_with_the_number_is_not_the_server(self):
        first = self.quickstart()
        os.kill(first["pid"], signal.SIGKILL)
        self.assertTrue(processes.wait_until(lambda: not processes.is_alive(first["pid"]), 10))
        with subprocess.Popen(["sleep", "60"]) as innocent:
            with open(self.path("server.pid"), "w", encoding="ascii") as file:
                file.write("%d\n" % innocent.pid)
            self.assertFalse(self.stop()["stopped"])
            self.assertIsNone(innocent.poll())
            innocent.kill()

    def test_another_port_of_a_running_server_is_refused(self):
        self.quickstart()
        done = self.run_here("quickstart", "--dir", "trial", "--port", str(free_port()))
        self.assertEqual(done.code, 1)
        self.assertIn("fleetca quickstart --stop --dir trial", done.err)

    def test_a_certificate_that_is_no_good_is_replaced(self):
        self.quickstart()
        with open(self.path("web.crt"), "w", encoding="ascii") as file:
            file.write("junk\n")
        trial = self.quickstart(port=False)
        self.assertTrue(trial["issued"])
        self.assert_works(trial)

    def test_a_certificate_that_is_gone_is_replaced(self):
        self.quickstart()
        os.remove(self.path("web.crt"))
        self.assert_works(self.quickstart(port=False))

    def test_a_folder_of_something_else_is_refused_and_stays(self):
        os.mkdir(self.path(""))
        with open(self.path("mine"), "w", encoding="ascii") as file:
            file.write("mine")
        for arguments in ((), ("--stop",)):
            done = self.run_here("quickstart", "--dir", "trial", *arguments)
            self.assertEqual(done.code, 1)
            self.assertIn("--dir", done.err)
            self.assertEqual(os.listdir(self.path("")), ["mine"])

    def test_a_file_is_no_folder(self):
        with open(os.path.join(self.folder, "trial"), "w", encoding="ascii") as file:
            file.write("mine")
        done = self.run_here("quickstart", "--dir", "trial")
        self.assertEqual(done.code, 1)
        self.assertIn("trial is no folder", done.err)

    def test_an_empty_folder_is_taken(self):
        os.mkdir(self.path(""))
        self.assert_works(self.quickstart())

    def test_a_folder_that_others_may_write_is_refused(self):
        os.mkdir(self.path(""))
        os.chmod(self.path(""), 0o777)
        done = self.run_here("quickstart", "--dir", "trial")
        self.assertEqual(done.code, 1)
        self.assertIn("chmod go-w trial", done.err)
        self.assertEqual(os.listdir(self.path("")), [])
        os.chmod(self.path(""), 0o700)

    def test_an_interrupted_run_goes_on(self):
        """Whatever had been done: Ctrl-C reaches the whole group, as at a terminal."""
        for step in range(9):
            with self.subTest(step):
                with subprocess.Popen([fleet.FLEETCA, "quickstart", "--dir", "trial", "--port", str(self.port)],
                                      env=self.env, cwd=self.folder, stdout=subprocess.DEVNULL,
                                      stderr=subprocess.DEVNULL, start_new_session=True) as run:
                    time.sleep(0.04 * step)
                    try:
                        os.killpg(run.pid, signal.SIGINT if step % 2 else signal.SIGKILL)
                    except ProcessLookupError:
                        pass  # it was done
                trial = self.quickstart(port=False) if os.path.exists(self.path("ca")) else self.quickstart()
                self.assert_works(trial)
                self.stop()
                if step % 3 == 2:
                    shutil.rmtree(self.path(""))

    def test_a_server_that_does_not_start_says_why(self):
        self.quickstart()
        self.stop()
        os.remove(self.path("ca/policy.textproto"))
        done = self.run_here("quickstart", "--dir", "trial", "-o", "json")
        self.assertEqual(done.code, 1)
        self.assertIn("policy.textproto", json.loads(done.err)["message"])

    def test_in_the_foreground_it_ends_with_its_command(self):
        with subprocess.Popen([fleet.FLEETCA, "quickstart", "--dir", "trial", "--port", str(self.port),
                               "--foreground"], env=self.env, cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as run:
            line = next(line for line in run.stdout if line.startswith("  Server"))
            pid = int(line.rsplit(" ", 1)[1])
            next(line for line in run.stdout if "--stop" in line)
            self.assertTrue(processes.is_alive(pid))
            self.assertEqual(processes.children(run.pid), [pid])
            run.send_signal(signal.SIGTERM)
            self.assertEqual(run.wait(timeout=fleet.COMMAND_SECONDS), 0)
            self.assertFalse(processes.is_alive(pid))

    def test_a_server_in_the_foreground_does_not_outlive_its_command(self):
        with subprocess.Popen([fleet.FLEETCA, "quickstart", "--dir", "trial", "--port", str(self.port),
                               "--foreground"], env=self.env, cwd=self.folder, stdout=subprocess.PIPE,
                              stderr=subprocess.DEVNULL, text=True) as run:
            next(line for line in run.stdout if "--stop" in line)
            pid = processes.children(run.pid)[0]
            run.kill()
        self.assertTrue(processes.wait_until(lambda: not processes.is_alive(pid), 20))

    def test_a_server_in_the_foreground_ends_with_a_command_that_was_not_ready(self):
        with subprocess.Popen([fleet.FLEETCA, "quickstart", "--dir", "trial", "--port", str(self.port),
                               "--foreground"], env=self.env, cwd=self.folder, stdout=subprocess.DEVNULL,
                              stderr=subprocess.DEVNULL) as run:
            pid_file = self.path("server.pid")
            self.assertTrue(processes.wait_until(
                lambda: os.path.exists(pid_file) and os.path.getsize(pid_file) > 0, fleet.COMMAND_SECONDS))
            with open(pid_file, encoding="ascii") as file:
                pid = int(file.read())
            run.terminate()
        self.assertTrue(processes.wait_until(lambda: not processes.is_alive(pid), 20))


if __name__ == "__main__":
    unittest.main()
