"""Reads fleetca's FleetAuthz extension: who the peer is and what it may do. Needs pyca/cryptography.

read() looks at the leaf alone. What stands above it is TLS's to judge, which must be told to, by these lines at least:

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_verify_locations("authorization-roots.pem")  # the roots listed for authorization, and no others
    context.verify_flags |= ssl.VERIFY_X509_STRICT            # else what breaks RFC 5280 passes
    context.set_ciphers("DEFAULT@SECLEVEL=2")                 # else chains signed with SHA-1 or MD5 may, or with RSA-1024
    ...
    leaf = x509.load_der_x509_certificate(connection.getpeercert(binary_form=True))

Call read() for every request: a connection outlives its certificate. It does not know of revocations: a revoked
certificate counts until it expires. It raises ValueError, and nothing else, for
whatever is nobody's identity. What the answers mean is in x509/testdata/README.md of fleetca.
"""
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

FLEET_AUTHZ_OID = "1.3.6.1.4.1.32473.1.1.1"  # of the documentation arc: a deployment has its own
KEY_USAGE, ALT_NAME, CONSTRAINTS, PURPOSES = KNOWN = "2.5.29.15", "2.5.29.17", "2.5.29.19", "2.5.29.37"
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
TOKEN = re.compile("[a-z0-9][a-z0-9._/-]{0,63}")
VALUE = re.compile("[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]{1,128}")
PATH = re.compile(r"(/(?!\.\.?(/|$))[A-Za-z0-9._-]+)+")


@dataclass
class Grants:
    identity: str
    not_after: datetime
    state: str = "absent"  # or granted, unreadable, other_audience, stale_policy
    policy_revision: int = 0
    roles: list = field(default_factory=list)
    audience: list = None
    attributes: dict = field(default_factory=dict)


def element(tag, *parts):
    body = b"".join(parts)
    octets = b"" if len(body) < 128 else len(body).to_bytes((len(body).bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(octets) if octets else len(body)]) + octets + body


def elements(der):
    """[(tag, contents)]; ValueError where a length is not DER's."""
    found = []
    while der:
        size, start = der[1], 2
        if size > 127:
            start += size - 128
            size = int.from_bytes(der[2:start], "big")
        found.append((der[0], der[start:start + size]))
        if element(*found[-1]) != der[:start + size]:
            raise ValueError("not DER")
        der = der[start + size:]
    return found


