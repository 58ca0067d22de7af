"""The limits of connections, streams, messages and metadata: at each of them, and one past it."""

import os
import re
import resource
import socket
import time
import unittest

from tests.integration import fleet, http2, processes

# Of service/net/channel_arguments.
MAX_METADATA = 24 << 10
MAX_STREAMS = 100
# Of the configuration below.
MAX_CONNECTIONS_PER_CALLER = 8
MAX_MESSAGE = 20000
# Others notice nothing: a call takes so long at most on a busy machine.
CALL_SECONDS = 5
IDLE = 500
RESOURCE_EXHAUSTED = 8
# The sentence of a message that is refused for its size.
TOO_LARGE = b"bytes; send at most"


class LimitsTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 16), hard))
        cls.addClassCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
        cls.ca = cls.enterClassContext(fleet.Fleet(bootstrap=True, config=lambda text: text + (
            "\nlimits {\n  max_message_bytes: %d\n  max_connections_per_caller: %d\n}\n" %
            (MAX_MESSAGE, MAX_CONNECTIONS_PER_CALLER))))
        cls.roots = os.path.join(cls.ca.ca, "trust-bundle.pem")
        cls.csr = fleet.make_csr(fleet.make_key(cls.ca.path("web.key"), "p256"))

    def connect(self, timeout=20):
        """To the issuing port, as the administrator."""
        context = http2.tls_context(self.roots, os.path.join(self.ca.ca, "admin.crt"),
                                    os.path.join(self.ca.ca, "admin.key"))
        connection = self.enterContext(http2.Connection(self.ca.port, context, timeout))
        connection.open()
        return connection

    def connect_bootstrap(self, timeout=20):
        connection = self.enterContext(http2.Connection(
            self.ca.bootstrap_port, http2.tls_context(self.roots), timeout))
        connection.open()
        return connection

    def bundle(self, connection, more_headers=()):
        return connection.call("GetTrustBundle", http2.grpc_message(b""), more_headers)[0]

    def assert_others_are_served(self):
        began = time.monotonic()
        issued = self.ca.issue(self.csr)
        self.assertEqual(issued.code, 0, issued.err)
        self.assertEqual(self.bundle(self.connect_bootstrap()), http2.OK)
        self.assertLess(time.monotonic() - began, 2 * CALL_SECONDS)

    # Metadata.

    def padding(self, size):
        """Metadata with which that of a call counts `size`: names, values, and 32 for each."""
        plain = http2.grpc_header_pairs("GetTrustBundle")
        counted = sum(len(name) + len(value) + 32 for name, value in plain)
        return [("x-padding", "x" * (size - counted - len("x-padding") - 32))]

    def check_metadata(self, connect):
        connection = connect()
        # The limit is a setting (RFC 9113, 6.5.3), which holds once the client has confirmed it.
        self.assertEqual(self.bundle(connection), http2.OK)
        self.assertEqual(self.bundle(connection, self.padding(MAX_METADATA)), http2.OK)
        self.assertEqual(self.bundle(connection, self.padding(MAX_METADATA + 1)),
                         RESOURCE_EXHAUSTED)
        # gRPC ends this connection as well, and no other.
        self.assertEqual(self.bundle(connect()), http2.OK)

    def test_checklist43_metadata_of_the_limit_and_one_octet_more(self):
        self.check_metadata(self.connect)

    def test_checklist37_metadata_of_a_stranger(self):
        self.check_metadata(self.connect_bootstrap)

    # Connections.

    def test_checklist43_connections_of_a_caller(self):
        open_ones = [self.connect() for _ in range(MAX_CONNECTIONS_PER_CALLER)]
        for connection in open_ones:
            self.assertEqual(self.bundle(connection), http2.OK)
        # Whose a connection is, its first call says.
        one_more = self.connect()
        with self.assertRaises(OSError):
            deadline = time.monotonic() + 20
            while time.monotonic() < deadline:
                self.bundle(one_more)
                time.sleep(0.05)
        for connection in open_ones:
            self.assertEqual(self.bundle(connection), http2.OK)
        self.assertIn("max_connections_per_caller", self.ca.log())
        for connection in open_ones:
            connection.socket.close()

        def place_is_free():
            try:
                connection = self.connect()
                self.bundle(connection)
                time.sleep(0.3)
                return self.bundle(connection) == http2.OK
            except OSError:
                return False

        self.assertTrue(processes.wait_until(place_is_free, 20))

    def check_idle_sockets(self, port):
        idle = []
        for _ in range(IDLE):
            idle.append(self.enterContext(socket.create_connection(("127.0.0.1", port))))
        self.assert_others_are_served()
        for one in idle:
            one.close()
        self.assert_others_are_served()

    def test_checklist37_idle_sockets_at_the_issuing_port(self):
        self.check_idle_sockets(self.ca.port)

    def test_checklist37_idle_sockets_at_the_bootstrap_port(self):
        self.check_idle_sockets(self.ca.bootstrap_port)

    # Messages.

    def issue_message(self, size):
        """An IssueCertificateRequest of so many octets, whose CSR is none."""
        # Tag and a length of three octets.
        octets = size - 4
        length = bytes([octets & 0x7f | 0x80, octets >> 7 & 0x7f | 0x80, octets >> 14])
        return http2.grpc_message(b"\x0a" + length + b"x" * octets)

    def test_checklist43_a_message_of_the_limit_and_one_octet_more(self):
        connection = self.connect()
        status, _ = connection.call("IssueCertificate", self.issue_message(MAX_MESSAGE))
        self.assertEqual(status, http2.INVALID_ARGUMENT)
        self.assertNotIn(TOO_LARGE, connection.trailers)
        status, _ = connection.call("IssueCertificate", self.issue_message(MAX_MESSAGE + 1))
        self.assertEqual(status, http2.INVALID_ARGUMENT)
        self.assertIn(TOO_LARGE, connection.trailers)
        self.assertEqual(self.bundle(connection), http2.OK)

    def test_checklist37_a_message_of_a_stranger(self):
        """Its limit is what the largest CSR needs: twice 8,192 octets and 4,096."""
        connection = self.connect_bootstrap()
        limit = min(MAX_MESSAGE, 2 * 8192 + 4096)
        headers = [("authorization", "Bearer fjt_none")]
        connection.call("IssueCertificate", self.issue_message(limit), headers)
        self.assertNotIn(TOO_LARGE, connection.trailers)
        status, _ = connection.call("IssueCertificate", self.issue_message(limit + 1), headers)
        self.assertEqual(status, http2.INVALID_ARGUMENT)
        self.assertIn(TOO_LARGE, connection.trailers)

    # Streams.

    def test_checklist43_streams_of_a_connection(self):
        bystander = self.connect()
        connection = self.connect()
        self.assertEqual(self.bundle(connection), http2.OK)  # its settings are known to both
        self.assertEqual(connection.settings[http2.SETTINGS_MAX_CONCURRENT_STREAMS], MAX_STREAMS)
        first = connection.next_stream
        message = http2.grpc_message(b"")
        for _ in range(MAX_STREAMS):
            connection.begin("GetTrustBundle", message[:3])
        # All of them are there: each is answered when the rest of its message comes.
        answered = set()
        for stream in range(first, connection.next_stream, 2):
            connection.send(http2.frame(http2.DATA, http2.END_STREAM, stream, message[3:]))
        while len(answered) < MAX_STREAMS:
            kind, flags, stream, payload = connection.read_frame()
            if kind == http2.HEADERS and flags & http2.END_STREAM:
                self.assertTrue(re.search(rb"grpc-status\x010", payload), payload)
                answered.add(stream)
        for _ in range(MAX_STREAMS + 1):
            connection.begin("GetTrustBundle", message[:3])
        with self.assertRaises(OSError):
            while True:
                kind, _, stream, payload = connection.read_frame()
                self.assertNotEqual((kind, payload), (http2.HEADERS, b""))
        self.assertEqual(self.bundle(bystander), http2.OK)
        self.assert_others_are_served()


if __name__ == "__main__":
    unittest.main()
