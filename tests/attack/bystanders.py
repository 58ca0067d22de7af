"""Well-behaved clients of a CA that is attacked, and what becomes of them and of its memory."""

import os
import re
import struct
import subprocess
import threading
import time

from tests.integration import fleet, http2

WINDOW_UPDATE = 8
PAGE = os.sysconf("SC_PAGE_SIZE")


def field(number, octets):
    """One length-delimited field of a protobuf message, of at most 16,383 octets."""
    size = len(octets)
    assert number < 16 and size < 1 << 14
    length = bytes([size]) if size < 128 else bytes([size & 127 | 128, size >> 7])
    return bytes([number << 3 | 2]) + length + octets


def request(csr_pem, profile="service"):
    return field(2, csr_pem) + field(3, profile.encode())


def issue_request(csr_pem):
    return http2.grpc_message(request(csr_pem))


def batch_request(csr_pem, octets):
    """Of as many requests as are shorter together."""
    one = field(1, request(csr_pem))
    return http2.grpc_message(one * (octets // len(one)))


def resident_bytes(pid):
    """Of the process and its children."""
    total = 0
    for one in [pid, *children(pid)]:
        try:
            with open("/proc/%d/statm" % one, encoding="ascii") as file:
                total += int(file.read().split()[1]) * PAGE
        except (OSError, IndexError):
            pass
    return total


def children(pid):
    try:
        with open("/proc/%d/task/%d/children" % (pid, pid), encoding="ascii") as file:
            return [int(word) for word in file.read().split()]
    except OSError:
        return []


def percentile(values, share):
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]


class Bystanders:
    """From start to stop: single calls over one connection of the main port, newcomers at the
    bootstrap port one after the other, and the server's memory."""

    def __init__(self, a_fleet, certificate=None, key=None, newcomers=True, uploads=False):
        """The calls are the operator's unless there is a `certificate`; `uploads`: and a new
        connection of the main port each time, whose first call is a batch of 60 KB."""
        self.fleet = a_fleet
        self.certificate = certificate or os.path.join(a_fleet.ca, "admin.crt")
        self.certificate_key = key or os.path.join(a_fleet.ca, "admin.key")
        self.latencies = []
        self.newcomers = []
        self.uploads = 0
        self.failures = []
        self.peak = 0
        self.ended = threading.Event()
        key = fleet.make_key(a_fleet.path("bystander.key"), "p256")
        self.csr = fleet.make_csr(key)
        made = a_fleet.at_server("token", "create", "--identity", fleet.SPIFFE_ID, "--profile",
                                 "service", "--uses", "1000")
        if made.code != 0:
            raise AssertionError(made.err)
        self.token = a_fleet.write("join.token", made.out.strip() + b"\n")
        os.chmod(self.token, 0o600)
        with open(os.path.join(a_fleet.ca, "trust-bundle.pem"), "rb") as file:
            digest = fleet.openssl("x509", "-noout", "-fingerprint", "-sha256", stdin=file.read())
        self.root_sha256 = digest.decode().split("=")[1].strip().replace(":", "").lower()
        self.threads = [threading.Thread(target=work, daemon=True)
                        for work in (self.call, *[self.arrive] * newcomers,
                                     *[self.upload] * uploads, self.sample)]

    def __enter__(self):
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *error):
        self.ended.set()
        for thread in self.threads:
            thread.join(timeout=30)

    def context(self):
        return http2.tls_context(os.path.join(self.fleet.ca, "trust-bundle.pem"),
                                 self.certificate, self.certificate_key)

    def call(self):
        context = self.context()
        message = issue_request(self.csr)
        try:
            with http2.Connection(self.fleet.port, context) as connection:
                connection.open()
                connection.send(http2.frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 30)))
                while not self.ended.wait(0.02):
                    begun = time.monotonic()
                    status, _ = connection.call("IssueCertificate", message)
                    self.latencies.append(time.monotonic() - begun)
                    if status != http2.OK:
                        self.failures.append("main port: status %s" % status)
        except (OSError, AssertionError) as error:
            self.failures.append("main port: %r" % error)

    def upload(self):
        context = self.context()
        message = batch_request(self.csr, 60_000)
        while not self.ended.wait(0.3):
            try:
                with http2.Connection(self.fleet.port, context) as connection:
                    connection.open()
                    connection.send(http2.frame(WINDOW_UPDATE, 0, 0, struct.pack(">I", 1 << 30)))
                    status, _ = connection.call("BatchIssueCertificates", message)
                    self.uploads += 1
                    if status != http2.OK:
                        self.failures.append("batch: status %s" % status)
            except (OSError, AssertionError) as error:
                self.failures.append("batch: %r" % error)

    def arrive(self):
        while not self.ended.wait(0.3):
            begun = time.monotonic()
            done = self.ask_for_one()
            self.newcomers.append(time.monotonic() - begun)
            if done.returncode != 0:
                self.failures.append("bootstrap port: " + done.stderr.decode(errors="replace"))

    def ask_for_one(self):
        """A host that is new."""
        return subprocess.run(
            [fleet.FLEETCA, "cert", "issue", "--bootstrap", self.fleet.bootstrap_address,
             "--ca-sha256", self.root_sha256, "--token-file", self.token, "--identity",
             fleet.SPIFFE_ID, "--csr", "-"],
            input=self.csr, capture_output=True, check=False, timeout=60)

    def sample(self):
        while not self.ended.wait(0.05):
            self.peak = max(self.peak, resident_bytes(self.fleet.process.pid))

    # Afterwards.

    def p99(self):
        return percentile(self.latencies, 0.99)

    def p50(self):
        return percentile(self.latencies, 0.5)

    def report(self):
        return "calls=%d p50=%.0fms p99=%.0fms newcomers=%d slowest=%.2fs uploads=%d peak=%dMB failures=%d" % (
            len(self.latencies), self.p50() * 1e3, self.p99() * 1e3, len(self.newcomers),
            max(self.newcomers, default=0), self.uploads, self.peak >> 20,
            len(self.failures))


def refused_lines(log):
    """The reasons for which connections were closed, as the log has them."""
    return re.findall(r'refused or closed .*reason="([^"]*)"', log)
