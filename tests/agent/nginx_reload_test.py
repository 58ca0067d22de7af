"""nginx whose certificates an agent keeps: its hook reloads it at each renewal, and no request fails."""

import os
import shutil
import socket
import ssl
import subprocess
import threading
import unittest

from cryptography import x509

from tests.agent import agents
from tests.integration import fleet, processes, publishing

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
SITES = ["site-%d" % number for number in range(4)]
RENEWALS = 10
CLIENTS = 4
WAIT_SECONDS = 60
ANSWER = b"welcome\n"
CONFIG = """
%(user)s
daemon off;
worker_processes 2;
pid %(folder)s/nginx.pid;
error_log stderr notice;
events {}
http {
  access_log off;
  client_body_temp_path %(folder)s/tmp; proxy_temp_path %(folder)s/tmp; fastcgi_temp_path %(folder)s/tmp;
  uwsgi_temp_path %(folder)s/tmp; scgi_temp_path %(folder)s/tmp;
  default_type text/plain;
  %(sites)s
}
"""
# Key and certificate are in one file, so they fit whenever it is read.
SITE = """
  server {
    listen 127.0.0.1:%(port)d ssl;
    server_name %(name)s;
    ssl_certificate %(bundle)s;
    ssl_certificate_key %(bundle)s;
    location / { return 200 "welcome\\n"; }
  }
"""


def dns_name(site):
    return "%s.host.%s" % (site, fleet.DOMAIN)


class Load:
    """Clients that ask one site after the other, each time over a connection of its own, while its `with` lasts."""

    def __init__(self, port, root):
        self.port = port
        self.context = ssl.create_default_context(cafile=root)
        self.lock = threading.Lock()
        self.answered = 0
        self.failures = []
        self.serials = {site: set() for site in SITES}
        self.stopping = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number,)) for number in range(CLIENTS)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.stopping.set()
        for thread in self.threads:
            thread.join()

    def run(self, number):
        while not self.stopping.is_set():
            number += 1
            site = SITES[number % len(SITES)]
            try:
                serial = self.ask(site)
            except (OSError, ValueError) as error:
                with self.lock:
                    self.failures.append("%s: %r" % (site, error))
                continue
            with self.lock:
                self.answered += 1
                self.serials[site].add(serial)

    def ask(self, site):
        with socket.create_connection(("127.0.0.1", self.port), timeout=20) as connection:
            with self.context.wrap_socket(connection, server_hostname=dns_name(site)) as tls:
                tls.sendall(b"GET / HTTP/1.1\r\nHost: %s\r\nConnection: close\r\n\r\n" % dns_name(site).encode())
                answer = b""
                while octets := tls.recv(4096):
                    answer += octets
                if not answer.startswith(b"HTTP/1.1 200 ") or not answer.endswith(ANSWER):
                    raise ValueError(answer)
                return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True)).serial_number

    def renewals(self):
        """Certificates that clients saw after the first one."""
        with self.lock:
            return sum(max(0, len(serials) - 1) for serials in self.serials.values())


@unittest.skipIf(NGINX is None, "nginx is not installed; see deploy/packages")
class NginxReloadTest(unittest.TestCase):

    def setUp(self):
        self.ca = self.enterContext(agents.AgentFleet(policy=fleet.with_minute_lives))
        self.port = publishing.free_port()
        self.config = self.ca.path("nginx.conf")
        self.log = self.ca.path("nginx.log")
        tokens = self.ca.tokens([agents.HOST + site for site in SITES])
        hook = 'hooks { exec: [%s] timeout { seconds: 20 } }' % ", ".join('"%s"' % word for word in self.nginx(
            "-s", "reload"))
        clock = agents.Clock(self.ca.path("clock"), agents.QUICK_LIVES)
        self.agent = self.enterContext(agents.Agent(self.ca, "agent", [
            agents.identity(site, 'join_token_file: "%s"' % tokens[agents.HOST + site], more=hook)
            for site in SITES], env=clock.env))
        self.process = None
        self.addCleanup(self.stop_nginx)

    def nginx(self, *arguments):
        return [NGINX, "-e", "stderr", "-p", self.ca.folder, "-c", self.config, *arguments]

    def start_nginx(self):
        sites = "".join(SITE % {"port": self.port, "name": dns_name(site), "bundle": self.agent.bundle_path(site)}
                        for site in SITES)
        # Workers of a master that runs as root would be another user, to whom the folder is closed.
        user = "user root;" if os.geteuid() == 0 else ""
        self.ca.write("nginx.conf", (CONFIG % {"user": user, "folder": self.ca.folder, "sites": sites}).encode())
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen(self.nginx(), stdin=subprocess.DEVNULL, stdout=out, stderr=out)
        self.assertTrue(processes.wait_until(lambda: not processes.refuses(self.port), WAIT_SECONDS), self.said())

    def stop_nginx(self):
        if self.process is not None:
            self.process.terminate()
            self.process.wait(WAIT_SECONDS)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def hooks(self):
        return [hook for identity in self.agent.status()["identities"] for hook in identity["hooks"]]

    def test_no_request_fails_over_ten_renewals(self):
        self.agent.start()
        self.agent.wait_until(lambda: all(os.path.exists(self.agent.bundle_path(site)) for site in SITES))
        # nginx does not run yet, which the agent says; it tries again.
        self.agent.wait_until(lambda: any(hook["error"] for hook in self.hooks()))
        self.start_nginx()
        with Load(self.port, self.ca.root) as load:
            self.agent.wait_until(lambda: load.renewals() >= RENEWALS)
        print("\n%d requests, %d failed, over %d renewals that clients saw, %d reloads" % (
            load.answered, len(load.failures), load.renewals(), self.said().count("reconfiguring")))
        self.assertEqual(load.failures, [], self.said())
        self.assertGreater(load.answered, 10 * RENEWALS)
        self.agent.wait_until(lambda: any(not hook["pending"] and not hook["error"] for hook in self.hooks()))


if __name__ == "__main__":
    unittest.main()
