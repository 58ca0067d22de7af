"""A client that cuts its calls off: every RPC shape, every way to break off, at moments by chance.

All that happens is drawn from one seed. What the server makes of it meanwhile is not, so a seed gives
the same calls again, not the same race.
"""

import collections
import random
import select
import socket
import ssl
import struct
import threading
import time

from tests.integration import http2

CA = "/fleetca.v1.CertificateAuthorityService/"
TOKENS = "/fleetca.v1.JoinTokenService/"
STATISTICS = "/fleetca.v1.StatisticsService/"
HEALTH = "/grpc.health.v1.Health/"
CANCEL = 8  # HTTP/2's error code

# How a call ends; "whole" is the one that does not break off.
FATES = ("whole", "cancel", "cancel", "cancel on answer", "cancel on answer", "half a message",
         "half a message, ended", "deadline", "garbage", "left open")


def varint(number):
    octets = bytearray()
    while number > 127:
        octets.append(number & 127 | 128)
        number >>= 7
    octets.append(number)
    return bytes(octets)


def field(number, contents):
    """A length-delimited field of a protobuf message."""
    if isinstance(contents, str):
        contents = contents.encode()
    return varint(number << 3 | 2) + varint(len(contents)) + contents


def number_field(number, value):
    return varint(number << 3) + varint(value)


class Requests:
    """The messages of every method, for one identity."""

    def __init__(self, csr_der, identity):
        self.issue = field(1, csr_der) + field(3, "service") + field(7, identity)
        self.identity = identity

    def streamed(self, number):
        return number_field(1, number) + field(2, self.issue)

    def of_method(self, path, rng):
        """The messages of one call."""
        serial = field(1, b"\x01" + rng.randbytes(19))
        return {
            CA + "IssueCertificate": lambda: [self.issue],
            CA + "BatchIssueCertificates":
                lambda: [field(1, self.issue) * rng.choice((1, 3, 20))],
            CA + "StreamIssueCertificates":
                lambda: [self.streamed(i) for i in range(rng.choice((1, 5, 30)))],
            CA + "GetCertificate": lambda: [serial],
            CA + "GetTrustBundle": lambda: [b""],
            TOKENS + "CreateJoinTokens":
                lambda: [field(1, self.identity) + field(2, "service")],
            TOKENS + "ListJoinTokens": lambda: [b""],
            TOKENS + "RevokeJoinTokens": lambda: [field(1, "0123456789abcdef")],
            STATISTICS + "GetStatistics": lambda: [b""],
            HEALTH + "Check": lambda: [b""],
            HEALTH + "Watch": lambda: [b""],
        }[path]()


ISSUING_PORT = (CA + "IssueCertificate", CA + "IssueCertificate", CA + "BatchIssueCertificates",
                CA + "BatchIssueCertificates", CA + "StreamIssueCertificates",
                CA + "StreamIssueCertificates", CA + "StreamIssueCertificates",
                CA + "GetCertificate", CA + "GetTrustBundle", TOKENS + "CreateJoinTokens",
                TOKENS + "ListJoinTokens", TOKENS + "RevokeJoinTokens",
                STATISTICS + "GetStatistics", HEALTH + "Check", HEALTH + "Watch")
BOOTSTRAP_PORT = (CA + "IssueCertificate", CA + "IssueCertificate", CA + "GetTrustBundle",
                  CA + "StreamIssueCertificates", HEALTH + "Check")


class Door:
    """A port with what is shown there. `headers`: of every call."""

    def __init__(self, port, context, methods, headers=()):
        self.port = port
        self.context = context
        self.methods = methods
        self.headers = headers


class Call:
    """One call as the frames still to be sent."""

    def __init__(self, rng, path, messages, headers):
        self.path = path
        self.fate = rng.choice(FATES)
        self.stream = None
        self.sent_all = self.answered = self.over = False
        more = list(headers)
        if self.fate == "deadline":
            more.append(("grpc-timeout", "%dm" % rng.choice((1, 1, 2, 5, 20))))  # milliseconds
        self.headers = http2.header_block(
            [(":method", "POST"), (":scheme", "https"), (":path", path),
             (":authority", "localhost"), ("te", "trailers"),
             ("content-type", "application/grpc"), *more])
        body = b"".join(http2.grpc_message(message) for message in messages)
        if self.fate == "garbage":
            body = http2.grpc_message(rng.randbytes(rng.randrange(1, 200)))
        elif self.fate.startswith("half a message"):
            body = body[:rng.randrange(1, max(2, len(body)))]
        self.body = body
        self.ends = self.fate not in ("half a message", "left open") and (
            not path.endswith("StreamIssueCertificates") or rng.random() < 0.5)

    def next_frame(self, rng, stream):
        """The next octets to send; the first ones open the stream `stream`."""
        if self.stream is None:
            self.stream = stream
            return http2.frame(http2.HEADERS, http2.END_HEADERS, stream, self.headers)
        size = min(len(self.body), http2.MAX_FRAME, rng.choice((7, 300, 4096, http2.MAX_FRAME)))
        piece, self.body = self.body[:size], self.body[size:]
        self.sent_all = not self.body
        end = http2.END_STREAM if self.sent_all and self.ends else 0
        return http2.frame(http2.DATA, end, self.stream, piece)

    def reset(self):
        self.over = True
        return http2.frame(http2.RST_STREAM, 0, self.stream, struct.pack(">I", CANCEL))


