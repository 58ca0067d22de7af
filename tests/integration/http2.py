"""As much of HTTP/2 (RFC 9113) and gRPC as a rude client needs: frames written by hand over TLS.

Header blocks go out as literals without indexing, and the server is told to keep no dynamic table
for those it sends, so that a status can be found in them as it is.
"""

import re
import socket
import ssl
import struct

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY = 0, 1, 3, 4, 6, 7
END_STREAM, ACK, END_HEADERS = 1, 1, 4
SETTINGS_HEADER_TABLE_SIZE, SETTINGS_MAX_CONCURRENT_STREAMS, SETTINGS_INITIAL_WINDOW_SIZE = 1, 3, 4
MAX_FRAME = 16384
# What a peer takes before it says more.
FIRST_WINDOW = 65535

OK, INVALID_ARGUMENT, UNIMPLEMENTED = 0, 3, 12
SERVICE = "fleetca.v1.CertificateAuthorityService"


def tls_context(roots, certificate=None, key=None, alpn=("h2",)):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.load_verify_locations(roots)
    if certificate is not None:
        context.load_cert_chain(certificate, key)
    if alpn:
        context.set_alpn_protocols(list(alpn))
    return context


def frame(kind, flags, stream, payload=b""):
    return struct.pack(">I", len(payload))[1:] + struct.pack(">BBI", kind, flags, stream) + payload


def string_literal(text):
    """Not Huffman coded; the length is an integer with a prefix of seven bits (RFC 7541, 5.1)."""
    octets = text.encode()
    if len(octets) < 127:
        return bytes([len(octets)]) + octets
    length, rest = b"\x7f", len(octets) - 127
    while rest >= 128:
        length += bytes([rest & 0x7f | 0x80])
        rest >>= 7
    return length + bytes([rest]) + octets


def header_block(pairs, indexed=False):
    """`indexed`: the reader takes the headers into its dynamic table, the last one as number 62."""
    kind = b"\x40" if indexed else b"\x00"
    return b"".join(kind + string_literal(name) + string_literal(value) for name, value in pairs)


def grpc_header_pairs(method, more=(), service=SERVICE):
    return [(":method", "POST"), (":scheme", "https"), (":path", "/%s/%s" % (service, method)),
            (":authority", "localhost"), ("te", "trailers"), ("content-type", "application/grpc"),
            *more]


def grpc_headers(method, more=(), service=SERVICE, indexed=False):
    return header_block(grpc_header_pairs(method, more, service), indexed)


def grpc_message(payload, compressed=False):
    return struct.pack(">BI", compressed, len(payload)) + payload


class Connection:
    """To a server on this host. Raises OSError (ssl.SSLError is one) when refused or closed."""

    def __init__(self, port, context, timeout=20):
        raw = socket.create_connection(("127.0.0.1", port), timeout=timeout)
        # A call is sent in pieces, and waits 40 ms for an acknowledgement otherwise.
        raw.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            self.socket = context.wrap_socket(raw, server_hostname="localhost")
        except BaseException:
            raw.close()
            raise
        self.buffer = b""
        self.next_stream = 1
        self.trailers = b""  # of the last call, as header blocks
        self.settings = {}  # the server's

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.socket.close()

    def open(self):
        """The client's half of the connection preface."""
        settings = struct.pack(">HIHI", SETTINGS_HEADER_TABLE_SIZE, 0,
                               SETTINGS_INITIAL_WINDOW_SIZE, 1 << 20)
        self.send(PREFACE + frame(SETTINGS, 0, 0, settings))

    def send(self, octets):
        self.socket.sendall(octets)

    def read_octets(self, size):
        while len(self.buffer) < size:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionResetError("the server closed the connection")
            self.buffer += more
        octets, self.buffer = self.buffer[:size], self.buffer[size:]
        return octets

    def read_frame(self):
        head = self.read_octets(9)
        size = int.from_bytes(head[:3], "big")
        kind, flags, stream = struct.unpack(">BBI", head[3:])
        payload = self.read_octets(size)
        if kind == SETTINGS and not flags & ACK:
            self.settings.update(struct.iter_unpack(">HI", payload))
            self.send(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind == GOAWAY:
            raise ConnectionResetError("GOAWAY %r" % payload)
        return kind, flags, stream, payload

    def begin(self, method, message):
        """A call whose message is promised and never ends."""
        self.send(frame(HEADERS, END_HEADERS, self.next_stream, grpc_headers(method)))
        self.send(frame(DATA, 0, self.next_stream, message))
        self.next_stream += 2

    def call(self, method, message, more_headers=(), service=SERVICE):
        """One unary call with an already framed message. Returns (grpc-status, data), the status
        None when the stream was reset."""
        assert len(message) <= FIRST_WINDOW, "flow control is not this client's"
        stream = self.next_stream
        self.next_stream += 2
        self.send(frame(HEADERS, END_HEADERS, stream, grpc_headers(method, more_headers,
                                                                               service)))
        pieces = [message[i:i + MAX_FRAME] for i in range(0, len(message), MAX_FRAME)]
        for i, piece in enumerate(pieces):
            self.send(frame(DATA, END_STREAM if i + 1 == len(pieces) else 0, stream, piece))
        headers, data = b"", b""
        while True:
            kind, flags, of_stream, payload = self.read_frame()
            if of_stream != stream:
                continue
            if kind == HEADERS:
                headers += payload
            elif kind == DATA:
                data += payload
            elif kind == RST_STREAM:
                return None, data
            if kind in (HEADERS, DATA) and flags & END_STREAM:
                self.trailers = headers
                found = re.search(rb"grpc-status[\x01\x02](\d{1,2})", headers)
                assert found, headers
                return int(found.group(1)), data