def dotted(oid):
    arcs, arc = [], 0
    for octet in oid:
        arc = arc << 7 | octet & 0x7F
        if octet < 0x80:
            arcs, arc = arcs + [arc], 0
    first = min(arcs[0] // 40, 2)
    return ".".join(map(str, [first, arcs[0] - 40 * first, *arcs[1:]]))


def texts(der):
    return [text.decode() for _, text in elements(der)]


def utf8(strings):
    return b"".join(element(0x0C, text.encode()) for text in strings)


def parse_fleet_authz(der):
    """(policy_revision, roles, audience or None, attributes); ValueError unless exactly as fleetca writes it."""
    try:
        ((_, body),) = elements(der[:4097])
        _, (_, revision), (_, roles), *optional = elements(body)
        optional = dict(optional)
        revision = int.from_bytes(revision, "big", signed=True)
        roles, audience = texts(roles), texts(optional[0xA0]) if 0xA0 in optional else None
        attributes = dict(texts(pair) for _, pair in elements(optional.get(0xA1, b"")))
    except (IndexError, ValueError) as error:
        raise ValueError("FleetAuthz: malformed") from error
    for tokens, most in (roles, 32), (audience or [], 16), (list(attributes), 16):
        if tokens != sorted(set(tokens)) or len(tokens) > most or not all(map(TOKEN.fullmatch, tokens)):
            raise ValueError("FleetAuthz: a list that is too long, out of order or not of tokens")
    if not (all(map(VALUE.fullmatch, attributes.values())) and 0 <= revision < 2**63 and len(der) <= 4096):
        raise ValueError("FleetAuthz: out of range")
    built = [element(0x02, b"\1"), element(0x02, revision.to_bytes(revision.bit_length() // 8 + 1, "big")),
             element(0x30, utf8(roles)), element(0xA0, utf8(audience)) if audience else b"",
             element(0xA1, *(element(0x30, utf8(pair)) for pair in attributes.items())) if attributes else b""]
    if element(0x30, *built) != der:
        raise ValueError("FleetAuthz: not DER of version 1")
    return revision, roles, audience, attributes


def extensions_of(leaf):
    """{OID: (critical, contents)}, read here: pyca raises errors of many kinds for names that it does not know."""
    ((_, fields),) = elements(leaf.tbs_certificate_bytes)
    version, *_, (tag, wrapped) = elements(fields)
    if version != (0xA0, b"\x02\x01\x02") or tag != 0xA3:
        raise ValueError("not version 3 with extensions")
    found = {}
    for _, extension in elements(elements(wrapped)[0][1]):
        (_, oid), *flag, (_, contents) = elements(extension)
        if dotted(oid) in found or flag not in ([], [(1, b"\xff")]):
            raise ValueError("an extension is there twice, or is not DER")
        found[dotted(oid)] = bool(flag), contents
    return found


def check_keys(leaf):
    """Neither the leaf's key nor its issuer's signature is weak, or of a kind that fleets do not have."""
    key, digest = leaf.public_key(), leaf.signature_hash_algorithm
    sound = (isinstance(key, ed25519.Ed25519PublicKey) or
             isinstance(key, ec.EllipticCurvePublicKey) and key.curve.name in ("secp256r1", "secp384r1") or
             isinstance(key, rsa.RSAPublicKey) and 2048 <= key.key_size <= 8192)
    if not sound or digest and digest.name not in ("sha256", "sha384", "sha512"):
        raise ValueError("the certificate's key or signature is weak, or of an unknown kind")


def check_use(value):
    """The certificate is a leaf's, for signatures by clients. `value` has the extensions' contents by OID."""
    constraints = elements(elements(value.get(CONSTRAINTS, b"\x30\x00"))[0][1])
    usage = elements(value.get(KEY_USAGE, b"\x03\x02\x07\x80"))[0][1][1]
    purposes = elements(elements(value[PURPOSES])[0][1]) if PURPOSES in value else [(6, None)]
    if (1, b"\xff") in constraints or usage & 0x06 or not usage & 0x80:  # keyCertSign, cRLSign; digitalSignature
        raise ValueError("the certificate is a CA's, or not for signatures")
    if not any(oid is None or dotted(oid) == CLIENT_AUTH for _, oid in purposes):
        raise ValueError("the certificate is not for clients")


def identity_of(leaf, value, trust_domain):
    uris = [name for tag, name in elements(elements(value.get(ALT_NAME, b"\x30\x00"))[0][1]) if tag == 0x86]
    prefix = "spiffe://" + trust_domain
    uri = uris[0].decode("ascii") if len(uris) == 1 else ""
    if not uri.startswith(prefix) or not PATH.fullmatch(uri[len(prefix):]) or len(uri) > 2048:
        raise ValueError("an identity is exactly one URI, a SPIFFE ID of the trust domain")
    return uri


def utc(leaf, when):
    return getattr(leaf, when + "_utc", None) or getattr(leaf, when).replace(tzinfo=timezone.utc)


def read(leaf, trust_domain, audience="", oid=FLEET_AUTHZ_OID, minimum_policy_revision=0, now=None):
    """The Grants of a certificate (cryptography.x509.Certificate) now; ValueError when it is nobody's identity."""
    try:
        extensions = extensions_of(leaf)
        value = {name: contents for name, (_, contents) in extensions.items()}
        check_keys(leaf)
        check_use(value)
        identity = identity_of(leaf, value, trust_domain)
        before, after = utc(leaf, "not_valid_before"), utc(leaf, "not_valid_after")
    except (IndexError, TypeError, UnsupportedAlgorithm) as error:
        raise ValueError("the certificate cannot be read") from error
    if any(critical and name not in KNOWN for name, (critical, _) in extensions.items()):
        raise ValueError("a critical extension is not known here, or FleetAuthz is critical")
    if not before <= (now or datetime.now(timezone.utc)) <= after:
        raise ValueError("the certificate is not valid now")
    grants = Grants(identity, after)
    if oid in extensions:
        try:
            grants.policy_revision, roles, grants.audience, attributes = parse_fleet_authz(value[oid])
        except ValueError:
            return Grants(identity, after, "unreadable")
        grants.state = ("other_audience" if grants.audience and audience not in grants.audience else
                        "stale_policy" if grants.policy_revision < minimum_policy_revision else "granted")
        grants.roles, grants.attributes = (roles, attributes) if grants.state == "granted" else ([], {})
    return grants
