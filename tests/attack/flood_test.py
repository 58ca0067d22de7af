"""Checks 36, 37, 42 and 43 of the memory: a CA that is flooded goes on for everyone else."""

import os
import socket
import subprocess
import sys
import time
import unittest

from tests.attack import bystanders
from tests.integration import fleet

SECONDS = float(os.environ.get("FLEETCA_FLOOD_SECONDS", "6"))
FLOODS = fleet.runfile("FLEETCA_FLOODS", "tests/attack/floods.py")

P99_SECONDS = 0.25
NEWCOMER_SECONDS = 2
PEAK_BYTES = 600 << 20
RESTING_BYTES = 150 << 20
RESTING_SECONDS = 10
ACCEPT_SECONDS = 1


class FloodTest(unittest.TestCase):
    def setUp(self):
        self.fleet = self.enterContext(fleet.Fleet(bootstrap=True))

    def roots(self):
        return os.path.join(self.fleet.ca, "trust-bundle.pem")

    def flood(self, kind, port, certificate=False):
        """Runs the flood beside the bystanders and holds the bars against what they met."""
        command = [sys.executable, FLOODS, kind, str(port), str(SECONDS), self.roots()]
        if certificate:
            command += [os.path.join(self.fleet.ca, "admin.crt"),
                        os.path.join(self.fleet.ca, "admin.key")]
        with bystanders.Bystanders(self.fleet) as others:
            done = subprocess.run(command, capture_output=True, timeout=SECONDS + 30, check=False)
            begun = time.monotonic()
            socket.create_connection(("127.0.0.1", port), timeout=ACCEPT_SECONDS).close()
            accepted = time.monotonic() - begun
        self.assertEqual(done.returncode, 0, done.stderr)
        resting = self.resting_bytes()
        print("%s: %s; %s, resting=%dMB" % (kind, done.stdout.decode().strip(), others.report(),
                                            resting >> 20), file=sys.stderr)
        self.assertIsNone(self.fleet.process.poll(), "the server has ended: " + self.fleet.log())
        self.assertEqual(others.failures, [])
        self.assertLess(accepted, ACCEPT_SECONDS)
        self.assertLess(others.p99(), P99_SECONDS)
        self.assertLess(max(others.newcomers), NEWCOMER_SECONDS)
        self.assertLess(others.peak, PEAK_BYTES)
        self.assertLess(resting, RESTING_BYTES)
        return others

    def resting_bytes(self):
        """What the server's memory comes down to in RESTING_SECONDS."""
        end = time.monotonic() + RESTING_SECONDS
        least = bystanders.resident_bytes(self.fleet.process.pid)
        while least >= RESTING_BYTES and time.monotonic() < end:
            time.sleep(0.1)
            least = min(least, bystanders.resident_bytes(self.fleet.process.pid))
        return least

    def test_checklist42_endless_continuation_at_the_bootstrap_port(self):
        self.flood("continuation", self.fleet.bootstrap_port)

    def test_checklist42_stream_resets_at_the_bootstrap_port(self):
        self.flood("resets", self.fleet.bootstrap_port)

    def test_checklist42_handshakes_at_the_bootstrap_port(self):
        self.flood("handshakes", self.fleet.bootstrap_port)

    def test_checklist42_handshakes_at_the_main_port(self):
        self.flood("handshakes", self.fleet.port)

    def test_checklist37_idle_sockets(self):
        self.flood("sockets", self.fleet.bootstrap_port)

    def test_checklist37_slow_bodies(self):
        self.flood("slow_bodies", self.fleet.bootstrap_port)

    def test_checklist37_gzip_bombs(self):
        self.flood("gzip_bombs", self.fleet.bootstrap_port)

    def test_checklist43_endless_continuation_with_a_certificate(self):
        self.flood("continuation", self.fleet.port, certificate=True)

    def test_checklist43_stream_resets_with_a_certificate(self):
        self.flood("resets", self.fleet.port, certificate=True)

    def test_checklist43_unfinished_messages(self):
        self.flood("unfinished", self.fleet.port, certificate=True)


if __name__ == "__main__":
    unittest.main()
