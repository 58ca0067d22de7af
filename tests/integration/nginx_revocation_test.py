"""nginx, which checks its clients by a running CA's CRLs and OCSP answers. Checklist 58."""

import os
import re
import shutil
import signal
import subprocess
import unittest

from tests.integration import fleet, processes, publishing

NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
CONFIG = """
%(user)s
daemon off;
worker_processes 1;
pid %(folder)s/nginx.pid;
error_log stderr info;
events {}
http {
  access_log off;
  client_body_temp_path %(folder)s/tmp; proxy_temp_path %(folder)s/tmp; fastcgi_temp_path %(folder)s/tmp;
  uwsgi_temp_path %(folder)s/tmp; scgi_temp_path %(folder)s/tmp;
  server {
    listen 127.0.0.1:%(port)d ssl;
    ssl_certificate %(folder)s/site.crt;
    ssl_certificate_key %(folder)s/site.key;
    ssl_client_certificate %(folder)s/clients.pem;
    ssl_verify_client on;
    ssl_verify_depth 2;
    %(check)s
    default_type text/plain;
    location / { return 200 "welcome\\n"; }
  }
}
"""


def knows_ocsp():
    found = re.search(r"nginx/(\d+)\.(\d+)", fleet.run(NGINX, "-v").err)
    return found is not None and (int(found[1]), int(found[2])) >= (1, 19)


class Nginx:
    """An nginx that admits by the lines of `check`, while its `with` lasts."""

    def __init__(self, ca, check, env=None):
        self.port = publishing.free_port()
        self.ca = ca
        # Workers of a master that runs as root would be another user, to whom the folder is closed.
        user = "user root;" if os.geteuid() == 0 else ""
        self.config = ca.write("nginx-%d.conf" % self.port, (CONFIG % {
            "user": user, "folder": ca.folder, "port": self.port, "check": check}).encode())
        self.log = ca.path("nginx-%d.log" % self.port)
        self.env = {**os.environ, **(env or {})}
        self.process = None

    def __enter__(self):
        with open(self.log, "ab") as out:
            self.process = subprocess.Popen([NGINX, "-e", "stderr", "-p", self.ca.folder, "-c", self.config],
                                            stdin=subprocess.DEVNULL, stdout=out, stderr=out, env=self.env)
        if not processes.wait_until(lambda: not processes.refuses(self.port), publishing.WAIT_SECONDS):
            self.__exit__()
            raise AssertionError(self.said())
        return self

    def __exit__(self, *error):
        self.process.terminate()
        self.process.wait(publishing.WAIT_SECONDS)

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    def reload(self):
        """SIGHUP; returns when no worker of before is left."""
        before = processes.children(self.process.pid)
        self.process.send_signal(signal.SIGHUP)
        assert processes.wait_until(
            lambda: processes.children(self.process.pid) and
            not set(before) & set(processes.children(self.process.pid)), publishing.WAIT_SECONDS), self.said()

    def ask(self, pair):
        """What nginx answered to the client, and why by its log."""
        key, certificate = pair
        before = len(self.said())
        answered = fleet.run("curl", "--silent", "--show-error", "--max-time", "20", "--cacert", self.ca.root,
                             "--cert", certificate, "--key", key, "--resolve",
                             "site.fleet.example:%d:127.0.0.1" % self.port,
                             "https://site.fleet.example:%d/" % self.port)
        return answered.out.decode() + answered.err, self.said()[before:]


@unittest.skipIf(NGINX is None, "nginx is not installed; see deploy/packages")
class NginxRevocationTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(publishing.PublishingFleet())
        cls.ca.pair("site")
        clients = b""
        for path in (cls.ca.root, cls.ca.issuer):
            with open(path, "rb") as file:
                clients += file.read()
        cls.ca.write("clients.pem", clients)

    def crls(self, name):
        """A file of nginx's own with what is published now, and the line that names it."""
        path = self.ca.complete(self.ca.path("site.crt"), self.ca.path(name))
        return path, "ssl_crl %s;" % path

    def assert_admitted(self, nginx, pair):
        answer, why = nginx.ask(pair)
        self.assertEqual(answer, "welcome\n", why)

    def assert_refused(self, nginx, pair, because):
        answer, why = nginx.ask(pair)
        self.assertNotIn("welcome", answer)
        self.assertIn("400 Bad Request", answer)
        self.assertIn(because, why)

    def test_checklist58_a_crl_refuses_the_revoked_after_a_reload(self):
        good, bad = self.ca.pair("good"), self.ca.pair("bad")
        path, check = self.crls("nginx.pem")
        with Nginx(self.ca, check) as nginx:
            self.assert_admitted(nginx, good)
            self.assert_admitted(nginx, bad)
            self.ca.revoke(bad[1])
            self.ca.wait_until_listed(bad[1])
            self.ca.complete(bad[1], path)
            # nginx reads the file at its start and at a reload, and not in between.
            self.assert_admitted(nginx, bad)
            nginx.reload()
            self.assert_refused(nginx, bad, "certificate revoked")
            self.assert_admitted(nginx, good)

    def test_checklist58_without_the_roots_crl_everyone_is_refused(self):
        good = self.ca.pair("rootless")
        path, check = self.crls("without-root.pem")
        with open(path, encoding="ascii") as file:
            first, end, rest = file.read().partition("-----END X509 CRL-----\n")
        self.assertIn("BEGIN X509 CRL", rest)
        self.ca.write("without-root.pem", (first + end).encode())
        with Nginx(self.ca, check) as nginx:
            self.assert_refused(nginx, good, "unable to get certificate CRL")

    @unittest.skipIf(shutil.which("faketime") is None, "faketime is not installed; see deploy/packages")
    def test_checklist58_an_expired_crl_refuses_everyone(self):
        good = self.ca.pair("late")
        _, check = self.crls("expired.pem")
        with Nginx(self.ca, check) as nginx:
            self.assert_admitted(nginx, good)
        with Nginx(self.ca, check, publishing.clock_shifted(publishing.CRLS_HAVE_ENDED)) as nginx:
            self.assert_refused(nginx, good, "CRL has expired")

    def test_checklist58_ocsp(self):
        if not knows_ocsp():
            self.skipTest("this nginx is older than 1.19, which is the first that asks OCSP of its clients")
        good, bad = self.ca.pair("ocsp-good"), self.ca.pair("ocsp-bad")
        # "on" would ask for the issuing CA's certificate too, for which the root has no responder.
        with Nginx(self.ca, "ssl_ocsp leaf;") as nginx:
            self.assert_admitted(nginx, good)
            self.assert_admitted(nginx, bad)
            self.ca.revoke(bad[1])
            self.assert_refused(nginx, bad, "certificate revoked")
            self.assert_admitted(nginx, good)
        with Nginx(self.ca, "ssl_ocsp on;") as nginx:
            self.assert_refused(nginx, good, "no OCSP responder URL in certificate")
        nobody = "ssl_ocsp leaf; ssl_ocsp_responder http://127.0.0.1:%d/;" % publishing.free_port()
        with Nginx(self.ca, nobody) as nginx:
            self.assert_refused(nginx, good, "certificate status request failed")


if __name__ == "__main__":
    unittest.main()
