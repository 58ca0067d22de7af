"""A CA of its own for a test: made by `fleetca ca init`, served on a free port, gone afterwards.

    class SomeTest(unittest.TestCase):
        @classmethod
        def setUpClass(cls):
            cls.fleet = cls.enterClassContext(fleet.Fleet())

The binary is `fleetca` of the runfiles, or what FLEETCA_BINARY names.
"""

import os
import shutil
import signal
import subprocess
import tempfile
import time
from typing import NamedTuple

DOMAIN = "fleet.example"
DNS_NAME = "web.fleet.example"
SPIFFE_ID = "spiffe://fleet.example/svc/web"
NAMES = "DNS:%s,URI:%s" % (DNS_NAME, SPIFFE_ID)
START_SECONDS = 60
COMMAND_SECONDS = 60

KEY_OPTIONS = {
    "p256": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-256"],
    "p384": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-384"],
    "p521": ["-algorithm", "EC", "-pkeyopt", "ec_paramgen_curve:P-521"],
    "rsa1024": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:1024"],
    "rsa2048": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:2048"],
    "rsa3072": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:3072"],
    "rsa4096": ["-algorithm", "RSA", "-pkeyopt", "rsa_keygen_bits:4096"],
    "ed25519": ["-algorithm", "ED25519"],
}


def runfile(variable, path):
    """A file of the runfiles, unless the environment variable names another."""
    return os.path.abspath(os.environ.get(variable, path))


FLEETCA = runfile("FLEETCA_BINARY", "fleetca")


class Result(NamedTuple):
    """How a command ended. `out` is octets, as certificates may be DER; `err` is words."""
    code: int
    out: bytes
    err: str


def run(*command, stdin=b"", env=None, timeout=COMMAND_SECONDS):
    done = subprocess.run(command, input=stdin, capture_output=True, timeout=timeout, check=False,
                          env=env)
    return Result(done.returncode, done.stdout, done.stderr.decode(errors="replace"))


def fleetca(*arguments, stdin=b""):
    return run(FLEETCA, *arguments, stdin=stdin)


def openssl(*arguments, stdin=b""):
    """The standard output of an openssl command that must succeed."""
    result = run("openssl", *arguments, stdin=stdin)
    if result.code != 0:
        raise AssertionError("openssl %s: %s" % (" ".join(arguments), result.err))
    return result.out


def make_key(path, key_type):
    openssl("genpkey", *KEY_OPTIONS[key_type], "-out", path)
    os.chmod(path, 0o600)
    return path


def make_csr(key_file, names=NAMES, more=(), subject="/"):
    """PEM, as `openssl req` makes it; `names` None leaves the subjectAltName out."""
    san = [] if names is None else ["-addext", "subjectAltName=" + names]
    return openssl("req", "-new", "-key", key_file, "-subj", subject, *san, *more)


def serial_of(certificate_pem):
    """As openssl says it: "serial=01AB..."."""
    return openssl("x509", "-noout", "-serial", stdin=certificate_pem).decode().strip()


def with_minute_lives(policy):
    """The policy with certificates of a minute for hosts, which begin when they are made."""
    before = 'name: "host"\n    default_lifetime { seconds: 86400 }'
    assert policy.count(before) == 1
    return policy.replace(before, 'name: "host"\n    backdate {}\n    default_lifetime { seconds: 60 }')


