"""A CA in a folder of its own, and its server on one processor."""

import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time

TRUST_DOMAIN = "fleet.example"
AGENTS = 16
START_SECONDS = 120


class Failure(Exception):
    """A step that did not work; the message says which and why."""


def run(command, cpu=None, quiet=True):
    """The standard output of a command that must succeed."""
    pinned = ["taskset", "-c", str(cpu), *command] if cpu is not None else command
    done = subprocess.run(pinned, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.PIPE if quiet else None, text=True, check=False)
    if done.returncode != 0:
        raise Failure(f"{' '.join(command)} ended with {done.returncode}: {(done.stderr or '').strip()[-2000:]}")
    return done.stdout


def processors():
    """(the server's, the generator's): the first and the last this process may use."""
    allowed = sorted(os.sched_getaffinity(0))
    if len(allowed) < 2:
        raise Failure("this needs two processors, one for the server and one for the load; allow it two")
    return allowed[0], allowed[-1]


def free_port():
    """Free a moment ago, on the loopback interface."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return taken.getsockname()[1]


def probe_disk(folder, syncs=300):
    """Milliseconds that a bare fdatasync of 20,000 appended octets takes there, median and 99th of a hundred."""
    path = os.path.join(folder, f"fleetca-bench-probe-{os.getpid()}")
    took = []
    file = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    try:
        for _ in range(syncs):
            os.write(file, b"x" * 20000)
            began = time.monotonic()
            os.fdatasync(file)
            took.append((time.monotonic() - began) * 1000)
    finally:
        os.close(file)
        os.unlink(path)
    took.sort()
    return {"p50_ms": took[len(took) // 2], "p99_ms": took[len(took) * 99 // 100]}


# {what a scenario calls its server: (the program of bench/run, what its configuration has beside the usual)}
SERVERS = {
    "stored": ("fleetca", ""),
    "unstored": ("unstored", ""),
    "lanes_off": ("fleetca", "possession_lanes: POSSESSION_LANES_OFF\n"),
}


class Server:
    """`fleetca serve`, or //bench:unstored_server in its place, until close."""

    def __init__(self, programs, cpu, parent, kind="stored"):
        """`programs`: {name: path}; `kind`: one of SERVERS."""
        self.folder = tempfile.mkdtemp(prefix="fleetca-bench-", dir=parent)
        self.ca = os.path.join(self.folder, "ca")
        self.config = os.path.join(self.ca, "fleetca.textproto")
        self.cpu = cpu
        self.program, configuration = SERVERS[kind]
        self.path = programs[self.program]
        self.process = None
        self.port = None
        self.http_address = f"127.0.0.1:{free_port()}"
        try:
            run([programs["fleetca"], "ca", "init", "--dir", self.ca, "--trust-domain", TRUST_DOMAIN,
                 "--listen", "127.0.0.1:0"])
            with open(self.config, "a", encoding="utf-8") as config:
                config.write(f'http {{ address: "{self.http_address}" base_url: "http://{self.http_address}" }}\n')
                config.write(configuration)
            self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    @property
    def address(self):
        return f"127.0.0.1:{self.port}"

    def start(self):
        """Returns how many seconds passed until it answered."""
        ready = os.path.join(self.folder, "port")
        if os.path.exists(ready):
            os.remove(ready)
        program = ([self.path, self.config, ready] if self.program == "unstored" else
                   [self.path, "serve", "--config", self.config, "--ready-file", ready])
        began = time.monotonic()
        with open(os.path.join(self.folder, "log"), "ab") as log:
            self.process = subprocess.Popen(["taskset", "-c", str(self.cpu), *program],
                                            stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() - began > START_SECONDS:
                raise Failure(f"the server did not start: {self.log()[-2000:]}")
            time.sleep(0.002)
        took = time.monotonic() - began
        with open(ready, encoding="ascii") as file:
            self.port = int(file.read())
        return took

    def stop(self):
        """SIGTERM: what it has accepted is answered."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=START_SECONDS)
        self.process = None
        if code != 0:
            raise Failure(f"the server ended with {code}: {self.log()[-2000:]}")

    def close(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def log(self):
        with open(os.path.join(self.folder, "log"), encoding="utf-8", errors="replace") as file:
            return file.read()

    def cpu_seconds(self):
        """Of all its threads, by the kernel's scheduler: exact where clock ticks would show nothing."""
        total = 0
        tasks = f"/proc/{self.process.pid}/task"
        for task in os.listdir(tasks):
            with open(f"{tasks}/{task}/schedstat", encoding="ascii") as file:
                total += int(file.read().split()[0])
        return total / 1e9

    def resident_bytes(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"VmRSS:\s+(\d+) kB", file.read())[1]) * 1024

    def wait_until_idle(self):
        """RocksDB's compactions go on for a moment after a load."""
        for _ in range(60):
            before = self.cpu_seconds()
            time.sleep(1)
            if self.cpu_seconds() - before < 0.01:
                return
