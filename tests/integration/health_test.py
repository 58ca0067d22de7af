"""Checklist 50. Health says what can be done, both ways: disk, signer, listener, certificate,
bootstrap process."""

import os
import resource
import signal
import threading
import time
import unittest

from tests.integration import fleet, http2, processes

POWERCUT = fleet.runfile("POWERCUT_SHIM", "tests/crash/libpowercut.so")
SIGNER_FAULT = fleet.runfile("SIGNER_FAULT_SHIM", "tests/integration/libsignerfault.so")
SERVING, NOT_SERVING = 1, 2
CA, TOKENS, WHOLE = "fleetca.v1.CertificateAuthorityService", "fleetca.v1.JoinTokenService", ""
# A look is taken each second; the rest is for a busy machine.
SECONDS = 30


class HealthTest(unittest.TestCase):
    def start(self, **options):
        self.ca = self.enterContext(fleet.Fleet(**options))
        self.connection = None
        return self.ca

    def ask(self, service):
        """The serving status of grpc.health.v1.Health."""
        if self.connection is None:
            context = http2.tls_context(os.path.join(self.ca.ca, "trust-bundle.pem"),
                                        os.path.join(self.ca.ca, "admin.crt"),
                                        os.path.join(self.ca.ca, "admin.key"))
            self.connection = self.enterContext(http2.Connection(self.ca.port, context))
            self.connection.open()
        name = service.encode()
        message = b"" if not name else b"\x0a" + bytes([len(name)]) + name
        status, data = self.connection.call("Check", http2.grpc_message(message),
                                            service="grpc.health.v1.Health")
        self.assertEqual(status, http2.OK)
        self.assertEqual(data[5:6], b"\x08", data)  # its one field
        return data[6]

    def assert_becomes(self, **expected):
        """Statuses of whole=, ca=, tokens=."""
        names = {"whole": WHOLE, "ca": CA, "tokens": TOKENS}
        for name, status in expected.items():
            self.assertTrue(processes.wait_until(
                lambda name=name, status=status: self.ask(names[name]) == status, SECONDS),
                            "%s: %s\n%s" % (name, expected, self.ca.log()))

    def test_checklist50_a_disk_that_takes_no_writes(self):
        ca = self.start(start=False,
                        config=lambda text: text.replace('path: "store"', 'path: "disk/store"'))
        control = ca.write("control", b"")
        disk, journal = os.path.join(ca.ca, "disk"), ca.path("journal")
        os.mkdir(disk)
        os.mkdir(journal)
        ca.env = {"LD_PRELOAD": POWERCUT, "POWERCUT_DIR": disk, "POWERCUT_JOURNAL": journal,
                  "POWERCUT_CONTROL": control}
        ca.start()
        key = fleet.make_key(ca.path("web.key"), "p256")
        csr = fleet.make_csr(key)
        self.assertEqual(ca.issue(csr).code, 0, ca.log())
        self.assert_becomes(whole=SERVING, ca=SERVING, tokens=SERVING)
        ca.write("control", b"write=ENOSPC")
        self.assertEqual(ca.issue(csr).code, 1)
        self.assert_becomes(whole=NOT_SERVING, ca=NOT_SERVING, tokens=NOT_SERVING)
        self.assertEqual(ca.log().count("Not healthy"), 1, ca.log())
        # By itself: nobody asks for anything.
        ca.write("control", b"")
        self.assert_becomes(whole=SERVING, ca=SERVING, tokens=SERVING)
        self.assertEqual(ca.issue(csr).code, 0, ca.log())
        self.assertIn("Healthy again", ca.log())

    def test_checklist50_a_bootstrap_process_that_ends_again_and_again(self):
        ca = self.start(bootstrap=True)
        self.assert_becomes(whole=SERVING, ca=SERVING)
        # It shows the pair that is in use, so a key file that is empty does not keep it down.
        key = ca.read("ca/server.key")
        ca.write("ca/server.key", b"")
        before = processes.bootstrap_process(ca.process.pid)
        os.kill(before, signal.SIGKILL)
        self.assertTrue(processes.wait_until(
            lambda: processes.bootstrap_process(ca.process.pid) not in (None, before), SECONDS))
        self.assert_becomes(whole=SERVING)
        ca.write("ca/server.key", key)
        unwell = threading.Event()

        def kill_each():
            while not unwell.wait(0.05):
                try:
                    pid = processes.bootstrap_process(ca.process.pid)
                    if pid is not None:
                        os.kill(pid, signal.SIGKILL)
                except (FileNotFoundError, ProcessLookupError):
                    pass  # it has ended by then

        killer = threading.Thread(target=kill_each)
        killer.start()
        try:
            # The issuing port goes on, and says so.
            self.assert_becomes(whole=NOT_SERVING)
            self.assertEqual(self.ask(CA), SERVING)
            self.assertIn("bootstrap port", ca.log())
        finally:
            unwell.set()
            killer.join()
        self.assert_becomes(whole=SERVING, ca=SERVING)

    def test_checklist50_a_bootstrap_process_that_is_stopped(self):
        ca = self.start(bootstrap=True)
        self.assert_becomes(whole=SERVING, ca=SERVING)
        pid = processes.bootstrap_process(ca.process.pid)
        os.kill(pid, signal.SIGSTOP)
        self.assert_becomes(whole=NOT_SERVING)
        self.assertEqual(self.ask(CA), SERVING)
        self.assertIn("says nothing", ca.log())
        # It is killed, and another one is there.
        self.assert_becomes(whole=SERVING)
        self.assertFalse(processes.is_alive(pid))
        self.assertNotEqual(processes.bootstrap_process(ca.process.pid), pid)
        self.assertIn("is killed", ca.log())
        roots = http2.tls_context(os.path.join(ca.ca, "trust-bundle.pem"))
        with http2.Connection(ca.bootstrap_port, roots) as connection:
            connection.open()
            self.assertEqual(connection.call("GetTrustBundle", http2.grpc_message(b""))[0],
                             http2.OK)

    def without_descriptors(self, pid):
        """From now on the process gets no descriptor beside those it has. Returns the limits of
        before, for set_descriptors."""
        before = resource.prlimit(pid, resource.RLIMIT_NOFILE)
        self.addCleanup(self.set_descriptors, pid, before)
        self.set_descriptors(pid, (3, before[1]))
        return before

    @staticmethod
    def set_descriptors(pid, limits):
        try:
            resource.prlimit(pid, resource.RLIMIT_NOFILE, limits)
        except ProcessLookupError:
            pass  # it has ended

    def test_checklist50_a_bootstrap_process_without_descriptors(self):
        ca = self.start(bootstrap=True)
        self.assert_becomes(whole=SERVING)
        pid = processes.bootstrap_process(ca.process.pid)
        before = self.without_descriptors(pid)
        self.assert_becomes(whole=NOT_SERVING)
        self.assertEqual(self.ask(CA), SERVING)
        self.assertIn("The bootstrap port accepts no connections", ca.log())
        self.set_descriptors(pid, before)
        self.assert_becomes(whole=SERVING)
        # The same one, which lived all the time.
        self.assertEqual(processes.bootstrap_process(ca.process.pid), pid)

    def test_checklist50_a_listener_without_descriptors(self):
        ca = self.start()
        self.assert_becomes(whole=SERVING, ca=SERVING, tokens=SERVING)
        before = self.without_descriptors(ca.process.pid)
        self.assert_becomes(whole=NOT_SERVING, ca=NOT_SERVING, tokens=NOT_SERVING)
        self.assertIn("The issuing port accepts no connections", ca.log())
        self.set_descriptors(ca.process.pid, before)
        # By itself: nobody connects.
        self.assert_becomes(whole=SERVING, ca=SERVING, tokens=SERVING)
        csr = fleet.make_csr(fleet.make_key(ca.path("web.key"), "p256"))
        self.assertEqual(ca.issue(csr).code, 0, ca.log())

    def test_checklist50_a_signer_that_fails(self):
        ca = self.start(start=False)
        control = ca.path("signer-fails")
        ca.env = {"LD_PRELOAD": SIGNER_FAULT, "SIGNER_FAULT_CONTROL": control}
        ca.start()
        csr = fleet.make_csr(fleet.make_key(ca.path("web.key"), "p256"))
        self.assertEqual(ca.issue(csr).code, 0, ca.log())
        self.assert_becomes(whole=SERVING, ca=SERVING, tokens=SERVING)
        ca.write("signer-fails", b"")
        self.assert_becomes(whole=NOT_SERVING, ca=NOT_SERVING)
        # Tokens are made without it.
        self.assertEqual(self.ask(TOKENS), SERVING)
        self.assertEqual(ca.issue(csr).code, 1)
        self.assertIn("The key made no signature when it was tried", ca.log())
        os.remove(control)
        self.assert_becomes(whole=SERVING, ca=SERVING, tokens=SERVING)
        self.assertEqual(ca.issue(csr).code, 0, ca.log())

    def test_checklist50_a_certificate_that_expires(self):
        ca = self.start()
        self.assert_becomes(whole=SERVING)
        good = ca.read("ca/server.crt")
        ca.write("ca/server.crt", self.short_lived(ca, 12))
        # The connection is from before, and goes on.
        self.assert_becomes(whole=NOT_SERVING, ca=NOT_SERVING, tokens=NOT_SERVING)
        self.assertIn("expired at", ca.log())
        ca.write("ca/server.crt", good)
        self.assert_becomes(whole=SERVING, ca=SERVING, tokens=SERVING)

    def short_lived(self, ca, seconds):
        """The server's certificate and its chain again, with less time."""
        own = os.path.join(ca.ca, "server.crt")
        names = fleet.openssl("x509", "-in", own, "-noout", "-ext", "subjectAltName").decode()
        names = names.split("\n")[1].replace("IP Address:", "IP:").replace(" ", "")
        key, server_key = ca.write("clear.key", ca.clear_issuing_key()), ca.path("ca/server.key")
        csr = ca.write("server.csr", fleet.openssl("req", "-new", "-key", server_key, "-subj", "/"))
        issuer = os.path.join(ca.ca, "issuing-ca.crt")
        ca.write("index.txt", b"")
        ca.write("ca.cnf", ("[ca]\ndefault_ca=d\n[d]\ndatabase=%s\nnew_certs_dir=%s\n"
                            "rand_serial=yes\ndefault_md=sha256\npolicy=p\nx509_extensions=e\n"
                            "[p]\n[e]\nsubjectAltName=critical,%s\n"
                            "extendedKeyUsage=serverAuth\nkeyUsage=critical,digitalSignature\n" %
                            (ca.path("index.txt"), ca.folder, names)).encode())
        end = time.strftime("%Y%m%d%H%M%SZ", time.gmtime(time.time() + seconds))
        leaf = fleet.openssl("ca", "-batch", "-config", ca.path("ca.cnf"), "-in", csr, "-cert",
                             issuer, "-keyfile", key, "-enddate", end, "-notext")
        os.remove(key)
        with open(issuer, "rb") as chain:
            return leaf + chain.read()


if __name__ == "__main__":
    unittest.main()
