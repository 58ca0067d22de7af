"""Checklist 49. A drain: both ports at once, no stranger stretches it, all that was accepted is
answered."""

import os
import signal
import time
import unittest

from tests.integration import fleet, http2, processes

# What promises 50 octets and sends one.
HALF_A_MESSAGE = bytes([0, 0, 0, 0, 50, 10])


class DrainTest(unittest.TestCase):
    def start(self, drain_seconds=20):
        def edit(text):
            return text.replace("listener {",
                                "listener {\n  drain_timeout { seconds: %d }" % drain_seconds, 1)

        ca = self.enterContext(fleet.Fleet(bootstrap=True, config=edit))
        self.roots = os.path.join(ca.ca, "trust-bundle.pem")
        return ca

    def connect(self, port, *certificate):
        context = http2.tls_context(self.roots, *certificate)
        connection = self.enterContext(http2.Connection(port, context))
        connection.open()
        return connection

    def admin(self, ca):
        return self.connect(ca.port, os.path.join(ca.ca, "admin.crt"),
                            os.path.join(ca.ca, "admin.key"))

    def stranger_in_the_middle(self, ca):
        stranger = self.connect(ca.bootstrap_port)
        stranger.begin("IssueCertificate", HALF_A_MESSAGE)
        # It has arrived when the answer to a later ping has come.
        stranger.send(http2.frame(http2.PING, 0, 0, b"12345678"))
        while stranger.read_frame()[0] != http2.PING:
            pass
        return stranger

    def test_checklist49_a_stranger_does_not_hold_it(self):
        ca = self.start()
        self.stranger_in_the_middle(ca)
        began = time.monotonic()
        ca.process.send_signal(signal.SIGTERM)
        self.assertEqual(ca.process.wait(timeout=60), 0, ca.log())
        took = time.monotonic() - began
        print("drained in %.2f s" % took)
        self.assertLess(took, 10)
        self.assertIn("every accepted request was answered", ca.log())

    def test_checklist49_both_ports_stop_at_once(self):
        ca = self.start()
        admin = self.admin(ca)
        admin.begin("IssueCertificate", HALF_A_MESSAGE)
        self.stranger_in_the_middle(ca)
        ca.process.send_signal(signal.SIGTERM)

        for port in (ca.port, ca.bootstrap_port):
            self.assertTrue(processes.wait_until(lambda port=port: processes.refuses(port), 5), port)
        self.assertIsNone(ca.process.poll(), "the issuing port waits for its caller")

    def test_checklist49_a_caller_who_is_stuck_is_cut_off_and_that_is_said(self):
        ca = self.start(drain_seconds=2)
        self.admin(ca).begin("IssueCertificate", HALF_A_MESSAGE)
        time.sleep(0.5)
        ca.process.send_signal(signal.SIGTERM)
        self.assertEqual(ca.process.wait(timeout=60), 1, ca.log())
        self.assertIn("were cut off", ca.log())

    def test_checklist49_hangups_during_a_drain_are_harmless(self):
        ca = self.start(drain_seconds=3)
        self.admin(ca).begin("IssueCertificate", HALF_A_MESSAGE)
        time.sleep(0.5)
        ca.process.send_signal(signal.SIGTERM)
        while ca.process.poll() is None:
            ca.process.send_signal(signal.SIGHUP)
            time.sleep(0.05)
        self.assertEqual(ca.process.returncode, 1, ca.log())

    def test_checklist49_a_reload_under_way_is_finished_first(self):
        ca = self.start()
        for _ in range(20):
            ca.process.send_signal(signal.SIGHUP)
        ca.process.send_signal(signal.SIGTERM)
        ca.process.send_signal(signal.SIGHUP)
        self.assertEqual(ca.process.wait(timeout=60), 0, ca.log())

    def test_checklist49_the_second_signal_ends_it(self):
        ca = self.start()
        pid = processes.bootstrap_process(ca.process.pid)
        self.admin(ca).begin("IssueCertificate", HALF_A_MESSAGE)
        self.stranger_in_the_middle(ca)
        ca.process.send_signal(signal.SIGTERM)
        self.assertTrue(processes.wait_until(lambda: "stopping" in ca.log(), 10))
        time.sleep(0.3)
        began = time.monotonic()
        ca.process.send_signal(signal.SIGTERM)
        self.assertEqual(ca.process.wait(timeout=30), -signal.SIGTERM)
        self.assertLess(time.monotonic() - began, 5)
        self.assertTrue(processes.wait_until(lambda: not processes.is_alive(pid), 10))


if __name__ == "__main__":
    unittest.main()
