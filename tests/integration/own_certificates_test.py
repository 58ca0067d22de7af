"""The CA's own certificates: the page about them, day by day under libfaketime, and what is refused. Checklist 51."""

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
import unittest

from tests.integration import fleet

PAGE = "docs/own-certificates.md"
FAKETIME = shutil.which("faketime")
SECONDS = 120
BLOCK = re.compile(r"(?:^<!-- day (\d+) -->\n)?^```sh\n(.*?)^```$", re.MULTILINE | re.DOTALL)


# Under libfaketime a process that waits for a point in time by the kernel's own clock, as for a server that is
# starting, waits for days. So what is asked of a server is asked once it is ready.
WAIT_FOR_READY = """
fleetca() {
  if [ "$1" = serve ]; then exec fleetca "$@" --ready-file ready; fi
  while [ -n "${server:-}" ] && kill -0 $server 2>/dev/null && ! [ -s ready ]; do sleep 0.1; done
  command fleetca "$@"
}
"""


def free_address():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return "127.0.0.1:%d" % probe.getsockname()[1]


def blocks():
    """(day, commands) of each block, in order; the day is "" where none is said."""
    with open(PAGE, encoding="utf-8") as file:
        return BLOCK.findall(file.read())


def clock(day):
    """The environment of a process whose clock is `day` days ahead, whose children have the same one, and whose timers
    keep the real one. Not the program faketime itself: it stands between us and the process that we stop."""
    if day is None:
        return {}
    preload = fleet.run(FAKETIME, "-f", "+1d", "printenv", "LD_PRELOAD").out.decode().strip()
    return {"LD_PRELOAD": preload, "FAKETIME": "+%dd" % day, "FAKETIME_DONT_FAKE_MONOTONIC": "1"}


