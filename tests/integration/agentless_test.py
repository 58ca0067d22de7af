"""examples/agentless: a service renews its own certificate, and an open stream goes on."""

import os
import socket
import ssl
import subprocess
import time
import unittest

import grpc
from cryptography import x509
from tests.integration import fleet

SERVER = fleet.runfile("TICKER_SERVER", "examples/agentless/ticker_server")
NAME = "ticker.host." + fleet.DOMAIN
IDENTITY = "spiffe://%s/host/ticker" % fleet.DOMAIN


def serial_of_tick(tick):
    """Tick.serial: the first field of the message."""
    assert tick[0] == 1 << 3 | 2
    return tick[2:2 + tick[1]].decode()


class AgentlessTest(unittest.TestCase):

    def setUp(self):
        self.ca = self.enterContext(fleet.Fleet(bootstrap=True, policy=fleet.with_minute_lives))
        self.root = os.path.join(self.ca.ca, "trust-bundle.pem")
        self.state = self.ca.path("state")
        os.mkdir(self.state, 0o700)
        self.process = None
        self.addCleanup(self.stop)

    def stop(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process.stdout.close()
            self.process = None

    def start(self, token_file, fingerprint=None):
        """The port; None where the server says why it does not start, in self.said."""
        fingerprint = fingerprint or fleet.fleetca("bundle", "fingerprint", self.root).out.decode().strip()
        with open(self.ca.path("ticker.log"), "ab") as log:
            self.process = subprocess.Popen(
                [SERVER, "127.0.0.1:0", self.ca.address, self.ca.bootstrap_address, fingerprint, token_file,
                 self.state], stdout=subprocess.PIPE, stderr=log)
        line = self.process.stdout.readline().decode()
        if not line:
            return None
        return int(line.split()[-1])

    def said(self):
        return self.ca.read("ticker.log").decode(errors="replace")

    def token_file(self):
        made = self.ca.at_server("token", "create", "--profile", "host", "--identity", IDENTITY)
        self.assertEqual(made.code, 0, made.err)
        path = self.ca.write("ticker.token", made.out)
        os.chmod(path, 0o600)
        return path

    def caller(self):
        """The certificate, with its chain, and the key of a service, as paths."""
        certificate, key = self.ca.path("caller.crt"), self.ca.path("caller.key")
        made = self.ca.at_server("cert", "issue", "--profile", "service", "--identity",
                                 "spiffe://%s/svc/caller" % fleet.DOMAIN, "--new-key", "p256", "--key-out", key,
                                 "--chain", "--out", certificate)
        self.assertEqual(made.code, 0, made.err)
        return certificate, key

    def shown_to_the_next(self, port, caller):
        context = ssl.create_default_context(cafile=self.root)
        context.load_cert_chain(*caller)
        context.set_alpn_protocols(["h2"])
        with socket.create_connection(("127.0.0.1", port), timeout=10) as connection:
            with context.wrap_socket(connection, server_hostname=NAME) as tls:
                certificate = x509.load_der_x509_certificate(tls.getpeercert(binary_form=True))
        return "%040x" % certificate.serial_number

    def test_it_renews_and_no_stream_is_dropped(self):
        port = self.start(self.token_file())
        self.assertIsNotNone(port, self.said())
        caller = self.caller()
        with open(caller[0], "rb") as certificate, open(caller[1], "rb") as key, open(self.root, "rb") as root:
            credentials = grpc.ssl_channel_credentials(root.read(), key.read(), certificate.read())
        options = [("grpc.ssl_target_name_override", NAME), ("grpc.enable_http_proxy", 0)]
        channel = self.enterContext(grpc.secure_channel("127.0.0.1:%d" % port, credentials, options))
        ticks = channel.unary_stream("/ticker.v1.TickerService/Watch")(b"", timeout=120)
        first = serial_of_tick(next(ticks))
        self.assertEqual(self.shown_to_the_next(port, caller), first)
        held = next(serial for serial in map(serial_of_tick, ticks) if serial != first)
        deadline = time.monotonic() + 15
        while self.shown_to_the_next(port, caller) != held:
            self.assertLess(time.monotonic(), deadline, "it holds a new certificate and shows the old one")
            time.sleep(0.2)
        self.assertEqual(serial_of_tick(next(ticks)), held)
        ticks.cancel()

        # A start goes on with what was kept: the token is used, and its file is gone.
        self.stop()
        os.remove(self.ca.path("ticker.token"))
        port = self.start(self.ca.path("ticker.token"))
        self.assertIsNotNone(port, self.said())
        self.assertEqual(self.shown_to_the_next(port, caller), held)

    def test_who_has_no_certificate_is_not_let_in(self):
        port = self.start(self.token_file())
        self.assertIsNotNone(port, self.said())
        with open(self.root, "rb") as root:
            credentials = grpc.ssl_channel_credentials(root.read())
        options = [("grpc.ssl_target_name_override", NAME), ("grpc.enable_http_proxy", 0)]
        with grpc.secure_channel("127.0.0.1:%d" % port, credentials, options) as channel:
            with self.assertRaises(grpc.RpcError):
                next(channel.unary_stream("/ticker.v1.TickerService/Watch")(b"", timeout=10))


if __name__ == "__main__":
    unittest.main()
