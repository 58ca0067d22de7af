"""The commands of README.md, with Debian's nginx, do what it says."""

import http.client
import json
import os
import resource
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import unittest

HERE = "examples/nginx/"
NGINX = shutil.which("nginx", path=os.environ.get("PATH", "") + ":/usr/sbin:/usr/local/sbin")
SECONDS = 60


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)
    return path


def make_certificates(folder):
    subprocess.run(["client/authz/grpc/testing/make_test_certificates", folder], check=True, timeout=SECONDS)


@unittest.skipIf(NGINX is None, "nginx is not installed; see deploy/packages")
class NginxTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        # Short, as the path of a socket must be.
        folder = tempfile.TemporaryDirectory(dir="/tmp")
        cls.addClassCleanup(folder.cleanup)
        cls.folder = folder.name
        make_certificates(cls.folder)
        cls.routes = write(cls.folder + "/http_roles.textproto", read(HERE + "http_roles.textproto"))
        cls.log = cls.folder + "/authz.log"
        backend = cls.start([sys.executable, HERE + "backend.py", "0"], "/dev/null")
        cls.backend_port = int(backend.stdout.readline().split()[-1])
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(soft, 512), hard))
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        cls.authz = cls.start(
            ["./fleetca", "authz", "serve", "--roots", cls.folder + "/ca.pem", "--trust-domain",
             "fleet.example", "--audience", "svc/orders", "--routes", cls.routes, "--http",
             "unix:" + cls.folder + "/authz.sock", "--ready-file", cls.folder + "/ready",
             # All that the largest certificate has, which nobody needs: its buffers must take it.
             *(word for i in range(10) for word in ("--pass-attribute",
                                                    ("a%02d" % i).ljust(64, "x")))], cls.log)
        cls.wait_until(lambda: os.path.exists(cls.folder + "/ready"), cls.log)
        cls.start_nginx()

    @classmethod
    def start_nginx(cls):
        cls.port = free_port()
        config = read(HERE + "nginx.conf").replace("/tmp/orders", cls.folder)
        config = config.replace("127.0.0.1:8443", "127.0.0.1:%d" % cls.port)
        config = config.replace("127.0.0.1:8080", "127.0.0.1:%d" % cls.backend_port)
        # Workers of a master that runs as root would be another user, to whom the socket is closed.
        user = "user root; " if os.geteuid() == 0 else ""
        log = cls.folder + "/nginx.log"
        cls.start([NGINX, "-p", cls.folder, "-c", write(cls.folder + "/nginx.conf", config), "-g",
                   user + "daemon off;"], log)
        cls.wait_until(cls.nginx_answers, log)

    @classmethod
    def start(cls, command, log):
        with open(log, "ab") as out:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=out, text=True)
        cls.addClassCleanup(process.stdout.close)
        cls.addClassCleanup(process.wait, SECONDS)
        cls.addClassCleanup(process.terminate)
        return process

    @classmethod
    def nginx_answers(cls):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", cls.port)) == 0

    @staticmethod
    def wait_until(condition, log):
        deadline = time.monotonic() + SECONDS
        while not condition():
            if time.monotonic() > deadline:
                raise AssertionError("it did not come to be: " + read(log))
            time.sleep(0.02)

    def ask(self, name, method, path, headers=(), folder=None, host=None):
        """(status, body) of a request as one of the identities, None for none."""
        context = ssl.create_default_context(cafile=self.folder + "/ca.pem")
        if name is not None:
            identity = (folder or self.folder) + "/" + name
            context.load_cert_chain(identity + ".pem", identity + ".key")
        connection = http.client.HTTPSConnection("localhost", self.port, context=context,
                                                 timeout=SECONDS)
        try:
            connection.putrequest(method, path, skip_host=host is not None)
            if host is not None:
                connection.putheader("Host", host)
            for header in headers:
                connection.putheader(*header)
            connection.endheaders()
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def assert_told(self, name, method, path, roles, headers=()):
        status, body = self.ask(name, method, path, headers)
        self.assertEqual(200, status, body)
        self.assertEqual(
            {"method": method, "path": path, "identity": "spiffe://fleet.example/svc/" + name,
             "roles": roles, "override": None}, json.loads(body))

    def test_the_daemon_has_all_the_descriptors_it_may_have(self):
        soft, hard = resource.prlimit(self.authz.pid, resource.RLIMIT_NOFILE)
        self.assertEqual(soft, min(hard, 1 << 20))

    def test_one_role_reads_and_another_writes(self):
        self.assert_told("reader", "GET", "/orders/7?all=1", "reader")
        self.assert_told("writer", "GET", "/orders", "writer")
        self.assert_told("writer", "POST", "/orders", "writer")
        self.assert_told("writer", "DELETE", "/orders/7", "writer")
        self.assertEqual(200, self.ask("reader", "HEAD", "/orders/7")[0])
        for method in ("POST", "PUT", "DELETE", "PATCH"):
            status, body = self.ask("reader", method, "/orders/7")
            self.assertEqual(403, status)
            self.assertRegex(body, "^spiffe://fleet.example/svc/reader may not send this request: "
                             "none of its roles")
            self.assertNotIn("writer", body)
        self.assertRegex(read(self.log), "any of writer")

    def test_a_member_without_roles(self):
        self.assert_told("stranger", "GET", "/healthz", None)
        status, body = self.ask("stranger", "GET", "/orders/7")
        self.assertEqual(403, status)
        self.assertRegex(body, "grants no roles")

    def test_what_is_not_listed_is_denied(self):
        denied = self.ask("writer", "GET", "/secret")
        self.assertEqual(403, denied[0])
        self.assertEqual(denied, self.ask("writer", "GET", "/"))
        self.assertEqual(denied, self.ask("writer", "POST", "/healthz"))
        self.assertEqual(404, self.ask("writer", "GET", "/_authorize")[0])

    def test_nobody(self):
        status, body = self.ask(None, "GET", "/orders/7")
        self.assertEqual(401, status)
        self.assertRegex(body, "no client certificate")
        with tempfile.TemporaryDirectory() as other:
            make_certificates(other)
            status, body = self.ask("writer", "GET", "/orders/7", folder=other)
        self.assertEqual(401, status)
        self.assertRegex(body, "no valid chain to a root")

    def test_an_expired_certificate(self):
        # nginx refuses it of its own, with 400, before it asks.
        status, body = self.ask("expired", "GET", "/orders/7")
        self.assertIn(status, (400, 401), body)

    def test_forwarded_headers_do_not_count(self):
        certificate = read(self.folder + "/writer.pem").replace("\n", "%0A")
        forged = [("X-Fleet-Identity", "spiffe://fleet.example/svc/admin"),
                  ("X-Fleet-Roles", "writer"), ("X_Fleet_Roles", "writer"),
                  ("X-Client-Cert", certificate), ("X-Original-Method", "GET"),
                  ("X-Original-URI", "/healthz"), ("X-Forwarded-Client-Cert", certificate),
                  ("X-HTTP-Method-Override", "DELETE"), ("X_HTTP_Method_Override", "DELETE"),
                  ("x-Http_method-OVERRIDE", "DELETE"), ("X-ORIGINAL-URL", "/healthz"),
                  ("X_Original_URI", "/healthz"), ("X_Client_Cert", certificate)]
        self.assertEqual(403, self.ask("reader", "POST", "/orders", forged)[0])
        self.assertEqual(401, self.ask(None, "GET", "/orders", forged)[0])
        self.assert_told("reader", "GET", "/orders", "reader", forged)
        self.assert_told("stranger", "GET", "/healthz", None, forged)

    def test_the_largest_lawful_grants_fit_the_buffers(self):
        status, body = self.ask("largest", "GET", "/orders/7")
        self.assertEqual(200, status, body + read(self.folder + "/nginx.log"))
        told = json.loads(body)
        self.assertEqual(2048, len(told["identity"]))
        self.assertEqual(32, len(told["roles"].split(",")))

    def test_ill_formed_hosts_are_refused(self):
        # Not of ports: nginx asks about the name alone.
        for host in ("..", "a..b", "127.1", "-a", "a b", "[:::]"):
            status, body = self.ask("writer", "GET", "/orders", host=host)
            # nginx refuses some of them itself.
            self.assertIn(status, (400, 403), host)
            self.assertNotIn("identity", body)

    def test_path_tricks_are_refused(self):
        for path in ("/healthz/../orders/7", "//orders/7", "/orders//7", "/orders/./7",
                     "/orders/%2e%2e/secret", "/orders%2f7", "/%6frders/7", "/orders/7;x=1",
                     "/orders/7%00", "/orders\\7", "/orders/%252e", "/orders/7.",
                     "/orders/%c3%a4", "https://localhost/orders//7", "/_authorize/..%2f"):
            status, body = self.ask("writer", "GET", path)
            # nginx refuses some of them itself.
            self.assertIn(status, (400, 403), path)
            self.assertNotIn("identity", body)

    def test_without_the_daemon_nothing_passes(self):
        os.rename(self.folder + "/authz.sock", self.folder + "/away.sock")
        try:
            status, body = self.ask("writer", "GET", "/orders/7")
        finally:
            os.rename(self.folder + "/away.sock", self.folder + "/authz.sock")
        self.assertEqual(500, status)
        self.assertNotIn("identity", body)
        self.assert_told("writer", "GET", "/orders/7", "writer")

    def test_routes_are_read_again(self):
        before = read(self.routes)
        try:
            write(self.routes, before + "routes { path: \"/orders/..\" }")
            self.hang_up("the old roots, intermediates and routes stay in force")
            self.assert_told("reader", "GET", "/orders", "reader")
            write(self.routes, before.replace('roles: "reader"', 'roles: "auditor"'))
            self.hang_up("read roots, intermediates and routes again")
            self.assertEqual(403, self.ask("reader", "GET", "/orders")[0])
        finally:
            write(self.routes, before)
            self.hang_up("read roots, intermediates and routes again")
        self.assert_told("reader", "GET", "/orders", "reader")

    def hang_up(self, sentence):
        """SIGHUP; returns when the log has the sentence once more."""
        count = read(self.log).count(sentence)
        self.authz.send_signal(signal.SIGHUP)
        self.wait_until(lambda: read(self.log).count(sentence) > count, self.log)

    def test_the_daemon_ends_when_told(self):
        ready = self.folder + "/second"
        process = subprocess.Popen(
            ["./fleetca", "authz", "serve", "--roots", self.folder + "/ca.pem", "--trust-domain",
             "fleet.example", "--routes", self.routes, "--http", "127.0.0.1:0", "--grpc",
             "127.0.0.1:0", "--ready-file", ready], stderr=subprocess.DEVNULL)
        self.addCleanup(process.kill)
        self.wait_until(lambda: os.path.exists(ready), self.log)
        self.assertRegex(read(ready), r"^grpc 127\.0\.0\.1:\d+\nhttp 127\.0\.0\.1:\d+\n$")
        process.send_signal(signal.SIGTERM)
        self.assertEqual(0, process.wait(timeout=SECONDS))


if __name__ == "__main__":
    unittest.main()