class PageTest(unittest.TestCase):
    """The page, pasted."""

    def setUp(self):
        self.folder = self.enterContext(tempfile.TemporaryDirectory(
            prefix="own-", dir=os.environ.get("TEST_TMPDIR")))
        os.mkdir(os.path.join(self.folder, "bin"))
        os.symlink(fleet.FLEETCA, os.path.join(self.folder, "bin", "fleetca"))
        self.address = free_address()

    def script(self, commands):
        listening = commands.replace("fleetca ca init ", "fleetca ca init --listen %s " % self.address)
        return ("set -euxo pipefail\ntrap 'kill -KILL ${server:-} 2>/dev/null || true' EXIT\n" + listening)

    def bash(self, commands, day=None):
        done = subprocess.run(
            ["bash", "-c", ("" if day is None else WAIT_FOR_READY) + self.script(commands)], cwd=self.folder,
            capture_output=True, check=False, timeout=SECONDS,
            env={**os.environ, **clock(day), "PATH": os.path.join(self.folder, "bin") + ":" + os.environ["PATH"]})
        return fleet.Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def at(self, day, before, commands):
        """The commands on that day, against a server that was started then, as after a weekend in which no time
        service kept the clock."""
        done = self.bash("""
rm -f ready
fleetca store set-clock --i-checked-the-time --config ca/fleetca.textproto
fleetca serve --config ca/fleetca.textproto & server=$!
until [ -s ready ]; do sleep 0.1; kill -0 $server; done
%s
%s
kill $server
wait $server || true
""" % (before, commands), day)
        self.assertEqual(done.code, 0, done.err)
        return done

    def make(self):
        """The CA, which has run on day 0."""
        done = self.bash("""
fleetca ca init --dir ca --trust-domain fleet.example
fleetca serve --config ca/fleetca.textproto --ready-file ready & server=$!
until [ -s ready ]; do sleep 0.1; kill -0 $server; done
kill $server; wait $server; rm -f ready
""")
        self.assertEqual(done.code, 0, done.err)

    def end_of(self, name):
        text = fleet.openssl("x509", "-in", os.path.join(self.folder, "ca", name), "-noout", "-enddate")
        return time.mktime(time.strptime(text.decode().strip(), "notAfter=%b %d %H:%M:%S %Y GMT"))

    def days_left(self, name):
        return (self.end_of(name) - time.mktime(time.gmtime())) / 86400

    def key_identifier(self, path):
        return fleet.openssl("x509", "-in", os.path.join(self.folder, path), "-noout", "-ext", "subjectKeyIdentifier")

    def test_the_whole_page_in_its_order_today(self):
        done = self.bash("".join(commands for _, commands in blocks()))
        self.assertEqual(done.code, 0, done.err)
        self.assertGreater(self.days_left("issuing-ca.crt"), 1090)

    def test_the_issuing_ca_is_renewed_a_second_time_by_the_same_commands(self):
        of_issuing_ca = [commands for _, commands in blocks() if "former-issuing-cas.crt" in commands]
        self.assertEqual(len(of_issuing_ca), 1)
        # Whoever types is slower than a server that starts, and one that is killed before has not drained.
        started = "fleetca bundle get --dir ca --out roots.pem\n"
        done = self.bash(blocks()[0][1] + started + 2 * of_issuing_ca[0] + "kill $server; wait $server\n"
                         "fleetca config validate ca/fleetca.textproto\n"
                         "grep -c former_certificates_file ca/fleetca.textproto > written\n"
                         "grep -c 'BEGIN CERTIFICATE' ca/former-issuing-cas.crt >> written\n")
        self.assertEqual(done.code, 0, done.err)
        with open(os.path.join(self.folder, "written"), encoding="ascii") as written:
            self.assertEqual(written.read().split(), ["1", "2"])
        # By it CRLs, OCSP answers and chains go, so that certificates from before hold.
        self.assertEqual(self.key_identifier("ca/issuing-ca.crt"), self.key_identifier("ca/former-issuing-cas.crt"))
        validated = fleet.fleetca("config", "validate", os.path.join(self.folder, "ca", "fleetca.textproto"))
        self.assertNotIn("key identifier", validated.err + validated.out.decode())

    @unittest.skipUnless(FAKETIME, "faketime is not installed")
    def test_checklist51_each_day_of_the_page_on_that_day(self):
        days = {int(day): commands for day, commands in blocks() if day}
        self.assertEqual(sorted(days), [29, 31, 89, 91])
        self.make()
        fresh = os.path.join(self.folder, "fresh")
        os.rename(os.path.join(self.folder, "ca"), fresh)
        expired = "if fleetca token list --dir ca; then exit 1; fi"
        for day, before, own, least in ((29, "fleetca token list --dir ca", "admin.crt", 58),
                                        (31, expired, "admin.crt", 60),
                                        (89, expired, "server.crt", 178), (91, expired, "server.crt", 180)):
            with self.subTest(day=day):
                shutil.rmtree(os.path.join(self.folder, "ca"), ignore_errors=True)
                shutil.copytree(fresh, os.path.join(self.folder, "ca"))
                commands = days[day]
                if day == 91:  # nobody renewed the operator's in all that time
                    commands = commands.replace("fleetca ca renew-server --dir ca\n",
                                                "fleetca ca renew-server --dir ca\nfleetca ca renew-admin --dir ca\n")
                self.at(day, before, commands)
                self.assertGreater(self.days_left(own), least)


