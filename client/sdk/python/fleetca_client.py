"""A client of fleetca for Python: one file to copy, beside fleetca_api.binpb, which README.md says how to make.

A service that has a join token and the fingerprint of the CA's root:

    files = Files("/var/lib/web/tls")
    if not os.path.exists(files.credential):
        bootstrap(files, "ca.fleet.example:8444", "fleet.example", root_sha256, token_file="/run/web.token")
    renewer = Renewer(Client("ca.fleet.example:8443", "fleet.example", files))
    context = ssl_context(files, server_side=True)      # its next handshakes show what was renewed

A service beside `fleetca agent` needs ssl_context() alone: Files reads what the agent writes.
It needs python3-grpcio, python3-protobuf and python3-cryptography of Debian 12 or newer. All is thread-safe.
"""

import hashlib
import os
import random
import re
import secrets
import ssl
import tempfile
import threading
import time

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from google.protobuf import descriptor_pb2, message_factory

PEM, DER, CLEAR = serialization.Encoding.PEM, serialization.Encoding.DER, serialization.NoEncryption()
# In brackets gRPC takes the whole for the name to find in the server's certificate, and the SPIFFE ID is one of its
# names: no other host of the fleet passes for the CA.
SERVER = "[spiffe://%s/svc/fleetca]"
SERVICE = "/fleetca.v1.CertificateAuthorityService/"
RETRIED = (grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED, grpc.StatusCode.RESOURCE_EXHAUSTED)
with open(os.environ.get("FLEETCA_API") or os.path.join(os.path.dirname(__file__), "fleetca_api.binpb"), "rb") as _file:
    API = message_factory.GetMessages(descriptor_pb2.FileDescriptorSet.FromString(_file.read()).file)


class CaError(Exception):
    """What the CA refused or could not do: `code` is gRPC's, `reason` a word of fleetca's list of errors or ""."""

    def __init__(self, message, code=None, reason="", retry_after=0.0):
        super().__init__(message)
        self.code, self.reason, self.retry_after = code, reason, retry_after


def _error(error, address):
    said = dict(error.trailing_metadata() or ()).get("grpc-status-details-bin", b"")
    named = ((one.type_url.rsplit("/", 1)[-1], one.value) for one in API["google.rpc.Status"].FromString(said).details)
    details = {name: API[name].FromString(value) for name, value in named if name in API}
    info, retry = details.get("google.rpc.ErrorInfo"), details.get("google.rpc.RetryInfo")
    seconds = min(3600.0, retry.retry_delay.seconds + retry.retry_delay.nanos / 1e9) if retry else 0.0
    where = "" if info else "the CA at %s was not reached, or is not the CA: " % address
    return CaError(where + error.details(), error.code(), info.reason if info else "", seconds)


def _pem(*ders):
    return b"".join(x509.load_der_x509_certificate(der).public_bytes(PEM) for der in ders)


class Files:
    """A folder with the files that `fleetca agent` writes: key, certificate and chain in one, and the roots."""

    def __init__(self, folder):
        self.credential, self.roots, self.request = (
            os.path.join(folder, name) for name in ("credential-bundle.pem", "trust-bundle.pem", "bootstrap-request"))

    def read(self):
        """The key and the certificates, the own one first, which fit, as they are one file; and the roots. PEM."""
        with open(self.credential, "rb") as credential, open(self.roots, "rb") as roots:
            key, begin, certificates = credential.read().partition(b"-----BEGIN CERTIFICATE-----")
            return key, begin + certificates, roots.read()

    def version(self):
        """Changes when one of the files does."""
        return tuple((info.st_ino, info.st_mtime_ns) for info in map(os.stat, (self.credential, self.roots)))


def _write(path, contents, mode):
    """The old file or the new one, whatever happens meanwhile."""
    with tempfile.NamedTemporaryFile(dir=os.path.dirname(path), delete=False) as file:
        try:
            os.fchmod(file.fileno(), mode)
            file.write(contents)
            file.flush()
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            os.unlink(file.name)  # it may have a key, and on a full disk each attempt would leave another one
            raise


def new_key_and_csr():
    """A P-256 key as PKCS#8, PEM, and a CSR, DER. It asks for no names: the policy's rule writes them out."""
    key = ec.generate_private_key(ec.SECP256R1())
    csr = x509.CertificateSigningRequestBuilder().subject_name(x509.Name([])).sign(key, hashes.SHA256())
    return key.private_bytes(PEM, serialization.PrivateFormat.PKCS8, CLEAR), csr.public_bytes(DER)


