"""The process of the bootstrap port: it comes back, it knows nothing, it goes with its parent."""

import hashlib
import os
import re
import signal
import socket
import threading
import time
import unittest

from tests.integration import fleet, http2, processes

# "Comes back" is a fraction of a second; the rest is for a busy machine.
BACK_SECONDS = 20


class BootstrapProcessTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet(bootstrap=True))
        cls.roots = os.path.join(cls.ca.ca, "trust-bundle.pem")
        key = fleet.make_key(cls.ca.path("web.key"), "p256")
        cls.csr = fleet.make_csr(key)
        for _ in range(5):
            issued = cls.ca.issue(cls.csr)
            assert issued.code == 0, issued.err

    def process(self):
        pid = processes.wait_until(lambda: processes.bootstrap_process(self.ca.process.pid),
                                   BACK_SECONDS)
        self.assertIsNotNone(pid)
        return pid

    def get_bundle(self, timeout=BACK_SECONDS):
        """The grpc-status of GetTrustBundle at the bootstrap port."""
        with http2.Connection(self.ca.bootstrap_port, http2.tls_context(self.roots),
                              timeout) as connection:
            connection.open()
            return connection.call("GetTrustBundle", http2.grpc_message(b""))[0]

    def test_one_process_serves_the_port_and_another_issues(self):
        pid = self.process()
        self.assertEqual(processes.children(self.ca.process.pid), [pid])
        self.assertEqual(self.get_bundle(), http2.OK)
        self.assertEqual(processes.read(pid, "cmdline"),
                         b"fleetca\0bootstrap-port\0--sockets\0001\0")

    def test_killed_it_is_back_and_no_connection_is_refused(self):
        for _ in range(3):
            before = self.process()
            os.kill(before, signal.SIGKILL)
            began = time.monotonic()
            # At once: the socket is the parent's as well, so the connection waits.
            self.assertEqual(self.get_bundle(), http2.OK)
            print("back after %.2f s" % (time.monotonic() - began))
            self.assertNotEqual(self.process(), before)
        # Nobody at the other port noticed.
        self.assertEqual(self.ca.issue(self.csr).code, 0)
        self.assertIn("The bootstrap port is not served", self.ca.log())

    def test_checklist34_it_has_neither_key_nor_store(self):
        pid = self.process()
        self.assertEqual(self.get_bundle(), http2.OK)
        store = os.path.join(self.ca.ca, "store")
        files = processes.open_files(pid)
        self.assertEqual([name for name in files if name.startswith(store)], [])
        self.assertEqual([name for name in files if name.endswith((".key", ".passphrase"))], [])
        self.assertNotIn(store.encode(), processes.read(pid, "maps"))
        # One end of the pair, and no other pair, pipe or file of its parent's.
        self.assertLessEqual(len([n for n in files if n.startswith("pipe:")]), 2, files)
        key = self.ca.clear_issuing_key()
        text = fleet.openssl("pkey", "-text", "-noout", stdin=key).decode()
        number = bytes.fromhex(re.sub(r"[\s:]", "", re.search(r"priv:\n([\s0-9a-f:]+)pub", text)
                                      .group(1))).lstrip(b"\0")
        needles = [number, number[::-1], self.ca.read("ca/issuing-ca.passphrase").strip()]
        self.assertTrue(all(len(needle) > 20 for needle in needles))
        if os.geteuid() != 0:
            self.skipTest("only root reads the memory of a process that may not be dumped")

        def found(process):
            looked_at, hits = 0, set()
            for octets in processes.memory(process):
                looked_at += len(octets)
                hits.update(i for i, needle in enumerate(needles) if needle in octets)
            self.assertGreater(looked_at, 1 << 20)
            return hits

        self.assertEqual(found(pid), set())
        # The search finds it where it is.
        self.assertNotEqual(found(self.ca.process.pid), set())

    def test_it_is_bounded_and_hardened(self):
        pid = self.process()
        status = processes.read(pid, "status").decode()
        self.assertRegex(status, r"NoNewPrivs:\t1\n")
        # A filter of system calls is in force, in all threads.
        for thread in os.listdir("/proc/%d/task" % pid):
            try:
                of_thread = processes.read(pid, "task/%s/status" % thread).decode()
            except (FileNotFoundError, ProcessLookupError):
                continue  # the thread has ended
            self.assertRegex(of_thread, r"Seccomp:\t2\n")
        limits = processes.read(pid, "limits").decode()
        self.assertRegex(limits, r"Max core file size +0 +0 ")
        self.assertRegex(limits, r"Max open files +\d{1,4} +\d{1,4} ")
        # Sanitizers cannot live with a bound on memory.
        self.assertRegex(limits, r"Max data size +(402653184|unlimited) ")
        self.assertEqual(processes.read(pid, "oom_score_adj").strip(), b"500")
        nice = int(processes.read(pid, "stat").rsplit(b")", 1)[1].split()[16])
        parent = int(processes.read(self.ca.process.pid, "stat").rsplit(b")", 1)[1].split()[16])
        self.assertEqual(nice, min(19, parent + 10))
        environment = processes.read(pid, "environ")
        for entry in environment.split(b"\0"):
            self.assertNotIn(b"CREDENTIALS", entry)

    def reset_streams(self, until):
        """Rapid reset (CVE-2023-44487): calls that are taken back at once."""
        headers = http2.grpc_headers("IssueCertificate")
        while time.monotonic() < until:
            try:
                with http2.Connection(self.ca.bootstrap_port, http2.tls_context(self.roots),
                                      5) as connection:
                    connection.open()
                    for first in range(1, 1 << 20, 200):
                        connection.send(b"".join(
                            http2.frame(http2.HEADERS, http2.END_HEADERS, stream, headers) +
                            http2.frame(http2.RST_STREAM, 0, stream, b"\0\0\0\x08")
                            for stream in range(first, first + 200, 2)))
                        if time.monotonic() > until:
                            return
            except OSError:
                pass  # it was cut off: the next one

    def test_checklist37_a_flood_costs_its_own_process_alone(self):
        """What the issuing process spends, not how long others wait: that is the machine's, too."""
        pid, issuing = self.process(), self.ca.process.pid
        self.assertEqual(self.get_bundle(), http2.OK)
        before = {process: processes.cpu_seconds(process) for process in (pid, issuing)}
        resident = processes.resident_kib(issuing)
        until = time.monotonic() + 8
        flood = [threading.Thread(target=self.reset_streams, args=(until,)) for _ in range(8)]
        for thread in flood:
            thread.start()
        most = 0
        while time.monotonic() < until:
            most = max(most, processes.resident_kib(pid))
            time.sleep(0.1)
        for thread in flood:
            thread.join()
        spent = {process: processes.cpu_seconds(process) - before[process] for process in before}
        print("CPU seconds: bootstrap %.2f, issuing %.2f; most memory %d MiB" %
              (spent[pid], spent[issuing], most >> 10))
        self.assertGreater(spent[pid], 0.2, "the flood did not arrive")
        self.assertLess(spent[issuing], 0.1 + 0.1 * spent[pid])
        self.assertLess(processes.resident_kib(issuing) - resident, 20 << 10)
        self.assertLess(most, 600 << 10)
        self.assertEqual(self.get_bundle(), http2.OK)

    def test_a_join_token_goes_through_it(self):
        made = self.ca.at_server("token", "create", "--identity",
                                 "spiffe://%s/host/web-1" % fleet.DOMAIN, "--profile", "host")
        self.assertEqual(made.code, 0, made.err)
        token = self.ca.write("token", made.out)
        os.chmod(token, 0o600)
        key = fleet.make_key(self.ca.path("host.key"), "p256")
        csr = fleet.make_csr(key, names=None)
        fingerprint = fleet.openssl("x509", "-in", self.roots, "-outform", "DER")
        issued = fleet.fleetca("cert", "issue", "--bootstrap", self.ca.bootstrap_address,
                               "--ca-sha256", hashlib.sha256(fingerprint).hexdigest(),
                               "--token-file", token, "--csr", "-", stdin=csr)
        self.assertEqual(issued.code, 0, issued.err)
        self.assertIn(b"BEGIN CERTIFICATE", issued.out)


