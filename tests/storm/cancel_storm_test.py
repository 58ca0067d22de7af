"""Eight clients break off every kind of call, on both ports, and the server is stopped in the middle.

    FLEETCA_STORM_SECONDS   how long, in all; 15 without it
    FLEETCA_STORM_SEED      the seed of an earlier run, which each run prints

It says most when the server was built with AddressSanitizer, as deploy/test does for a minute:

    bazel test --config=asan_server --test_env=FLEETCA_STORM_SECONDS=60 //tests/storm:cancel_storm_test
"""

import collections
import os
import random
import signal
import struct
import subprocess
import threading
import time
import unittest

from tests.integration import fleet, http2
from tests.storm import rude_client

CLIENTS = 8
ROUNDS = 3
SECONDS = float(os.environ.get("FLEETCA_STORM_SECONDS", "15"))
SEED = int(os.environ.get("FLEETCA_STORM_SEED") or random.SystemRandom().randrange(1 << 32))
# How long the server waits for calls that nobody ends, and what a busy machine may add.
DRAIN_SECONDS = 5
STOP_SECONDS = DRAIN_SECONDS + 40
# A well-behaved call is answered within this, on a slow machine and by an instrumented server.
ANSWER_SECONDS = 20
CUT_OFF = "Calls were still open when listener.drain_timeout had passed"
FINDINGS = ("AddressSanitizer", "LeakSanitizer", "runtime error:", "stack smashing",
            "Assertion", "terminate called", "assertion failed", "CHECK failed")
STORM_ID = "spiffe://%s/svc/storm" % fleet.DOMAIN


class WellBehaved(threading.Thread):
    """One call after the other, each answered, on both ports."""

    def __init__(self, doors, requests, stop):
        super().__init__(daemon=True)
        self.doors = doors
        self.message = http2.grpc_message(requests.issue)
        self.stop = stop
        self.answered = collections.Counter()
        self.slowest = 0.0
        self.asked = None  # the port of the call that is under way
        self.failure = None

    def run(self):
        for_each = [("issuing", self.doors[0]), ("bootstrap", self.doors[-1])]
        try:
            connections = {}
            for name, door in for_each:
                self.asked = name
                connections[name] = http2.Connection(door.port, door.context, ANSWER_SECONDS)
                connections[name].open()
                # Answers for as long as the storm may last; without it the server must wait, and is
                # right to, after 64 KiB of them.
                connections[name].send(http2.frame(
                    rude_client.WINDOW_UPDATE, 0, 0, struct.pack(">I", rude_client.WIDE_WINDOW)))
            while not self.stop.is_set():
                for name, door in for_each:
                    self.asked = name
                    start = time.monotonic()
                    status, data = connections[name].call("IssueCertificate", self.message,
                                                          door.headers)
                    self.slowest = max(self.slowest, time.monotonic() - start)
                    if status != http2.OK or len(data) < 300:
                        raise AssertionError("%s port: status %s, %d octets" %
                                             (name, status, len(data)))
                    self.answered[name] += 1
                self.stop.wait(0.01)
            for connection in connections.values():
                connection.socket.close()
        except Exception as error:  # pylint: disable=broad-except
            self.failure = error


class CancelStormTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        # An abort of a sanitizer is told from a drain that was cut short by its exit code. Leaks are
        # looked for in the unit tests: the server forbids being traced, which the search needs.
        cls.ca = cls.enterClassContext(fleet.Fleet(
            bootstrap=True,
            config=lambda text: text.replace(
                "listener {", "listener {\n  drain_timeout { seconds: %d }" % DRAIN_SECONDS, 1),
            env={"ASAN_OPTIONS": "exitcode=99:detect_leaks=0:abort_on_error=0",
                 "UBSAN_OPTIONS": "exitcode=99:print_stacktrace=1"}))
        key = fleet.make_key(cls.ca.path("storm.key"), "p256")
        csr = fleet.make_csr(key, "URI:" + STORM_ID)
        issued = cls.ca.issue(csr, "--identity", STORM_ID, "--chain", "--out",
                              cls.ca.path("storm.crt"))
        assert issued.code == 0, issued.err
        token = cls.ca.at_server("token", "create", "--identity", STORM_ID, "--profile", "service",
                                 "--uses", "100000")
        assert token.code == 0, token.err
        cls.token = token.out.decode().strip()
        der = fleet.openssl("req", "-outform", "DER", stdin=csr)
        cls.requests = rude_client.Requests(der, STORM_ID)

    def doors(self):
        ca = self.ca
        roots = os.path.join(ca.ca, "trust-bundle.pem")
        agent = http2.tls_context(roots, ca.path("storm.crt"), ca.path("storm.key"))
        admin = http2.tls_context(roots, os.path.join(ca.ca, "admin.crt"),
                                  os.path.join(ca.ca, "admin.key"))
        stranger = http2.tls_context(roots)
        return [rude_client.Door(ca.port, agent, rude_client.ISSUING_PORT),
                rude_client.Door(ca.port, agent, rude_client.ISSUING_PORT),
                rude_client.Door(ca.port, admin, rude_client.ISSUING_PORT),
                rude_client.Door(ca.bootstrap_port, stranger, rude_client.BOOTSTRAP_PORT,
                                 (("authorization", "Bearer " + self.token),))]

    def check_log(self):
        log = self.ca.log()
        for finding in FINDINGS:
            at = log.find(finding)
            self.assertEqual(at, -1, log[max(0, at - 500):at + 6000])

    def stop_in_the_middle(self):
        """SIGTERM, with the clients still at it."""
        process = self.ca.process
        process.send_signal(signal.SIGTERM)
        try:
            code = process.wait(timeout=STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.fail("the server did not stop: " + self.ca.log()[-4000:])
        self.check_log()
        if code != 0:
            self.assertEqual(code, 1, self.ca.log()[-4000:])
            self.assertIn(CUT_OFF, self.ca.log(), "exit 1 for another reason than the drain's")
        self.ca.process = None
        return code

    def test_checklist41_no_call_that_breaks_off_harms_the_server_or_another_call(self):
        print("FLEETCA_STORM_SEED=%d FLEETCA_STORM_SECONDS=%g" % (SEED, SECONDS))
        counts = collections.Counter()
        answered = collections.Counter()
        for number in range(ROUNDS):
            if number > 0:
                self.ca.start()
            doors = self.doors()
            stop_rude, stop_polite = threading.Event(), threading.Event()
            rude = [rude_client.RudeClient(SEED + number * CLIENTS + i, doors, self.requests,
                                           stop_rude) for i in range(CLIENTS)]
            polite = WellBehaved(doors, self.requests, stop_polite)
            for thread in [polite, *rude]:
                thread.start()
            ends = time.monotonic() + SECONDS / ROUNDS
            while time.monotonic() < ends and polite.is_alive() and self.ca.process.poll() is None:
                time.sleep(0.05)
            stop_polite.set()
            polite.join(timeout=2 * ANSWER_SECONDS)
            if polite.failure is not None:
                time.sleep(1)  # where the server crashed, that is to be said first
            self.check_log()
            self.assertIsNone(self.ca.process.poll(), "the server ended: " + self.ca.log()[-6000:])
            try:
                self.assertIsNone(polite.failure, "a well-behaved call to the %s port failed: %r; "
                                  "answered before: %s, the slowest in %.0f ms; the log:\n%s" %
                                  (polite.asked, polite.failure, dict(polite.answered),
                                   polite.slowest * 1000, self.ca.log()[-4000:]))
                self.assertFalse(polite.is_alive(), "a well-behaved call is not answered")
                code = self.stop_in_the_middle()
            finally:
                stop_rude.set()
                for thread in rude:
                    thread.join(timeout=60)
            for thread in rude:
                self.assertIsNone(thread.failure)
                self.assertFalse(thread.is_alive())
                counts.update(thread.counts)
            answered.update(polite.answered)
            print("round %d: well-behaved calls %s, the slowest %.0f ms; the server's exit: %d" %
                  (number, dict(polite.answered), polite.slowest * 1000, code))
        for name, count in sorted(counts.items()):
            print("%8d %s" % (count, name))
        # That the storm was one.
        for path in rude_client.ISSUING_PORT + ("cancel", "cancel on answer", "answers",
                                                "ended by the server", "left by reset",
                                                "half handshakes"):
            self.assertGreater(counts[path], 0, path)
        for port in ("issuing", "bootstrap"):
            self.assertGreaterEqual(answered[port], ROUNDS)


if __name__ == "__main__":
    unittest.main()
