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
REVOCATION = "/fleetca.v1.RevocationService/"
RENEWAL = "/fleetca.v1.RenewalService/"
STATISTICS = "/fleetca.v1.StatisticsService/"
HEALTH = "/grpc.health.v1.Health/"
CANCEL = 8  # HTTP/2's error code
WINDOW_UPDATE = 8
# The server may send this much on a connection before it must wait; the others wait after 64 KiB.
WIDE_WINDOW = 1 << 30

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
        # Answered sooner: nothing is signed or stored; not even the CSR's signature is looked at.
        self.validated = self.issue + number_field(6, 1)
        self.refused = self.issue + field(3, "no such profile")
        self.identity = identity

    def one(self, rng):
        """What one asks for. Mostly what costs little, for the races are between the answers."""
        return rng.choice((self.issue, self.validated, self.refused, self.refused, self.refused))

    def streamed(self, rng, count):
        issue = self.one(rng)
        return [number_field(1, i) + field(2, issue) for i in range(count)]

    def of_method(self, path, rng):
        """The messages of one call."""
        serial = field(1, b"\x01" + rng.randbytes(19))
        return {
            CA + "IssueCertificate": lambda: [self.one(rng)],
            CA + "BatchIssueCertificates":
                lambda: [field(1, self.one(rng)) * rng.choice((1, 3, 20))],
            CA + "StreamIssueCertificates":
                lambda: self.streamed(rng, rng.choice((1, 5, 40, 120))),
            CA + "GetCertificate": lambda: [serial],
            CA + "GetTrustBundle": lambda: [b""],
            TOKENS + "CreateJoinTokens":
                lambda: [field(1, self.identity) + field(2, "service")],
            TOKENS + "ListJoinTokens": lambda: [b""],
            TOKENS + "RevokeJoinTokens": lambda: [field(1, "0123456789abcdef")],
            REVOCATION + "RevokeCertificates":
                lambda: [field(2, self.identity) + number_field(7, 1)],
            REVOCATION + "ListBlocks": lambda: [b""],
            REVOCATION + "WatchRevocations": lambda: [b""],
            CA + "GetRenewalInfo": lambda: [serial],
            RENEWAL + "OrderEarlyRenewal":
                lambda: [field(1, self.identity) + number_field(7, 1)],
            RENEWAL + "ListEarlyRenewals": lambda: [b""],
            STATISTICS + "GetStatistics": lambda: [b""],
            HEALTH + "Check": lambda: [b""],
            HEALTH + "Watch": lambda: [b""],
        }[path]()


ISSUING_PORT = (CA + "IssueCertificate", CA + "IssueCertificate", CA + "BatchIssueCertificates",
                CA + "BatchIssueCertificates", CA + "StreamIssueCertificates",
                CA + "StreamIssueCertificates", CA + "StreamIssueCertificates",
                CA + "GetCertificate", CA + "GetTrustBundle", TOKENS + "CreateJoinTokens",
                TOKENS + "ListJoinTokens", TOKENS + "RevokeJoinTokens",
                REVOCATION + "RevokeCertificates", REVOCATION + "ListBlocks",
                REVOCATION + "WatchRevocations", REVOCATION + "WatchRevocations",
                CA + "GetRenewalInfo", RENEWAL + "OrderEarlyRenewal", RENEWAL + "ListEarlyRenewals",
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

    def __init__(self, rng, path, messages, headers, fate):
        self.path = path
        self.fate = fate
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
        # Octets a frame: many small ones let the server begin before the rest is there.
        self.piece = rng.choice((7, 300, 4096, http2.MAX_FRAME, http2.MAX_FRAME, http2.MAX_FRAME))
        self.reset_at = None  # when to cancel, once that is known
        self.ends = self.fate not in ("half a message", "left open") and (
            not path.endswith("StreamIssueCertificates") or rng.random() < 0.5)

    def next_frame(self, stream):
        """The next octets to send; the first ones open the stream `stream`."""
        if self.stream is None:
            self.stream = stream
            return http2.frame(http2.HEADERS, http2.END_HEADERS, stream, self.headers)
        piece, self.body = self.body[:self.piece], self.body[self.piece:]
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
        # Of the connection: the next stream's number, and the octets that the server takes.
        self.next_stream, self.window = 1, http2.FIRST_WINDOW

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
            if self.rng.random() < 0.7:
                connection.send(http2.frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", WIDE_WINDOW)))
            self.next_stream, self.window = 1, http2.FIRST_WINDOW
            calls = []
            for _ in range(self.rng.choice((1, 1, 5, 30))):
                calls = self.new_calls(door)
                self.send_and_read(connection, calls)
                if self.stop.is_set() or self.window < http2.FIRST_WINDOW // 2:
                    break
            self.leave(connection, calls)

    def new_calls(self, door):
        """One wave: a stream that ends in the middle of its answers, or anything."""
        if CA + "StreamIssueCertificates" in door.methods and self.rng.random() < 0.5:
            return [self.new_call(door, CA + "StreamIssueCertificates", "cancel on answer")]
        return [self.new_call(door, self.rng.choice(door.methods), self.rng.choice(FATES))
                for _ in range(self.rng.choice((1, 1, 2, 6)))]

    def new_call(self, door, path, fate):
        self.counts[path] += 1
        return Call(self.rng, path, self.requests.of_method(path, self.rng), door.headers, fate)

    def send_and_read(self, connection, calls):
        """All calls' frames, mixed, with pauses in which answers are read."""
        ends = None
        while not self.stop.is_set():
            open_calls = [call for call in calls if not call.over]
            to_send = [call for call in open_calls if not call.sent_all]
            if not to_send and ends is None:
                patience = (1,) if calls[-1].fate == "cancel on answer" else (0, 0.005, 0.02, 0.1)
                ends = time.monotonic() + self.rng.choice(patience)
            if not open_calls or (not to_send and time.monotonic() > ends):
                return
            if to_send and not self.send_one(connection, self.rng.choice(to_send)):
                return
            if not to_send or self.rng.random() < 0.2:
                self.read_for(connection, self.rng.choice((0, 0, 0.001)), calls)
            self.cancel(connection, open_calls)

    def send_one(self, connection, call):
        """Its next frame; False when the server must first make its window larger."""
        octets = call.next_frame(self.next_stream)
        if call.stream == self.next_stream:
            self.next_stream += 2
        else:
            self.window -= len(octets)
        if self.window < 0:
            return False
        connection.send(octets)
        if call.sent_all and call.fate == "cancel":
            call.reset_at = time.monotonic() + self.rng.uniform(0, 0.01)
        return True

    def cancel(self, connection, calls):
        for call in calls:
            if call.reset_at is not None and not call.over and time.monotonic() >= call.reset_at:
                self.counts[call.fate] += 1
                connection.send(call.reset())

    def read_for(self, connection, seconds, calls):
        """What has come, and what comes within the time."""
        while self.has_more(connection, seconds):
            kind, flags, stream, payload = connection.read_frame()
            if kind == WINDOW_UPDATE and stream == 0:
                self.window += int.from_bytes(payload, "big")
            for call in calls:
                if call.stream != stream or call.over:
                    continue
                if kind == http2.DATA:
                    self.counts["answers"] += 1
                    if call.fate == "cancel on answer" and call.reset_at is None:
                        call.reset_at = time.monotonic() + self.rng.uniform(0, 0.004)
                if kind == http2.RST_STREAM or flags & http2.END_STREAM and kind in (
                        http2.HEADERS, http2.DATA):
                    self.counts["ended by the server"] += 1
                    call.over = True
            self.cancel(connection, calls)

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