class _Port:
    """Calls to one port of a server whose certificate has this name, which may be a SPIFFE ID."""

    def __init__(self, address, name, roots_pem, key_pem=None, certificates_pem=None):
        self.address = address
        self.credentials = grpc.ssl_channel_credentials(roots_pem, key_pem, certificates_pem)
        self.options = [("grpc.ssl_target_name_override", name), ("grpc.default_authority", address),
                        ("grpc.enable_http_proxy", 0)]

    def call(self, method, deadline=30.0, token=None, **fields):
        """Repeats what may succeed later, with the request's own request_id, until the deadline, in seconds."""
        credentials = self.credentials if token is None else grpc.composite_channel_credentials(
            self.credentials, grpc.access_token_call_credentials(token))
        request = API["fleetca.v1.%sRequest" % method](**fields)
        end, delay = time.monotonic() + deadline, 0.1
        with grpc.secure_channel(self.address, credentials, self.options) as channel:
            call = channel.unary_unary(SERVICE + method, type(request).SerializeToString,
                                       API["fleetca.v1.%sResponse" % method].FromString)
            while True:
                try:
                    return call(request, timeout=max(0.1, min(10.0, end - time.monotonic())))
                except grpc.RpcError as failed:
                    error = _error(failed, self.address)
                wait = max(error.retry_after, delay * random.uniform(0.5, 1))
                if error.code not in RETRIED or time.monotonic() + wait >= end:
                    raise error
                time.sleep(wait)
                delay = min(delay * 2, 5.0)


def first_contact(address, root_sha256):
    """The root with that SHA-256, PEM, from whoever answers at the bootstrap port: nothing else of it is believed."""
    host, port = address.rsplit(":", 1)
    try:
        shown = ssl.get_server_certificate((host.strip("[]"), int(port)), timeout=10)
    except OSError as failed:
        raise CaError("the CA at %s was not reached: %s" % (address, failed)) from None
    # Whoever it is: the certificate vouches for itself here, and the fingerprint decides.
    names = re.findall(rb"spiffe://[!-~]+/svc/fleetca", ssl.PEM_cert_to_DER_cert(shown)) or [b""]
    roots = _Port(address, "[%s]" % names[0].decode(), shown.encode()).call("GetTrustBundle").roots_der
    wanted = root_sha256.replace(":", "").strip().lower()
    found = [root for root in roots if hashlib.sha256(root).hexdigest() == wanted]
    if len(found) != 1:
        raise CaError("what answers at %s does not have the root with SHA-256 %s: somebody may be in between, or the "
                      "fingerprint is another CA's. No token was sent" % (address, wanted))
    return _pem(found[0])


def _issued(response, key_pem):
    """The certificate with its chain, PEM, once it is for the key."""
    certificate = x509.load_der_x509_certificate(response.certificate.certificate_der)
    key = serialization.load_pem_private_key(key_pem, None)
    spki = [public.public_bytes(DER, serialization.PublicFormat.SubjectPublicKeyInfo)
            for public in (certificate.public_key(), key.public_key())]
    if spki[0] != spki[1]:
        raise CaError("the CA's answer cannot be right and is not used: the certificate is for another key")
    return _pem(response.certificate.certificate_der, *response.chain_der)


def _kept_request(path):
    """The key, the CSR and the request id of a bootstrap: the same ones, also after a crash, until it is done."""
    if not os.path.exists(path):
        drawn = (*new_key_and_csr(), secrets.token_bytes(16))
        _write(path, b" ".join(part.hex().encode() for part in drawn), 0o600)
    with open(path, encoding="ascii") as file:
        return [bytes.fromhex(part) for part in file.read().split()]


def bootstrap(files, address, trust_domain, root_sha256, token_file, profile="", deadline=60.0):
    """The first certificate, for a join token or a JWT, which nobody sees before he has shown to be the CA."""
    roots = first_contact(address, root_sha256)
    with open(token_file, encoding="ascii") as file:
        token = file.read().strip()
    key, csr, request_id = _kept_request(files.request)
    try:
        response = _Port(address, SERVER % trust_domain, roots).call(
            "IssueCertificate", deadline, token, csr_der=csr, profile=profile, request_id=request_id)
    except CaError as refused:
        if refused.reason.startswith("REQUEST_ID_"):
            os.remove(files.request)  # no answer comes to it any more, so the next call asks anew
        raise
    _write(files.roots, roots, 0o644)
    _write(files.credential, key + _issued(response, key), 0o600)
    os.remove(files.request)