@unittest.skipUnless(FAKETIME, "faketime is not installed")
class ExpiredTest(unittest.TestCase):
    def setUp(self):
        self.ca = self.enterContext(fleet.Fleet(start=False))
        self.config = self.ca.path("ca/fleetca.textproto")

    def leave_it_alone(self):
        self.ca.edit("fleetca.textproto", lambda text: text.replace('  server_profile: "ca-server"\n', ""))

    def at(self, day, *arguments):
        return fleet.run(fleet.FLEETCA, *arguments, env={**os.environ, **clock(day)})

    def started_at(self, day, *arguments):
        """Whether a server of that day is ready at last, and what it says until it ends; it is stopped then."""
        ready = self.ca.path("ready")
        if os.path.exists(ready):
            os.remove(ready)
        with open(self.ca.path("words"), "wb") as words:
            process = subprocess.Popen(
                [fleet.FLEETCA, "serve", "--config", self.config, "--ready-file", ready, *arguments],
                stdin=subprocess.DEVNULL, stdout=words, stderr=words, env={**os.environ, **clock(day)})
        deadline = time.monotonic() + fleet.START_SECONDS
        while not os.path.exists(ready) and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.05)
        served = os.path.exists(ready)
        process.terminate()
        process.wait(timeout=fleet.START_SECONDS)
        return served, self.ca.read("words").decode(errors="replace")

    def set_clock(self, day):
        done = self.at(day, "store", "set-clock", "--i-checked-the-time", "--config", self.config)
        self.assertEqual(done.code, 0, done.err)

    def first_day(self):
        self.ca.start()
        self.assertEqual(self.ca.stop(), 0)

    def test_checklist51_an_expired_server_certificate_is_refused_with_the_remedy_which_works(self):
        self.leave_it_alone()
        self.first_day()
        self.set_clock(91)
        served, words = self.started_at(91)
        self.assertFalse(served, words)
        self.assertRegex(words, r"server\.crt: certificate 1 expired at \d{4}-")
        self.assertIn("fleetca ca renew-server --dir " + self.ca.ca, words)
        served, words = self.started_at(91, "--allow-expired-certificate")
        self.assertTrue(served, words)
        self.assertIn("has ended", words)
        renewed = self.at(91, "ca", "renew-server", "--dir", self.ca.ca, "--profile", "ca-server", "-o", "json")
        self.assertEqual(renewed.code, 0, renewed.err)
        self.assertEqual(json.loads(renewed.out)["identity"], "spiffe://%s/svc/fleetca" % fleet.DOMAIN)
        served, words = self.started_at(91)
        self.assertTrue(served, words)
        self.assertNotIn("server.crt, the server's certificate", words)

    def test_checklist51_a_server_that_was_off_renews_itself_and_warns_of_the_others(self):
        self.first_day()
        before = self.ca.read("ca/server.crt")
        self.set_clock(91)
        valid = self.at(91, "config", "validate", self.config)
        self.assertEqual(valid.code, 0, valid.err)
        self.assertIn("would issue itself another one", valid.err)
        self.assertEqual(self.ca.read("ca/server.crt"), before)
        served, words = self.started_at(91)
        self.assertTrue(served, words)
        self.assertIn("The server's certificate was renewed", words)
        self.assertIn("admin.crt", words)
        self.assertIn("fleetca ca renew-admin --dir", words)
        self.assertNotEqual(self.ca.read("ca/server.crt"), before)
        self.assertEqual(os.stat(self.ca.path("ca/server.key")).st_mode & 0o777, 0o600)

    def test_a_server_that_renewed_while_its_clock_was_ahead_starts_once_the_clock_is_right_again(self):
        self.first_day()
        self.set_clock(61)
        served, words = self.started_at(61)
        self.assertTrue(served, words)
        self.assertIn("The server's certificate was renewed", words)
        of_the_future = self.ca.read("ca/server.crt")
        self.set_clock(0)
        valid = self.at(0, "config", "validate", self.config)
        self.assertEqual(valid.code, 0, valid.err)
        self.assertIn("would issue itself another one", valid.err)
        served, words = self.started_at(0)
        self.assertTrue(served, words)
        self.assertIn("is valid from", words)
        self.assertIn("issues itself another one", words)
        self.assertNotEqual(self.ca.read("ca/server.crt"), of_the_future)

    def test_without_a_profile_a_certificate_of_the_future_is_refused_with_the_remedy_which_works(self):
        self.first_day()
        self.set_clock(61)
        served, words = self.started_at(61)
        self.assertTrue(served, words)
        self.leave_it_alone()
        self.set_clock(0)
        served, words = self.started_at(0)
        self.assertFalse(served, words)
        self.assertIn("fleetca ca renew-server --dir " + self.ca.ca, words)
        renewed = self.at(0, "ca", "renew-server", "--dir", self.ca.ca, "--profile", "ca-server")
        self.assertEqual(renewed.code, 0, renewed.err)
        served, words = self.started_at(0)
        self.assertTrue(served, words)

    def test_checklist51_an_expired_issuing_ca_is_refused_with_what_to_do(self):
        self.first_day()
        self.set_clock(1096)
        served, words = self.started_at(1096)
        self.assertFalse(served, words)
        self.assertIn("issuing-ca.crt: the issuing CA's certificate expired at ", words)
        self.assertIn("docs/own-certificates.md", words)

    def test_a_warning_comes_in_time_on_standard_error(self):
        self.ca.start()
        early = self.ca.at_server("token", "list")
        self.assertEqual((early.code, early.err), (0, ""))
        self.assertEqual(self.ca.stop(), 0)
        self.set_clock(25)
        self.ca.env = clock(25)
        self.ca.start()
        late = self.at(25, "token", "list", "--server", self.ca.address, "--dir", self.ca.ca)
        self.assertEqual(late.code, 0, late.err)
        self.assertIn("warning: your certificate %s/admin.crt ends at " % self.ca.ca, late.err)
        self.assertIn("fleetca cert renew", late.err)
        # The server's log warns of it at the same time.
        self.assertIn("A certificate of the CA's own is about to end", self.ca.log())