class ParentTest(unittest.TestCase):
    def test_it_goes_with_its_parent(self):
        for how in (signal.SIGKILL, signal.SIGTERM):
            with fleet.Fleet(bootstrap=True) as ca:
                pid = processes.bootstrap_process(ca.process.pid)
                self.assertIsNotNone(pid)
                os.kill(ca.process.pid, how)
                ca.process.wait(timeout=fleet.START_SECONDS)
                self.assertTrue(processes.wait_until(lambda: not processes.is_alive(pid), 10))
                self.assertTrue(processes.wait_until(lambda: processes.refuses(ca.bootstrap_port),
                                                     10))

    def test_a_terminals_interrupt_is_for_the_parent(self):
        with fleet.Fleet(bootstrap=True) as ca:
            pid = processes.bootstrap_process(ca.process.pid)
            # As a terminal does, to the whole group.
            for signal_number in (signal.SIGINT, signal.SIGHUP):
                os.kill(pid, signal_number)
            time.sleep(0.5)
            self.assertEqual(processes.bootstrap_process(ca.process.pid), pid)
            ca.process.send_signal(signal.SIGINT)
            self.assertEqual(ca.process.wait(timeout=fleet.START_SECONDS), 0, ca.log())
            self.assertFalse(processes.is_alive(pid))

    def test_what_is_wrong_at_its_start_is_the_servers_error(self):
        with fleet.Fleet(bootstrap=True, start=False) as ca:
            with socket.create_server(("127.0.0.1", 0)) as taken:
                ca.edit("fleetca.textproto", lambda text: text.replace(
                    'bootstrap {\n  address: "127.0.0.1:0"',
                    'bootstrap {\n  address: "127.0.0.1:%d"' % taken.getsockname()[1]))
                served = fleet.fleetca("serve", "--config",
                                       os.path.join(ca.ca, "fleetca.textproto"))
                self.assertEqual(served.code, 1)
                self.assertIn("bootstrap.address", served.err)

    def test_people_do_not_start_it(self):
        alone = fleet.fleetca("bootstrap-port", "--sockets", "1")
        self.assertEqual(alone.code, 1)
        self.assertIn("fleetca serve", alone.err)
        self.assertNotIn("bootstrap-port", fleet.fleetca("--help").out.decode())


if __name__ == "__main__":
    unittest.main()
