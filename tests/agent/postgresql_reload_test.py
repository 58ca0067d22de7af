"""PostgreSQL whose certificate an agent keeps: it lives ten lives of it, and clients verify each."""

import os
import shutil
import socket
import ssl
import struct
import subprocess
import tempfile
import time
import unittest

from cryptography import x509

from tests.agent import agents
from tests.integration import fleet, publishing

PROGRAMS = "/usr/lib/postgresql/15/bin"
# It does not run as root.
AS_POSTGRES = ["/sbin/runuser", "-u", "postgres", "--"] if os.geteuid() == 0 else []
LIVES = 10
LIFE_SECONDS = 60
NAME = "db.host." + fleet.DOMAIN
SSL_REQUEST = struct.pack("!ii", 8, 80877103)
CONFIG = """
listen_addresses = '127.0.0.1'
port = %(port)d
unix_socket_directories = '%(folder)s'
ssl = on
ssl_cert_file = '%(bundle)s'
ssl_key_file = '%(bundle)s'
fsync = off
"""
HOST_RULES = """
local   all all              trust
hostssl all all 127.0.0.1/32 trust
"""


def as_postgres(*command, stdin=b""):
    done = subprocess.run([*AS_POSTGRES, *command], input=stdin, capture_output=True, check=False, cwd="/", timeout=120)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout.decode()


@unittest.skipUnless(os.path.exists(PROGRAMS + "/initdb"), "postgresql is not installed; see deploy/packages")
class PostgresqlReloadTest(unittest.TestCase):

    def setUp(self):
        self.ca = self.enterContext(agents.AgentFleet(policy=fleet.with_minute_lives))
        self.port = publishing.free_port()
        self.folder = self.enterContext(tempfile.TemporaryDirectory(prefix="agent-pg-", dir="/tmp"))
        os.chmod(self.folder, 0o755)
        self.data = os.path.join(self.folder, "server")
        os.mkdir(self.data)
        owner = ""
        if os.geteuid() == 0:
            shutil.chown(self.data, "postgres")
            owner = 'owner: "postgres"'
        self.tls = os.path.join(self.folder, "tls")
        self.bundle = os.path.join(self.tls, "credential-bundle.pem")
        token = self.ca.tokens([agents.HOST + "db"])[agents.HOST + "db"]
        reload = [*AS_POSTGRES, PROGRAMS + "/pg_ctl", "-D", self.data + "/db", "reload"]
        hook = "hooks { exec: [%s] }" % ", ".join('"%s"' % word for word in reload)
        database = agents.identity("db", 'join_token_file: "%s"' % token, more=hook, outputs=owner, folder=self.tls)
        clock = agents.Clock(self.ca.path("clock"), agents.QUICK_LIVES)
        self.agent = self.enterContext(agents.Agent(self.ca, "agent", [database], env=clock.env))
        self.started = False
        self.addCleanup(self.stop_database)

    def start_database(self):
        as_postgres(PROGRAMS + "/initdb", "-D", self.data + "/db", "--auth-local=trust", "--auth-host=reject")
        as_postgres("tee", "-a", self.data + "/db/postgresql.conf", stdin=(CONFIG % {
            "port": self.port, "folder": self.data, "bundle": self.bundle}).encode())
        as_postgres("tee", self.data + "/db/pg_hba.conf", stdin=HOST_RULES.encode())
        as_postgres(PROGRAMS + "/pg_ctl", "-D", self.data + "/db", "-l", self.data + "/log", "-w", "start")
        self.started = True

    def stop_database(self):
        if self.started:
            as_postgres(PROGRAMS + "/pg_ctl", "-D", self.data + "/db", "-m", "fast", "stop")

    def shown(self):
        """The serial number of the certificate that the next client sees."""
        context = ssl.create_default_context(cafile=self.ca.root)
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            connection.sendall(SSL_REQUEST)
            self.assertEqual(connection.recv(1), b"S")
            with context.wrap_socket(connection, server_hostname=NAME) as tls:
                certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))
        return "%040x" % certificate.serial_number

    def ask(self):
        """psql, which verifies the certificate and its name."""
        done = fleet.run("psql", "host=%s hostaddr=127.0.0.1 port=%d dbname=postgres user=postgres "
                         "sslmode=verify-full sslrootcert=%s" % (NAME, self.port, self.ca.root),
                         "-Atc", "SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()")
        self.assertEqual((done.code, done.out), (0, b"t\n"), done.err)

    def test_it_is_verified_through_ten_lives_of_its_certificate(self):
        self.agent.start()
        self.agent.wait_until(lambda: os.path.exists(self.bundle))
        self.start_database()
        self.ask()
        lives = [self.shown()]
        asked = 1
        began = time.monotonic()
        while len(lives) < LIVES:
            self.ask()
            asked += 1
            time.sleep(0.2)
            shown = self.shown()
            if shown != lives[-1]:
                self.assertNotIn(shown, lives)
                lives.append(shown)
            self.assertLess(time.monotonic() - began, LIVES * LIFE_SECONDS, self.agent.said())
        print("\nasked %d times in %.0f s, over %d certificates; each was verified" % (
            asked, time.monotonic() - began, len(lives)))
        self.agent.wait_until(lambda: any(hook["attempts"] > 0 and not hook["error"]
                                          for hook in self.agent.identity("db").get("hooks", [])))


if __name__ == "__main__":
    unittest.main()
