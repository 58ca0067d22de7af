"""A CA whose ports stay, and agents that keep certificates of it, for tests of `fleetca agent`.

    ca = agents.AgentFleet(policy=fleet.with_minute_lives)
    agent = agents.Agent(ca, "web-1", [agents.host(ca, "web-1")])
    agent.start()
    agent.wait_until_ready()
    agent.bundle("web-1")      # a Bundle: what is in credential-bundle.pem
"""

import datetime
import json
import os
import signal
import struct
import subprocess
import tempfile
import time
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import serialization

from tests.integration import fleet, publishing

HOST = "spiffe://%s/host/" % fleet.DOMAIN
READY_SECONDS = 90
SHIM = fleet.runfile("CLOCK_SHIM", "tests/agent/libclock.so")
# A host whose clock is ahead by this sees a certificate that lives a minute in the window of its renewal as soon as
# it is there, or some seconds later: many lives in little time. The certificates are what they are by all others.
QUICK_LIVES = 34
END = b"-----END CERTIFICATE-----\n"


class AgentFleet(fleet.Fleet):
    """With a bootstrap port, and at the same ports after each start."""

    def __init__(self, config=None, **kwargs):
        super().__init__(config=lambda text: self.with_ports(config(text) if config else text), bootstrap=True, **kwargs)
        self.root = os.path.join(self.ca, "root-ca.crt")

    @staticmethod
    def with_ports(text):
        for _ in range(2):
            text = text.replace("127.0.0.1:0", "127.0.0.1:%d" % publishing.free_port(), 1)
        return text

    def fingerprint(self):
        return fleet.fleetca("bundle", "fingerprint", self.root).out.decode().strip()

    def tokens(self, identities, profile="host", uses=1):
        """Files with join tokens, by identity."""
        made = self.at_server("token", "create", "--profile", profile, "--uses", str(uses), "--ttl", "1h",
                              "--identities-file", "-", stdin="\n".join(identities).encode())
        assert made.code == 0, made.err
        files = {}
        for line in made.out.decode().splitlines():
            identity, token = line.split()
            files[identity] = self.write("token-" + identity.rsplit("/", 1)[1], token.encode())
            os.chmod(files[identity], 0o600)
        return files

    def statistics(self):
        read = self.at_server("stats", "-o", "json")
        assert read.code == 0, read.err
        return json.loads(read.out)


def identity(name, enrollment, profile="host", more="", outputs="", folder=None):
    """An identity of a configuration; its files are in `folder`, or the folder NAME beside the configuration."""
    return """
identities {
  name: "%s" profile: "%s"
  enrollment { %s }
  outputs { folder: "%s" %s }
  %s
}
""" % (name, profile, enrollment, folder or name, outputs, more)


def host(ca, name, more="", outputs="", uses=1):
    """The identity spiffe://fleet.example/host/NAME, which enrolls by a token."""
    token = ca.tokens([HOST + name], uses=uses)[HOST + name]
    return identity(name, 'join_token_file: "%s"' % token, more=more, outputs=outputs)


class Bundle(NamedTuple):
    """What is in a credential bundle."""
    serial: str
    begins: float
    ends: float


def read_bundle(octets):
    """Fails where the key is not the certificate's."""
    pem_key, begin, rest = octets.partition(b"-----BEGIN CERTIFICATE-----")
    certificate = x509.load_pem_x509_certificate(begin + rest[:rest.index(END) + len(END)])
    key = serialization.load_pem_private_key(pem_key, None)
    assert key.public_key().public_numbers() == certificate.public_key().public_numbers(), "another key"
    return Bundle("%040x" % certificate.serial_number, seconds(certificate.not_valid_before),
                  seconds(certificate.not_valid_after))


def seconds(utc):
    """Since the epoch; the library has times without a zone."""
    return utc.replace(tzinfo=datetime.timezone.utc).timestamp()


