"""`fleetca authz serve` beside a real CA: who is revoked is refused, and what happens while the CA is away."""

import http.client
import os
import signal
import subprocess
import time
import unittest
import urllib.parse

from tests.integration import fleet

ROUTES = b'routes { path: "/*" methods: "GET" any_identity: true }\n'
MAX_AGE = 10
# Until knowledge is stale or new again, the CA's next heartbeat and this machine's other work included.
PATIENCE = 45


class Daemon:
    """`fleetca authz serve` that follows the CA of the fleet as svc/verifier."""

    def __init__(self, ca, name, *arguments):
        self.log_file = ca.path(name + ".log")
        ready = ca.path(name + ".ready")
        with open(self.log_file, "wb") as log:
            self.process = subprocess.Popen(
                [fleet.FLEETCA, "authz", "serve", "--roots", os.path.join(ca.ca, "trust-bundle.pem"),
                 "--intermediates", os.path.join(ca.ca, "issuing-ca.crt"), "--trust-domain", fleet.DOMAIN,
                 "--routes", ca.write("routes.textproto", ROUTES), "--http", "127.0.0.1:0", "--ready-file", ready,
                 *arguments], stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        deadline = time.monotonic() + fleet.START_SECONDS
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError("the daemon did not start: " + self.log())
            time.sleep(0.02)
        with open(ready, encoding="ascii") as file:
            self.port = int(file.read().strip().rsplit(":", 1)[1])

    def kill(self):
        self.process.kill()
        self.process.wait()

    def log(self):
        with open(self.log_file, encoding="utf-8", errors="replace") as file:
            return file.read()

    def get(self, path, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            connection.request("GET", path, headers=headers or {})
            response = connection.getresponse()
            return response.status, response.read().decode()
        finally:
            connection.close()

    def ask(self, certificate):
        """The HTTP status for a request of whoever has the certificate."""
        with open(certificate, encoding="ascii") as file:
            shown = urllib.parse.quote(file.read(), safe="")
        return self.get("/authorize", {"X-Client-Cert": shown, "X-Original-Method": "GET", "X-Original-URI": "/x"})

    def seconds_until(self, certificate, status):
        """How long it takes until that is the answer."""
        begin = time.monotonic()
        while True:
            got = self.ask(certificate)
            waited = time.monotonic() - begin
            if got[0] == status:
                return waited
            if waited > PATIENCE:
                raise AssertionError("%s after %ds: %s" % (got, waited, self.log()))
            time.sleep(0.02)


class AuthzServeRevocationTest(unittest.TestCase):

    def setUp(self):
        self.fleet = self.enterContext(fleet.Fleet())
        # The same port after a restart.
        self.fleet.edit("fleetca.textproto", lambda text: text.replace("127.0.0.1:0", self.fleet.address, 1))
        self.web, self.db, self.verifier = (self.make(name) for name in ("web", "db", "verifier"))

    def make(self, name):
        """A certificate of svc/name as name.crt, with name.key."""
        made = self.fleet.at_server(
            "cert", "issue", "--profile", "service", "--new-key", "p256", "--key-out", self.fleet.path(name + ".key"),
            "--identity", "spiffe://%s/svc/%s" % (fleet.DOMAIN, name), "--chain", "--out",
            self.fleet.path(name + ".crt"))
        self.assertEqual(made.code, 0, made.err)
        return self.fleet.path(name + ".crt")

    def revoke(self, certificate):
        done = self.fleet.at_server("cert", "revoke", "--serial", certificate)
        self.assertEqual(done.code, 0, done.err)

    def serve(self, name, *arguments):
        daemon = Daemon(self.fleet, name, "--follow-revocations", "--revocations-max-age", "%ds" % MAX_AGE,
                        "--server", self.fleet.address, "--ca", os.path.join(self.fleet.ca, "trust-bundle.pem"),
                        "--cert", self.verifier, "--key", self.fleet.path("verifier.key"), *arguments)
        self.addCleanup(daemon.kill)
        return daemon

    def test_checklist59_a_revoked_certificate_is_refused_within_a_second(self):
        daemon = self.serve("daemon")
        self.assertEqual(daemon.ask(self.web)[0], 204, daemon.log())
        self.revoke(self.web)
        self.assertLess(daemon.seconds_until(self.web, 403), 1)
        self.assertIn("was revoked on", daemon.ask(self.web)[1])
        self.assertEqual(daemon.ask(self.db)[0], 204)
        status, text = daemon.get("/readyz")
        self.assertEqual(status, 200)
        self.assertIn("revocations: followed\n", text)
        self.assertIn("revoked: 1\n", text)

    def test_checklist59_while_the_ca_is_away_callers_are_refused_or_pass_as_configured(self):
        deny, allow = self.serve("deny"), self.serve("allow", "--when-stale", "allow")
        self.revoke(self.web)
        for daemon in (deny, allow):
            daemon.seconds_until(self.web, 403)
            self.assertEqual(daemon.ask(self.db)[0], 204)
        self.fleet.stop()
        self.assertEqual(deny.ask(self.db)[0], 204, "what is known is still new")
        waited = deny.seconds_until(self.db, 503)
        self.assertLess(waited, MAX_AGE + 5)
        self.assertEqual(deny.get("/readyz")[0], 503)
        time.sleep(2)
        self.assertEqual(allow.ask(self.db)[0], 204)
        self.assertEqual(allow.get("/readyz")[0], 200)
        self.assertIn("revocations: stale\n", allow.get("/readyz")[1])
        self.assertIn("not known whether its certificate was revoked", allow.log())
        for daemon in (deny, allow):
            self.assertEqual(daemon.ask(self.web)[0], 403, "it is known, however old that is")
        self.fleet.start()
        deny.seconds_until(self.db, 204)
        self.assertEqual(deny.ask(self.web)[0], 403)
        time.sleep(1)  # for the line in the log
        self.assertIn("Revocations are not followed", deny.log())
        self.assertEqual(deny.log().count("Revocations are known and followed"), 2, deny.log())

    def test_a_verifier_that_is_revoked_hears_no_more(self):
        daemon = self.serve("daemon")
        self.assertEqual(daemon.ask(self.web)[0], 204, daemon.log())
        self.revoke(self.verifier)
        daemon.seconds_until(self.web, 503)
        self.assertIn("was revoked on", daemon.log())

    def test_a_start_without_the_ca_believes_nobody_until_it_is_there(self):
        self.fleet.stop()
        daemon = self.serve("daemon")
        self.assertEqual(daemon.ask(self.web)[0], 503)
        self.fleet.start()
        daemon.seconds_until(self.web, 204)

    def test_without_the_feed_it_is_said(self):
        daemon = Daemon(self.fleet, "plain")
        self.addCleanup(daemon.kill)
        self.assertIn("Revoked certificates are not noticed", daemon.log())
        self.revoke(self.web)
        self.assertEqual(daemon.ask(self.web)[0], 204)
        self.assertEqual(daemon.get("/readyz"), (200, "revocations: not followed\n"))
        daemon.process.send_signal(signal.SIGTERM)
        self.assertEqual(daemon.process.wait(timeout=fleet.START_SECONDS), 0)


if __name__ == "__main__":
    unittest.main()
