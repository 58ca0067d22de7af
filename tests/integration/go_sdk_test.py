"""The client for Go against the real server. Without network: all that it needs are Debian's packages."""

import os
import pathlib
import shutil
import socket
import ssl
import subprocess
import time
import unittest

from tests.integration import fleet

DEBIAN = os.environ.get("FLEETCA_GO_LIBRARIES", "/usr/share/gocode")
SDK = pathlib.Path("client/sdk/go")
IMPORTS = {"fleetca/v1/certificate_authority.proto": "fleetca.example/fleetcav1",
           "fleetca/v1/revocation.proto": "fleetca.example/fleetcav1",
           "google/rpc/status.proto": "google.golang.org/genproto/googleapis/rpc/status"}
HOST = "spiffe://%s/host/web-%%d" % fleet.DOMAIN


def why_not():
    """What is missing here; "" where nothing is."""
    for program in ("go", "gofmt", "protoc", "protoc-gen-go"):
        if shutil.which(program) is None:
            return "there is no " + program
    return "" if os.path.isdir(DEBIAN + "/src/google.golang.org/grpc") else "there is no golang-google-grpc-dev"


@unittest.skipIf(why_not(), why_not())
class GoSdkTest(unittest.TestCase):

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet(bootstrap=True, policy=fleet.with_minute_lives))
        scratch = pathlib.Path(cls.ca.path("go"))
        cls.source = scratch / "src/fleetca.example/fleetca"
        # Go follows no links out of a folder, and Bazel's runfiles are links.
        for name in ("fleetca.go", "fleetca_test.go", "follow.go", "example/main.go"):
            (cls.source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(SDK / name, cls.source / name)
        cls.environment = dict(os.environ, GO111MODULE="off", GOENV="off", GOFLAGS="", GOPROXY="off",
                               GOPATH="%s:%s" % (scratch, DEBIAN), GOCACHE=str(scratch / "cache"))
        cls.run_well("protoc", "-Iproto", "--go_out=%s" % (scratch / "src"),
                     *["--go_opt=M%s=%s" % pair for pair in IMPORTS.items()], *list(IMPORTS)[:2])
        cls.program = str(scratch / "program")
        cls.run_well("go", "build", "-o", cls.program, "./example", cwd=cls.source)
        cls.fingerprint = fleet.fleetca("bundle", "fingerprint", os.path.join(cls.ca.ca, "root-ca.crt")).out.strip()

    @classmethod
    def run_well(cls, *command, cwd=None):
        done = subprocess.run(command, cwd=cwd, env=cls.environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, check=False)
        if done.returncode != 0:
            raise AssertionError("%s: %s" % (command, done.stdout))
        return done.stdout

    def run_sdk(self, verb, folder, *more):
        return fleet.run(self.program, verb, folder, *more)

    def folder(self):
        path = self.ca.path(self.id().rsplit(".", 1)[-1])
        os.mkdir(path)
        return path

    def token_file(self, number):
        made = self.ca.at_server("token", "create", "--profile", "host", "--identity", HOST % number)
        self.assertEqual(made.code, 0, made.err)
        return self.ca.write("token", made.out)

    def bootstrap(self, folder, number):
        done = self.run_sdk("bootstrap", folder, self.ca.bootstrap_address, self.fingerprint, self.token_file(number))
        self.assertEqual(done.code, 0, done.err)
        return os.path.join(folder, "credential-bundle.pem")

    def read(self, path):
        with open(path, "rb") as file:
            return file.read()

    def test_it_is_formatted_and_vetted(self):
        self.assertEqual("", self.run_well("gofmt", "-l", ".", cwd=self.source))
        self.run_well("go", "vet", "./...", cwd=self.source)

    def test_its_waits(self):
        self.run_well("go", "test", ".", cwd=self.source)

    def test_each_is_a_file_to_copy(self):
        for name in ("fleetca.go", "follow.go"):
            self.assertLess(len(self.read(SDK / name).splitlines()), 300, name)

    def test_a_host_lives_from_its_token_on(self):
        folder = self.folder()
        bundle = self.bootstrap(folder, 1)
        before = self.read(bundle)
        self.assertEqual(os.stat(bundle).st_mode & 0o777, 0o600)
        self.assertEqual(sorted(os.listdir(folder)), ["credential-bundle.pem", "trust-bundle.pem"])
        self.assertIn((HOST % 1).encode(), fleet.openssl("x509", "-noout", "-text", stdin=before))
        renewed = self.run_sdk("renew", folder, self.ca.address)
        self.assertEqual(renewed.code, 0, renewed.err)
        after = self.read(bundle)
        self.assertNotEqual(fleet.serial_of(after), fleet.serial_of(before))
        key = fleet.openssl("pkey", stdin=before)
        self.assertEqual(fleet.openssl("pkey", stdin=after), key)
        refused = self.run_sdk("issue", folder, self.ca.address, "operator", "spiffe://%s/operator/eve" % fleet.DOMAIN)
        self.assertEqual((refused.code, refused.out), (1, b""))

    def test_another_fingerprint_gives_the_token_to_nobody(self):
        folder, token = self.folder(), self.token_file(2)
        refused = self.run_sdk("bootstrap", folder, self.ca.bootstrap_address, "00" * 32, token)
        self.assertEqual(refused.code, 1)
        self.assertIn("No token was sent", refused.err)
        self.assertEqual(os.listdir(folder), [])
        accepted = self.run_sdk("bootstrap", folder, self.ca.bootstrap_address, self.fingerprint, token)
        self.assertEqual(accepted.code, 0, accepted.err)

    def test_a_crash_before_the_answer_was_kept_costs_no_token(self):
        folder, token = self.folder(), self.token_file(5)
        bundle, request = (os.path.join(folder, name) for name in ("credential-bundle.pem", "bootstrap-request.pem"))
        asked = (self.ca.bootstrap_address, self.fingerprint, token)
        os.mkdir(bundle)  # the answer has no place
        self.assertEqual(self.run_sdk("bootstrap", folder, *asked).code, 1)
        self.assertEqual(os.stat(request).st_mode & 0o777, 0o600)
        kept = self.read(request)
        os.rmdir(bundle)
        accepted = self.run_sdk("bootstrap", folder, *asked)
        self.assertEqual(accepted.code, 0, accepted.err)
        self.assertEqual(fleet.openssl("pkey", stdin=self.read(bundle)), fleet.openssl("pkey", stdin=kept))
        self.assertEqual(sorted(os.listdir(folder)), ["credential-bundle.pem", "trust-bundle.pem"])

    def test_another_host_of_the_fleet_does_not_pass_for_the_ca(self):
        folder = self.folder()
        bundle = self.bootstrap(folder, 3)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(bundle)
        context.set_alpn_protocols(["h2"])
        with socket.create_server(("127.0.0.1", 0)) as listener:
            client = subprocess.Popen(
                [self.program, "renew", folder, "127.0.0.1:%d" % listener.getsockname()[1]], stderr=subprocess.PIPE)
            received = b""
            try:
                with context.wrap_socket(listener.accept()[0], server_side=True) as relay:
                    received = relay.recv(100)
            except OSError:
                pass
        client.kill()
        client.communicate()
        self.assertEqual(received, b"")

    def test_handshakes_follow_renewals_and_no_connection_is_dropped(self):
        folder = self.folder()
        bundle = self.bootstrap(folder, 4)
        first = self.read(bundle)
        server = subprocess.Popen([self.program, "serve", folder, self.ca.address], stdout=subprocess.PIPE)
        self.addCleanup(server.stdout.close)
        self.addCleanup(server.wait)
        self.addCleanup(server.kill)
        address = server.stdout.readline().decode().strip()
        name = "web-4.host." + fleet.DOMAIN
        before = self.run_sdk("ask", folder, address, name)
        self.assertEqual(before.code, 0, before.err)
        context = ssl.create_default_context(cafile=os.path.join(folder, "trust-bundle.pem"))
        context.load_cert_chain(bundle)
        host, port = address.rsplit(":", 1)
        with socket.create_connection((host, int(port))) as connection:
            with context.wrap_socket(connection, server_hostname=name) as tls:
                deadline = time.monotonic() + 55
                while self.read(bundle) == first:
                    self.assertLess(time.monotonic(), deadline)
                    time.sleep(0.2)
                after = self.run_sdk("ask", folder, address, name)
                self.assertEqual(after.code, 0, after.err)
                self.assertNotEqual(after.out, before.out)
                tls.sendall(b"still")
                self.assertEqual(tls.recv(5), b"still")
        wrong = self.run_sdk("ask", folder, address, "other.host." + fleet.DOMAIN)
        self.assertEqual(wrong.code, 1)


if __name__ == "__main__":
    unittest.main()