class Fleet:
    """A temporary folder with a CA in `ca`, and its server while it runs."""

    def __init__(self, key_type="p256", start=True, config=None, policy=None, bootstrap=False,
                 env=None, init=()):
        """`config` and `policy` edit the texts of fleetca.textproto and policy.textproto;
        `bootstrap`: with a bootstrap port; `env` is added for the server, and `init` to the flags of `ca init`."""
        self.folder = tempfile.mkdtemp(prefix="fleet-", dir=os.environ.get("TEST_TMPDIR"))
        self.process = None
        self.port = None
        self.bootstrap_port = None
        self.env = dict(env or {})
        try:
            made = fleetca("ca", "init", "--dir", self.ca, "--trust-domain", DOMAIN, "--key-type",
                           key_type, "--listen", "127.0.0.1:0",
                           *(["--bootstrap", "127.0.0.1:0"] if bootstrap else []), *init)
            if made.code != 0:
                raise AssertionError("ca init: " + made.err)
            for name, edit in (("fleetca", config), ("policy", policy)):
                if edit is not None:
                    self.edit(name + ".textproto", edit)
            if start:
                self.start()
        except BaseException:
            self.close()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *error):
        self.close()

    def close(self):
        self.kill()
        shutil.rmtree(self.folder, ignore_errors=True)

    # Files.

    @property
    def ca(self):
        return os.path.join(self.folder, "ca")

    def path(self, *names):
        return os.path.join(self.folder, *names)

    def read(self, name):
        with open(self.path(name), "rb") as file:
            return file.read()

    def write(self, name, contents):
        with open(self.path(name), "wb") as file:
            file.write(contents)
        return self.path(name)

    def edit(self, name, change):
        """Changes a text file of the CA."""
        self.write("ca/" + name, change(self.read("ca/" + name).decode()).encode())

    def log(self):
        return self.read("server.log").decode(errors="replace")

    # The server.

    @property
    def address(self):
        return "127.0.0.1:%d" % self.port

    @property
    def bootstrap_address(self):
        return "127.0.0.1:%d" % self.bootstrap_port

    def start(self):
        """`fleetca serve`; returns once it answers."""
        ready = self.path("port")
        if os.path.exists(ready):
            os.remove(ready)
        with open(self.path("server.log"), "ab") as log:
            self.process = subprocess.Popen(
                [FLEETCA, "serve", "--config", os.path.join(self.ca, "fleetca.textproto"),
                 "--ready-file", ready],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log, env={**os.environ, **self.env})
        deadline = time.monotonic() + START_SECONDS
        while not os.path.exists(ready):
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise AssertionError("the server did not start: " + self.log())
            time.sleep(0.02)
        with open(ready, encoding="ascii") as file:
            ports = [int(line) for line in file]
        self.port = ports[0]
        self.bootstrap_port = ports[1] if len(ports) > 1 else None

    def stop(self):
        """SIGTERM; returns the exit code."""
        self.process.send_signal(signal.SIGTERM)
        code = self.process.wait(timeout=START_SECONDS)
        self.process = None
        return code

    def kill(self):
        """SIGKILL, unless it is gone already."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self.process = None

    # Commands against it.

    def at_server(self, *arguments, stdin=b""):
        return fleetca(*arguments, "--server", self.address, "--dir", self.ca, stdin=stdin)

    def issue(self, csr, *arguments, profile="service"):
        return self.at_server("cert", "issue", "--profile", profile, "--csr", "-", *arguments,
                              stdin=csr)

    def clear_issuing_key(self):
        """The issuing CA's private key as PEM in the clear: what no one should be able to do."""
        return openssl("pkey", "-in", os.path.join(self.ca, "issuing-ca.key"), "-passin",
                       "file:" + os.path.join(self.ca, "issuing-ca.passphrase"))

    def sign_with_openssl(self, out, csr, extensions, days=1,
                          names="URI:spiffe://%s/operator/admin" % DOMAIN):
        """A certificate with the issuing CA's signature that the CA would not give, with its
        chain. Its serial number says that it was made without a store, as `ca init` does."""
        key = self.write("clear.key", self.clear_issuing_key())
        issuer = os.path.join(self.ca, "issuing-ca.crt")
        text = self.write("extensions.cnf", b"subjectAltName=%s\n%s\n" %
                          (names.encode(), extensions.encode()))
        leaf = openssl("x509", "-req", "-CA", issuer, "-CAkey", key, "-set_serial",
                       "0x01ffffff0000" + os.urandom(14).hex(), "-days", str(days), "-extfile", text, stdin=csr)
        os.remove(key)
        with open(issuer, "rb") as chain, open(out, "wb") as file:
            file.write(leaf + chain.read())
        return out

    # For openssl s_client: the administrator's certificate.
    @property
    def tls_client(self):
        return ["-connect", self.address, "-CAfile", os.path.join(self.ca, "trust-bundle.pem"),
                "-cert", os.path.join(self.ca, "admin.crt"),
                "-cert_chain", os.path.join(self.ca, "admin.crt"),
                "-key", os.path.join(self.ca, "admin.key")]
