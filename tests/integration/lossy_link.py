"""A link that forwards everything until it has carried a request, and then loses the answer."""

import select
import threading

from tests.integration.relay import Relay

# The client speaks first, then to end the handshake, with its certificate where it has one; a request
# comes after the server's SETTINGS, which are answered in a few octets where there is none.
HANDSHAKE_TURNS = 2
REQUEST_OCTETS = 350


class LossyLink(Relay):
    """Forwards from a port of its own to `port`. While `losing` is "close", it ends a connection
    once the server answered a request on it; while it is "hold", it says nothing any more. A
    request is one that is sent while `may_ask()`: by their sizes alone, one for the roots can look
    like one for a certificate."""

    def __init__(self, port, may_ask):
        super().__init__(port)
        self.losing = None
        self._may_ask = may_ask
        self.lost = threading.Event()
        self.start()

    def serve(self, client):
        with client, self.connect() as server:
            turns = 0
            octets = 0  # of this turn
            heard = True  # the server since the client spoke
            asked = False
            while True:
                for ready in select.select([client, server], [], [])[0]:
                    try:
                        data = ready.recv(65536)
                    except OSError:
                        return
                    if not data:
                        return
                    if ready is server:
                        heard = True
                        if asked and self.losing is not None:
                            self.lost.set()
                            if self.losing == "close":
                                return
                            continue
                        client.sendall(data)
                        continue
                    if heard:
                        turns += 1
                        octets = 0
                        heard = False
                    octets += len(data)
                    # Until the request is whole at the server, what it says belongs to HTTP/2.
                    asked = asked or (turns > HANDSHAKE_TURNS and octets > REQUEST_OCTETS
                                      and self._may_ask())
                    server.sendall(data)