class Clock:
    """The wall clock of processes with `env`, which is off by some seconds, and may be set while they run."""

    def __init__(self, path, seconds=0):
        self.path = path
        with open(path, "wb") as file:
            file.write(struct.pack("=q", seconds))
        self.env = {"LD_PRELOAD": SHIM, "CLOCK_OFFSET_FILE": path}

    def set(self, seconds):
        with open(self.path, "r+b", buffering=0) as file:
            file.write(struct.pack("=q", seconds))


class Agent:
    """The folder of an agent with its configuration, and its process while it runs."""

    def __init__(self, ca, name, identities, settings="", ca_settings="", env=None, root=None, preexec=None):
        """`identities` are texts as of host(); `settings` are further fields of the configuration, `ca_settings` of
        `ca`; `root` says whom to trust, where it is not the CA's fingerprint; `preexec` runs in the new process."""
        self.ca = ca
        self.folder = ca.path(name)
        os.makedirs(self.folder, exist_ok=True)
        # The path of a socket is short.
        self.short = tempfile.TemporaryDirectory(prefix="agent-", dir="/tmp")
        self.socket = os.path.join(self.short.name, "status")
        self.config = self.path("agent.textproto")
        self.log = self.path("agent.log")
        self.env = {**os.environ, **(env or {})}
        self.preexec = preexec
        self.process = None
        with open(self.config, "w", encoding="utf-8") as file:
            file.write("""
ca {
  trust_domain: "%s" addresses: "%s" bootstrap_addresses: "%s"
  %s
  %s
}
state_folder: "state"
status { socket: "%s" }
%s
%s
""" % (fleet.DOMAIN, ca.address, ca.bootstrap_address, root or 'root_sha256: "%s"' % ca.fingerprint(), ca_settings,
                self.socket, settings, "".join(identities)))

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.kill()
        self.short.cleanup()

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def edit(self, before, after):
        """Writes something else into the configuration."""
        with open(self.config, encoding="utf-8") as file:
            text = file.read()
        assert before in text, text
        with open(self.config, "w", encoding="utf-8") as file:
            file.write(text.replace(before, after))

    def bundle_path(self, name):
        return self.path(name, "credential-bundle.pem")

    def bundle(self, name):
        """The Bundle of an identity now."""
        with open(self.bundle_path(name), "rb") as file:
            return read_bundle(file.read())

    def said(self):
        with open(self.log, encoding="utf-8", errors="replace") as file:
            return file.read()

    # The process.

    def once(self, patience="30s"):
        """`fleetca agent --once`."""
        done = subprocess.run([fleet.FLEETCA, "agent", "--config", self.config, "--once", "--timeout", patience],
                              stdin=subprocess.DEVNULL, capture_output=True, check=False, env=self.env,
                              timeout=fleet.COMMAND_SECONDS, preexec_fn=self.preexec)
        return fleet.Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))

    def start(self):
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen([fleet.FLEETCA, "agent", "--config", self.config], stdin=subprocess.DEVNULL,
                                            stdout=log, stderr=log, env=self.env, preexec_fn=self.preexec)
        return self

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=fleet.START_SECONDS)
        self.process = None
        return code

    def kill(self):
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    def is_running(self):
        return self.process.poll() is None

    def status(self):
        """As it says it itself; None where it does not answer."""
        asked = fleet.fleetca("agent", "status", "--socket", self.socket, "-o", "json")
        return json.loads(asked.out) if asked.code == 0 else None

    def identity(self, name):
        """The status of an identity; {} where the agent does not answer."""
        status = self.status() or {"identities": []}
        return next((one for one in status["identities"] if one["name"] == name), {})

    def last_error(self, name):
        return (self.identity(name).get("last_error") or {}).get("message", "")

    def wait_until_ready(self, patience=READY_SECONDS):
        return self.wait_until(lambda: (self.status() or {}).get("ready"), patience)

    def wait_until(self, condition, patience=READY_SECONDS):
        """The first true value of condition()."""
        deadline = time.monotonic() + patience
        while not (value := condition()):
            assert self.is_running(), "the agent has ended: " + self.said()
            assert time.monotonic() < deadline, "not within %d s: %s" % (patience, self.said())
            time.sleep(0.2)
        return value
