"""A proxy that ends TLS before the CA, and shows the CA a certificate of its own."""

import re
import select
import ssl

from tests.integration.relay import Relay

# Three parts of base64url: a JSON Web Token, long enough to be one with a certificate in it.
TOKEN = re.compile(rb"[\w-]{200,}\.[\w-]{60,}\.[\w-]{60,}")


class TlsProxy(Relay):
    """Listens on `address` with the pair of files, and forwards what is said to `port`, where it
    shows the same pair. `tokens` are those that clients have sent, in order; while `holds` is
    true, a connection that has brought one ends there, and the CA never sees it."""

    def __init__(self, port, roots, certificate, key):
        super().__init__(port)
        self._serving = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._serving.load_cert_chain(certificate, key)
        self._asking = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._asking.load_verify_locations(roots)
        self._asking.load_cert_chain(certificate, key)
        for context in (self._serving, self._asking):
            context.set_alpn_protocols(["h2"])
        self.tokens = []
        self.holds = False
        self.start()

    def serve(self, raw):
        try:
            with self._serving.wrap_socket(raw, server_side=True) as client, \
                    self.connect() as to_server, \
                    self._asking.wrap_socket(to_server, server_hostname="localhost") as server:
                self._forward(client, server)
        except OSError:
            pass  # whoever has gone has gone

    def _forward(self, client, server):
        """Until one of the two ends. Both are read in turns, as neither may be used by two threads."""
        said = b""  # by the client, since its last token
        while True:
            select.select([client, server], [], [])
            for source, target in ((client, server), (server, client)):
                data = self._read(source)
                if data is None:
                    return
                if source is client:
                    said += data
                    found = TOKEN.search(said)
                    if found is not None:
                        self.tokens.append(found.group())
                        said = b""
                        if self.holds:
                            return
                if data:
                    target.sendall(data)

    @staticmethod
    def _read(source):
        """What is there now, b"" for nothing; None at the end."""
        data = b""
        source.setblocking(False)
        try:
            while True:
                more = source.recv(65536)
                if not more:
                    return None
                data += more
        except ssl.SSLWantReadError:
            return data
        finally:
            source.setblocking(True)