class RunningTest(unittest.TestCase):
    def test_a_server_that_runs_has_the_store(self):
        ca = self.enterContext(fleet.Fleet())
        before = ca.read("ca/admin.crt")
        refused = fleet.fleetca("ca", "renew-admin", "--dir", ca.ca)
        self.assertEqual(refused.code, 1)
        self.assertIn("fleetca cert renew", refused.err)
        self.assertEqual(ca.read("ca/admin.crt"), before)
        renewed = ca.at_server("cert", "issue", "--profile", "operator", "--identity",
                               "spiffe://%s/operator/admin" % fleet.DOMAIN, "--new-key", "p256", "--key-out",
                               ca.path("new.key"), "--chain", "--out", ca.path("new.crt"))
        self.assertEqual(renewed.code, 0, renewed.err)

    def test_nobody_from_outside_gets_the_servers_certificate(self):
        ca = self.enterContext(fleet.Fleet(bootstrap=True))
        for profile in ("ca-server", "service"):
            for command in (("cert", "issue", "--new-key", "p256", "--key-out", ca.path("k")),
                            ("token", "create")):
                refused = ca.at_server(*command, "--profile", profile, "--identity",
                                       "spiffe://%s/svc/fleetca" % fleet.DOMAIN)
                self.assertEqual(refused.code, 1, command)

    def test_a_damaged_key_is_refused_with_the_remedy_which_works(self):
        ca = self.enterContext(fleet.Fleet(start=False))
        config = ca.path("ca/fleetca.textproto")
        for damaged in ("", "-----BEGIN PRIVATE KEY-----\njunk\n"):
            with self.subTest(damaged=damaged):
                ca.edit("server.key", lambda _, text=damaged: text)
                refused = fleet.fleetca("serve", "--config", config)
                self.assertEqual(refused.code, 1)
                self.assertIn("server.key", refused.err)
                self.assertIn("fleetca ca renew-server --dir " + ca.ca, refused.err)
                renewed = fleet.fleetca("ca", "renew-server", "--dir", ca.ca)
                self.assertEqual(renewed.code, 0, renewed.err)
                valid = fleet.fleetca("config", "validate", config)
                self.assertEqual(valid.code, 0, valid.err)
        ca.start()

    def test_a_torn_pair_is_cured_at_the_start_and_both_ports_show_the_new_one(self):
        ca = self.enterContext(fleet.Fleet(start=False, bootstrap=True))
        fleet.make_key(ca.path("ca/server.key"), "p256")
        operators = ca.read("ca/server.key")
        ca.start()
        self.assertIn("issues itself another one", ca.log())
        # Its certificate may have been about to come.
        self.assertEqual(ca.read("ca/server.key.replaced"), operators)
        self.assertIn("server.key.replaced", ca.log())
        serials = set()
        for address in (ca.address, ca.bootstrap_address):
            shown = fleet.run("openssl", "s_client", "-connect", address, "-alpn", "h2", "-showcerts")
            serials.add(fleet.serial_of(shown.out))
        self.assertEqual(serials, {fleet.serial_of(ca.read("ca/server.crt"))})


if __name__ == "__main__":
    unittest.main()
