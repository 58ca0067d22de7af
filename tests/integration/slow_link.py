"""A link that carries so many octets in a second to a port of this host, and any number back."""

import contextlib
import socket
import threading
import time


class SlowLink:
    """Listens on `port` while it is entered, and forwards each connection."""

    def __init__(self, to_port, octets_a_second):
        self.to_port = to_port
        self.rate = octets_a_second
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]

    def __enter__(self):
        threading.Thread(target=self.accept, daemon=True).start()
        return self

    def __exit__(self, *error):
        self.listening.close()

    def accept(self):
        with contextlib.suppress(OSError):
            while True:
                near, _ = self.listening.accept()
                # What waits on the way is little, so that the sender feels the rate.
                near.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 32768)
                far = socket.create_connection(("127.0.0.1", self.to_port))
                for one, other, rate in ((near, far, self.rate), (far, near, None)):
                    threading.Thread(target=self.forward, args=(one, other, rate),
                                     daemon=True).start()

    def forward(self, one, other, rate):
        with contextlib.suppress(OSError):
            while octets := one.recv(4096):
                other.sendall(octets)
                if rate is not None:
                    time.sleep(len(octets) / rate)
        for end in (one, other):
            with contextlib.suppress(OSError):
                end.shutdown(socket.SHUT_RDWR)
