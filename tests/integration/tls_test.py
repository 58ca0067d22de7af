"""Who may speak to the server, and how: Checklist 32, and the flood items of Checklist 37."""

import gzip
import os
import select
import socket
import ssl
import subprocess
import threading
import time
import unittest
import zlib

from tests.integration import fleet, http2

GOOD_SUITES = {"AES128-GCM-SHA256", "AES256-GCM-SHA384"}
HANDSHAKE_SECONDS = 10
IDLE_SOCKETS = 300
BOMB_BYTES = 64 << 20
BOMB_SENDERS = 4
BOMB_GROWTH_KIB = 32 << 10


def s_client(ca, *options):
    """What `openssl s_client` said, and whether the handshake was done."""
    result = fleet.run("openssl", "s_client", *ca.tls_client, "-alpn", "h2", "-brief", *options)
    return "CONNECTION ESTABLISHED" in result.err, result.err


def peak_kib(pid):
    """The most memory the process ever had (VmHWM)."""
    with open("/proc/%d/status" % pid, encoding="ascii") as status:
        return int(next(line for line in status if line.startswith("VmHWM")).split()[1])


class TlsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet())
        cls.roots = os.path.join(cls.ca.ca, "trust-bundle.pem")
        cls.admin = (os.path.join(cls.ca.ca, "admin.crt"), os.path.join(cls.ca.ca, "admin.key"))
        cls.key = fleet.make_key(cls.ca.path("client.key"), "p256")
        cls.csr = fleet.make_csr(cls.key)

    def connect(self, certificate=None, alpn=("h2",), timeout=20):
        context = http2.tls_context(self.roots, *(certificate or self.admin), alpn=alpn)
        return http2.Connection(self.ca.port, context, timeout)

    def get_bundle(self, connection):
        """The grpc-status of an ordinary call."""
        connection.open()
        return connection.call("GetTrustBundle", http2.grpc_message(b""))[0]

    def assert_refused(self, connect):
        """The connection ends without an answer, before or after the client's own handshake."""
        with self.assertRaises(OSError) as refused:
            with connect() as connection:
                self.get_bundle(connection)
        self.assertNotIsInstance(refused.exception, TimeoutError)

    def test_checklist32_the_tests_own_client_is_served(self):
        with self.connect() as connection:
            self.assertEqual(connection.socket.selected_alpn_protocol(), "h2")
            self.assertEqual(self.get_bundle(connection), http2.OK)

    def test_sessions_are_not_resumed(self):
        """After a call, when any ticket has come: none did, with either version of TLS."""
        for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
            context = http2.tls_context(self.roots, *self.admin)
            context.maximum_version = version
            with http2.Connection(self.ca.port, context, 20) as connection:
                self.assertEqual(self.get_bundle(connection), http2.OK)
                self.assertEqual(connection.socket.version(), version.name.replace("_", "."))
                session = connection.socket.session
                self.assertFalse(session is not None and session.has_ticket, version)

    def test_checklist32_only_tls_1_2_and_newer(self):
        for version in ("-tls1", "-tls1_1"):
            with self.subTest(version):
                done, said = s_client(self.ca, version, "-cipher", "DEFAULT@SECLEVEL=0")
                self.assertFalse(done, said)
                # The server ended it, and not openssl's own policy.
                self.assertNotIn("no protocols available", said)
                self.assertNotIn("no cipher", said)
        for version in ("-tls1_2", "-tls1_3"):
            with self.subTest(version):
                done, said = s_client(self.ca, version)
                self.assertTrue(done, said)

    def accepted_suites(self, ca):
        """Of all that openssl has for TLS 1.2, asked for one at a time."""
        everything = fleet.openssl("ciphers", "-tls1_2", "ALL:COMPLEMENTOFALL:@SECLEVEL=0")
        suites = [suite for suite in everything.decode().strip().split(":")
                  if not suite.startswith("TLS_") and "PSK" not in suite and "SRP" not in suite]
        for weak in ("AES128-SHA", "NULL-SHA256", "ADH-AES128-SHA", "ECDHE-ECDSA-AES128-SHA",
                     "ECDHE-RSA-AES256-SHA384", "ECDHE-ECDSA-NULL-SHA", "AES128-GCM-SHA256"):
            self.assertIn(weak, suites)
        return {suite for suite in suites
                if s_client(ca, "-tls1_2", "-cipher", suite + ":@SECLEVEL=0")[0]}

    def test_checklist32_only_forward_secret_authenticated_suites(self):
        self.assertEqual(self.accepted_suites(self.ca), {"ECDHE-ECDSA-" + s for s in GOOD_SUITES})

    def test_checklist32_only_forward_secret_authenticated_suites_with_an_rsa_key(self):
        with fleet.Fleet(start=False) as ca:
            key = fleet.make_key(os.path.join(ca.ca, "server.key"), "rsa2048")
            ca.sign_with_openssl(os.path.join(ca.ca, "server.crt"), fleet.make_csr(key),
                                 "extendedKeyUsage=serverAuth", names="DNS:localhost,IP:127.0.0.1")
            ca.start()
            self.assertEqual(self.accepted_suites(ca), {"ECDHE-RSA-" + s for s in GOOD_SUITES})

    def test_checklist32_without_alpn_nothing_is_served(self):
        self.assert_refused(lambda: self.connect(alpn=None))
        self.assert_refused(lambda: self.connect(alpn=("http/1.1",)))

    def test_checklist32_no_compression(self):
        said = fleet.run("openssl", "s_client", *self.ca.tls_client, "-alpn", "h2", "-tls1_2",
                         "-comp").out.decode(errors="replace")
        self.assertIn("ALPN protocol: h2", said)
        self.assertIn("Compression: NONE", said)

    def test_checklist32_a_client_may_not_renegotiate(self):
        client = subprocess.Popen(
            ["openssl", "s_client", *self.ca.tls_client, "-alpn", "h2", "-tls1_2"],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
        said = b""
        try:
            # Until the server's SETTINGS frame is there: in the middle of a handshake openssl would
            # stumble over it, and the server's own answer would not be seen.
            while http2.frame(http2.SETTINGS, 0, 0)[3:] not in said:
                more = client.stdout.read1()
                self.assertNotEqual(more, b"", said)
                said += more
            client.stdin.write(b"R\n")
            client.stdin.flush()
            rest = client.communicate(timeout=20)[0]
        finally:
            client.kill()
            client.wait()
        self.assertIn(b"RENEGOTIATING", rest)
        self.assertIn(b"no renegotiation", rest)
        self.assertNotEqual(client.returncode, 0)

    def test_checklist32_only_certificates_for_clients_of_this_ca(self):
        anonymous = http2.tls_context(self.roots)
        self.assert_refused(lambda: http2.Connection(self.ca.port, anonymous))
        with fleet.Fleet(start=False) as other:
            stranger = (os.path.join(other.ca, "admin.crt"), os.path.join(other.ca, "admin.key"))
            self.assert_refused(lambda: self.connect(stranger))
        forged = self.ca.path("forged.crt")
        for name, extensions, days, served in (
                ("as it should be", "extendedKeyUsage=clientAuth", 1, True),
                ("for servers", "extendedKeyUsage=serverAuth", 1, False),
                ("for code", "extendedKeyUsage=codeSigning", 1, False),
                ("no signing", "extendedKeyUsage=clientAuth\nkeyUsage=critical,cRLSign", 1, False),
                ("expired", "extendedKeyUsage=clientAuth", 0, False)):
            with self.subTest(name):
                self.ca.sign_with_openssl(forged, self.csr, extensions, days)
                if days == 0:
                    time.sleep(1.1)
                if served:
                    with self.connect((forged, self.key)) as connection:
                        self.assertEqual(self.get_bundle(connection), http2.OK)
                else:
                    self.assert_refused(lambda: self.connect((forged, self.key)))

    def test_checklist37_compressed_messages_are_refused_before_they_inflate(self):
        encodings = {"gzip": gzip.compress, "deflate": zlib.compress}
        for name, compress in encodings.items():
            with self.subTest(name), self.connect() as connection:
                connection.open()
                message = http2.grpc_message(compress(b""), compressed=True)
                status, _ = connection.call("GetTrustBundle", message, [("grpc-encoding", name)])
                self.assertEqual(status, http2.UNIMPLEMENTED)
        # Said to be as it is, and compressed all the same.
        with self.connect() as connection:
            connection.open()
            status, data = connection.call("GetTrustBundle",
                                           http2.grpc_message(gzip.compress(b""), compressed=True))
            self.assertEqual((status, data), (http2.INVALID_ARGUMENT, b""))

    def test_checklist37_a_gzip_bomb_costs_no_memory(self):
        bomb = http2.grpc_message(gzip.compress(bytes(BOMB_BYTES), 9), compressed=True)
        before = peak_kib(self.ca.process.pid)
        statuses = []

        def send():
            with self.connect() as connection:
                connection.open()
                for method in ("IssueCertificate", "BatchIssueCertificates"):
                    try:
                        statuses.append(connection.call(method, bomb, [("grpc-encoding", "gzip")])[0])
                    except OSError as error:
                        statuses.append(error)
                        return

        senders = [threading.Thread(target=send) for _ in range(BOMB_SENDERS)]
        for sender in senders:
            sender.start()
        for sender in senders:
            sender.join()
        self.assertGreaterEqual(len(statuses), BOMB_SENDERS)
        self.assertNotIn(http2.OK, statuses)
        self.assertIn(http2.UNIMPLEMENTED, statuses)
        self.assertLess(peak_kib(self.ca.process.pid) - before, BOMB_GROWTH_KIB)

    def test_checklist37_sockets_that_say_nothing_hinder_no_one_and_are_closed(self):
        idle = [socket.create_connection(("127.0.0.1", self.ca.port)) for _ in range(IDLE_SOCKETS)]
        started = time.monotonic()
        try:
            with self.connect() as connection:
                self.assertEqual(self.get_bundle(connection), http2.OK)
            self.assertLess(time.monotonic() - started, 1)
            still_open = set(idle)
            deadline = started + 2 * HANDSHAKE_SECONDS
            while still_open and time.monotonic() < deadline:
                for one in select.select(list(still_open), [], [], 0.5)[0]:
                    try:
                        self.assertEqual(one.recv(1), b"")
                    except ConnectionResetError:
                        pass
                    still_open.remove(one)
            self.assertEqual(len(still_open), 0)
        finally:
            for one in idle:
                one.close()


if __name__ == "__main__":
    unittest.main()