class Client:
    """Calls by the certificate in `files`, as it is at each call."""

    def __init__(self, address, trust_domain, files):
        self.address, self.trust_domain, self.files = address, trust_domain, files

    def _call(self, method, **fields):
        key, certificates, roots = self.files.read()
        return _Port(self.address, SERVER % self.trust_domain, roots, key, certificates).call(method, **fields)

    def issue(self, profile, identity=""):
        """A certificate beside the own one: its key and its chain, PEM."""
        key, csr = new_key_and_csr()
        response = self._call("IssueCertificate", csr_der=csr, profile=profile, identity=identity,
                              request_id=secrets.token_bytes(16))
        return key, _issued(response, key)

    def renew(self):
        """Puts the next certificate, for the same key, in the place of the own one."""
        key = self.files.read()[0]
        issued = _issued(self._call("RenewCertificate", request_id=secrets.token_bytes(16)), key)
        _write(self.files.credential, key + issued, 0o600)

    def renewal_info(self):
        """The message RenewalInfo for the own certificate."""
        serial = x509.load_pem_x509_certificate(self.files.read()[1]).serial_number.to_bytes(20, "big")
        result = self._call("GetRenewalInfo", serial_numbers=[serial])
        if not result.results[0].HasField("info"):
            raise CaError("the CA does not know the certificate that this host holds; enroll anew")
        return result.results[0].info

    def refresh_roots(self):
        """Trusts what the CA says from now on, unless its server does not chain to that alone. Whether it changed."""
        roots = _pem(*self._call("GetTrustBundle").roots_der)
        key, certificates, before = self.files.read()
        if roots == before:
            return False
        _Port(self.address, SERVER % self.trust_domain, roots, key, certificates).call("GetTrustBundle")
        _write(self.files.roots, roots, 0o644)
        return True


class _Loop:
    """Runs step() again and again, after as many seconds as it says, until close()."""

    def __init__(self):
        self._closed = threading.Event()
        threading.Thread(target=self._run, daemon=True).start()

    def _run(self):
        while not self._closed.wait(self.step()):
            pass

    def close(self):
        self._closed.set()


class Renewer(_Loop):
    """Renews in the window that the CA gives, and asks for the roots. `last_error` is None while all is well."""

    def __init__(self, client, on_renewed=lambda: None):
        self.client, self.on_renewed = client, on_renewed
        self.last_error, self._failures, self._fraction = None, 0, random.random()
        super().__init__()

    def step(self):
        try:
            info = self.client.renewal_info()
            start, end = (moment.seconds for moment in (info.window_start, info.window_end))
            if time.time() >= start + self._fraction * (end - start):  # the wall clock: a host may have slept
                self.client.renew()
                self._fraction = random.random()  # drawn once for each certificate
                self.on_renewed()
            self.client.refresh_roots()
            self.last_error, self._failures = None, 0
            return max(1.0, min(60.0, (end - start) / 10))
        except Exception as error:  # whatever it is, and whosever: the next certificate is wanted all the same
            self.last_error, self._failures = error, min(self._failures + 1, 6)  # a power has a greatest exponent
            return max(getattr(error, "retry_after", 0.0), min(60.0, 2.0 ** self._failures) * random.uniform(0.5, 1))


class Watcher(_Loop):
    """Calls on_change() after the files have changed, whoever changed them."""

    def __init__(self, files, on_change, seconds=1.0):
        self._files, self._on_change, self._seconds, self._version = files, on_change, seconds, files.version()
        super().__init__()

    def step(self):
        try:
            version = self._files.version()
            if version != self._version:
                self._on_change()
                self._version = version
        except Exception:
            pass  # half of a change, or who is called has a problem: the next look calls again
        return self._seconds


def ssl_context(files, server_side=False):
    """Mutual TLS by the files, for handshakes from now on as they are at the time. What has left the trust bundle
    counts until the process starts anew, because OpenSSL forgets no root."""
    purpose = ssl.Purpose.CLIENT_AUTH if server_side else ssl.Purpose.SERVER_AUTH
    context = ssl.create_default_context(purpose, cafile=files.roots)
    context.verify_mode = ssl.CERT_REQUIRED

    def load():
        context.load_verify_locations(files.roots)
        context.load_cert_chain(files.credential)
    load()
    context.fleetca_watcher = Watcher(files, load)
    return context
