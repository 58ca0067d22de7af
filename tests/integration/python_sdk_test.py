"""The client for Python against the real server: certificates, contexts that follow renewals, and who is not told."""

import errno
import hashlib
import json
import os
import socket
import ssl
import tempfile
import threading
import time
import unittest
from unittest import mock

os.environ.setdefault("FLEETCA_API", os.path.abspath("client/sdk/python/fleetca_api.binpb"))

from client.sdk.python import fleetca_client as sdk
from cryptography import x509
from tests.integration import fleet

HOST = "spiffe://%s/host/web-%%d" % fleet.DOMAIN
SOURCE = "client/sdk/python/fleetca_client.py"


class Served:
    """A TLS server of one context; says the serial number that a client sees."""

    def __init__(self, context):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.context, self.received = context, []
        threading.Thread(target=self.serve, daemon=True).start()

    def serve(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self.answer, args=(connection,), daemon=True).start()

    def answer(self, connection):
        try:
            with self.context.wrap_socket(connection, server_side=True) as tls:
                while octets := tls.recv(100):
                    self.received.append(octets)
                    tls.sendall(octets)
        except OSError:
            pass

    @property
    def address(self):
        return "127.0.0.1:%d" % self.listener.getsockname()[1]

    def connect(self, context, name):
        connection = socket.create_connection(self.listener.getsockname(), timeout=10)
        return context.wrap_socket(connection, server_hostname=name)


def serial(tls):
    return x509.load_der_x509_certificate(tls.getpeercert(binary_form=True)).serial_number


def echo(tls):
    tls.sendall(b"hello")
    return tls.recv(100)


class PythonSdkCase(unittest.TestCase):
    policy = None

    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet(bootstrap=True, policy=cls.policy))
        root = fleet.openssl("x509", "-in", os.path.join(cls.ca.ca, "root-ca.crt"), "-outform", "DER")
        cls.fingerprint = hashlib.sha256(root).hexdigest()

    def token_file(self, identity):
        made = self.ca.at_server("token", "create", "--profile", "host", "--identity", identity)
        self.assertEqual(made.code, 0, made.err)
        return self.ca.write("token", made.out)

    def issued(self):
        """How many certificates the server has issued."""
        read = self.ca.at_server("stats", "-o", "json")
        self.assertEqual(read.code, 0, read.err)
        return int(json.loads(read.out)["issued"])

    def files(self):
        folder = self.ca.path(self.id().rsplit(".", 1)[-1])
        os.mkdir(folder)
        return sdk.Files(folder)

    def bootstrap(self, files, number, token_file=None, fingerprint=None):
        sdk.bootstrap(files, self.ca.bootstrap_address, fleet.DOMAIN, fingerprint or self.fingerprint,
                      token_file or self.token_file(HOST % number), deadline=20)
        return sdk.Client(self.ca.address, fleet.DOMAIN, files)


class PythonSdkTest(PythonSdkCase):

    def test_a_host_lives_from_its_token_on(self):
        files = self.files()
        client = self.bootstrap(files, 1)
        self.assertEqual(os.stat(files.credential).st_mode & 0o777, 0o600)
        names = sorted(os.listdir(os.path.dirname(files.roots)))
        self.assertEqual(names, ["credential-bundle.pem", "trust-bundle.pem"])
        key, certificates, _ = files.read()
        self.assertIn((HOST % 1).encode(), fleet.openssl("x509", "-noout", "-text", stdin=certificates))
        self.assertIn(b": OK", fleet.openssl("verify", "-x509_strict", "-CAfile", files.roots, "-untrusted",
                                             files.credential, files.credential))
        self.assertGreater(client.renewal_info().window_start.seconds, time.time())
        client.renew()
        self.assertEqual(files.read()[0], key)
        self.assertNotEqual(fleet.serial_of(files.read()[1]), fleet.serial_of(certificates))
        self.assertFalse(client.refresh_roots())
        with self.assertRaises(sdk.CaError) as refused:
            client.issue("operator", "spiffe://%s/operator/eve" % fleet.DOMAIN)
        self.assertNotEqual(refused.exception.reason, "")

    def test_another_fingerprint_gives_the_token_to_nobody(self):
        token = self.token_file(HOST % 2)
        files = self.files()
        with self.assertRaisesRegex(sdk.CaError, "No token was sent"):
            self.bootstrap(files, 2, token, "00" * 32)
        self.assertFalse(os.path.exists(files.credential))
        self.bootstrap(files, 2, token)  # it was not used

    def test_a_crash_before_the_answer_was_kept_costs_no_token(self):
        files, token = self.files(), self.token_file(HOST % 7)
        with mock.patch.object(sdk, "_issued", side_effect=KeyboardInterrupt), self.assertRaises(KeyboardInterrupt):
            self.bootstrap(files, 7, token)
        self.assertFalse(os.path.exists(files.credential))
        self.assertEqual(os.stat(files.request).st_mode & 0o777, 0o600)
        issued = self.issued()
        self.bootstrap(files, 7, token)
        self.assertEqual(self.issued(), issued)
        self.assertFalse(os.path.exists(files.request))
        self.assertIn((HOST % 7).encode(), fleet.openssl("x509", "-noout", "-text", stdin=files.read()[1]))

    def test_a_request_id_that_gets_no_answer_any_more_is_given_up(self):
        files, token = self.files(), self.token_file(HOST % 8)
        call = sdk._Port.call

        def refuse(port, method, *arguments, **fields):
            if method == "IssueCertificate":
                raise sdk.CaError("it was another CSR", reason="REQUEST_ID_REUSED")
            return call(port, method, *arguments, **fields)

        with mock.patch.object(sdk._Port, "call", refuse), self.assertRaisesRegex(sdk.CaError, "another CSR"):
            self.bootstrap(files, 8, token)
        self.assertFalse(os.path.exists(files.request))
        self.bootstrap(files, 8, token)

    def test_a_token_that_nobody_made_is_refused_with_its_reason(self):
        with self.assertRaises(sdk.CaError) as refused:
            self.bootstrap(self.files(), 3, self.ca.write("wrong", b"fcj_" + b"A" * 43))
        self.assertEqual(refused.exception.reason, "CALLER_UNKNOWN")
        self.assertNotIn("fcj_", str(refused.exception))

    def test_another_host_of_the_fleet_does_not_pass_for_the_ca(self):
        files = self.files()
        self.bootstrap(files, 4)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.credential)
        context.set_alpn_protocols(["h2"])
        relay = Served(context)
        self.addCleanup(relay.listener.close)
        for name, hears in ((sdk.SERVER % fleet.DOMAIN, False), ("[%s]" % (HOST % 4), True)):
            with self.assertRaisesRegex(sdk.CaError, "is not the CA"):
                sdk._Port(relay.address, name, files.read()[2]).call(
                    "GetTrustBundle", deadline=1, token="fcj_secret")
            self.assertEqual(relay.received != [], hears)

    def test_a_server_that_is_away_is_named(self):
        files = self.files()
        self.bootstrap(files, 5)
        before = time.monotonic()
        with self.assertRaisesRegex(sdk.CaError, "127.0.0.1:1 was not reached"):
            sdk._Port("127.0.0.1:1", sdk.SERVER % fleet.DOMAIN, files.read()[2]).call(
                "GetTrustBundle", deadline=1)
        self.assertLess(time.monotonic() - before, 5)

    def test_it_is_a_file_to_copy(self):
        with open(SOURCE, encoding="utf-8") as file:
            self.assertLess(len(file.readlines()), 300)


