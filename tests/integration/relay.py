"""A port on the way to a port of this host, which does with each connection what its kind of link does."""

import socket
import threading


class Relay:
    """Listens on `address` from its making on. serve(client), of the class made of it, has each connection on a thread
    of its own; `to` is the port that it leads to."""

    def __init__(self, to):
        self.to = to
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = "127.0.0.1:%d" % self._listener.getsockname()[1]

    def start(self):
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self):
        self._listener.close()

    def connect(self):
        return socket.create_connection(("127.0.0.1", self.to))

    def _accept(self):
        while True:
            try:
                client, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self.serve, args=(client,), daemon=True).start()

    def serve(self, client):
        raise NotImplementedError