class RudeClient(threading.Thread):
    """Until `stop` is set: a connection, calls on it at once, and an end for each and for it."""

    def __init__(self, seed, doors, requests, stop):
        super().__init__(daemon=True)
        self.rng = random.Random(seed)
        self.doors = doors
        self.requests = requests
        self.stop = stop
        self.counts = collections.Counter()
        self.failure = None

    def run(self):
        try:
            while not self.stop.is_set():
                try:
                    self.one_connection(self.rng.choice(self.doors))
                except OSError:
                    # Refused, reset, or closed in the middle: the server is stopping, or has had
                    # enough of this.
                    self.counts["connections that the server ended"] += 1
                    time.sleep(0.005)
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error
            raise

    def one_connection(self, door):
        if self.rng.random() < 0.05:
            self.half_a_handshake(door)
            return
        with http2.Connection(door.port, door.context) as connection:
            self.counts["connections"] += 1
            connection.open()
            calls = [self.new_call(door) for _ in range(self.rng.randrange(1, 10))]
            self.send_and_read(connection, calls)
            self.leave(connection, calls)

    def new_call(self, door):
        path = self.rng.choice(door.methods)
        self.counts[path] += 1
        return Call(self.rng, path, self.requests.of_method(path, self.rng), door.headers)

    def send_and_read(self, connection, calls):
        """All calls' frames, mixed, with pauses in which answers are read."""
        next_stream = 1
        window = http2.FIRST_WINDOW  # the connection's, which no one here makes larger
        ends = time.monotonic() + self.rng.choice((0.0, 0.02, 0.1, 0.4))
        while not self.stop.is_set():
            open_calls = [call for call in calls if not call.over]
            to_send = [call for call in open_calls if not call.sent_all]
            if not open_calls or (not to_send and time.monotonic() > ends):
                return
            if to_send:
                call = self.rng.choice(to_send)
                octets = call.next_frame(self.rng, next_stream)
                if call.stream == next_stream:
                    next_stream += 2
                window -= len(octets)
                if window < 0:
                    return
                connection.send(octets)
            if not to_send or self.rng.random() < 0.3:
                self.read_for(connection, self.rng.choice((0, 0, 0.001, 0.004)), calls)
            for call in open_calls:
                if call.fate == "cancel" and call.stream is not None and self.rng.random() < 0.1:
                    self.counts["cancelled"] += 1
                    connection.send(call.reset())

    def read_for(self, connection, seconds, calls):
        """What has come, and what comes within the time."""
        while self.has_more(connection, seconds):
            kind, flags, stream, _ = connection.read_frame()
            for call in calls:
                if call.stream != stream or call.over:
                    continue
                if kind == http2.DATA:
                    self.counts["answers"] += 1
                    if call.fate == "cancel on answer":
                        self.counts["cancelled on answer"] += 1
                        connection.send(call.reset())
                if kind == http2.RST_STREAM or flags & http2.END_STREAM and kind in (
                        http2.HEADERS, http2.DATA):
                    self.counts["ended by the server"] += 1
                    call.over = True

    @staticmethod
    def has_more(connection, seconds):
        if len(connection.buffer) >= 9 or connection.socket.pending():
            return True
        return bool(select.select([connection.socket], [], [], seconds)[0])

    def leave(self, connection, calls):
        """The connection's end."""
        way = self.rng.choice(("close", "reset", "reset", "goaway", "half a frame", "cancel all"))
        self.counts["left by " + way] += 1
        if way == "cancel all":
            for call in calls:
                if call.stream is not None and not call.over:
                    connection.send(call.reset())
        elif way == "goaway":
            connection.send(http2.frame(http2.GOAWAY, 0, 0, struct.pack(">II", 0, 0)))
        elif way == "half a frame":
            connection.send(http2.frame(http2.DATA, 0, 1, bytes(100))[:self.rng.randrange(1, 100)])
        if way in ("reset", "half a frame"):
            reset_on_close(connection.socket)

    def half_a_handshake(self, door):
        self.counts["half handshakes"] += 1
        incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
        tls = door.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
        try:
            tls.do_handshake()
        except ssl.SSLWantReadError:
            pass
        hello = outgoing.read()
        with socket.create_connection(("127.0.0.1", door.port), timeout=20) as plain:
            plain.sendall(hello[:self.rng.randrange(1, len(hello) + 1)])
            time.sleep(self.rng.choice((0, 0.001, 0.01)))
            if self.rng.random() < 0.5:
                reset_on_close(plain)


def reset_on_close(connected):
    """Close will send RST instead of FIN, whatever is still in the buffers."""
    connected.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