class LoopTest(unittest.TestCase):

    def test_no_error_ends_the_renewals(self):
        asked, again = [], threading.Event()

        class Broken:
            def renewal_info(self):
                asked.append(1)
                if len(asked) > 1:
                    again.set()
                raise KeyError("of somebody else")

        renewer = sdk.Renewer(Broken())
        self.addCleanup(renewer.close)
        self.assertTrue(again.wait(20))
        self.assertIsInstance(renewer.last_error, KeyError)

    def test_a_ca_that_is_away_for_days_does_not_end_them_either(self):
        class Away:
            def renewal_info(self):
                raise sdk.CaError("the CA was not reached")

        renewer = sdk.Renewer(Away())
        self.addCleanup(renewer.close)
        waits = [renewer.step() for _ in range(3000)]
        self.assertLessEqual(max(waits), 60)
        self.assertGreaterEqual(min(waits[10:]), 30)

    def test_a_disk_that_is_full_leaves_the_files_as_they_were(self):
        with tempfile.TemporaryDirectory() as folder:
            path = os.path.join(folder, "credential-bundle.pem")
            sdk._write(path, b"old", 0o600)
            with mock.patch.object(sdk.os, "fsync", side_effect=OSError(errno.ENOSPC, "No space left on device")):
                for _ in range(3):
                    self.assertRaises(OSError, sdk._write, path, b"new", 0o600)
            self.assertEqual(os.listdir(folder), ["credential-bundle.pem"])
            with open(path, "rb") as file:
                self.assertEqual(file.read(), b"old")

    def test_no_error_of_who_is_called_ends_the_watching(self):
        versions, called, again = iter(range(1000)), [], threading.Event()

        class Changing:
            def version(self):
                return next(versions)

        def on_change():
            called.append(1)
            if len(called) > 1:
                again.set()
            raise KeyError("of the caller")

        watcher = sdk.Watcher(Changing(), on_change, seconds=0.01)
        self.addCleanup(watcher.close)
        self.assertTrue(again.wait(20))


class FollowingTest(PythonSdkCase):
    policy = staticmethod(fleet.with_minute_lives)

    def test_contexts_follow_renewals_and_drop_no_connection(self):
        files = self.files()
        client = self.bootstrap(files, 6)
        server, own = sdk.ssl_context(files, server_side=True), sdk.ssl_context(files)
        served = Served(server)
        self.addCleanup(served.listener.close)
        name = "web-6.host." + fleet.DOMAIN
        before = served.connect(own, name)
        self.addCleanup(before.close)
        self.assertEqual(echo(before), b"hello")
        renewed = threading.Event()
        renewer = sdk.Renewer(client, on_renewed=renewed.set)
        self.addCleanup(renewer.close)
        self.assertTrue(renewed.wait(55), renewer.last_error)
        deadline = time.monotonic() + 10
        while True:
            with served.connect(own, name) as after:
                self.assertEqual(echo(after), b"hello")
                if serial(after) != serial(before):
                    break
            self.assertLess(time.monotonic(), deadline)
            time.sleep(0.2)
        self.assertEqual(echo(before), b"hello")
        self.assertIsNone(renewer.last_error)


if __name__ == "__main__":
    unittest.main()
