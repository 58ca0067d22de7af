"""Reads fleetca's FleetAuthz extension: who the peer is and what it may do. Needs pyca/cryptography.

read() looks at the leaf alone: TLS must have verified its chain, and to roots that are listed for
authorization. Call it for every request: a connection outlives its certificate. What the answers
mean is in x509/testdata/README.md of fleetca.
"""
import re
from dataclasses import dataclass, field
from datetime import datetime, timezone

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID, ExtensionOID as Ext

FLEET_AUTHZ_OID = "1.3.6.1.4.1.32473.1.1.1"  # of the documentation arc: a deployment has its own
TOKEN = re.compile("[a-z0-9][a-z0-9._/-]{0,63}")
VALUE = re.compile("[^\x00-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]{1,128}")
PATH = re.compile(r"(/(?!\.\.?(/|$))[A-Za-z0-9._-]+)+")
KNOWN = (Ext.BASIC_CONSTRAINTS, Ext.KEY_USAGE, Ext.EXTENDED_KEY_USAGE, Ext.SUBJECT_ALTERNATIVE_NAME)


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
    """[(tag, contents)], leniently: parse_fleet_authz builds what it read again and compares."""
    found = []
    while der:
        size, start = der[1], 2
        if size > 127:
            start += size - 128
            size = int.from_bytes(der[2:start], "big")
        found.append((der[0], der[start:start + size]))
        der = der[start + size:]
    return found


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


def utc(leaf, when):
    return getattr(leaf, when + "_utc", None) or getattr(leaf, when).replace(tzinfo=timezone.utc)


def read(leaf, trust_domain, audience="", oid=FLEET_AUTHZ_OID, minimum_policy_revision=0, now=None):
    """The Grants of a certificate (cryptography.x509.Certificate) now; ValueError when it is nobody's identity."""
    try:
        extensions = {extension.oid.dotted_string: extension for extension in leaf.extensions}
    except x509.DuplicateExtension as error:
        raise ValueError("an extension is there twice") from error
    value = {name: extension.value for name, extension in extensions.items()}
    if any(extension.critical and extension.oid not in KNOWN for extension in extensions.values()):
        raise ValueError("a critical extension is not known here, or FleetAuthz is critical")
    constraints, usage, purposes, names = (value.get(one.dotted_string) for one in KNOWN)
    not_for_clients = purposes and ExtendedKeyUsageOID.CLIENT_AUTH not in purposes
    if constraints and constraints.ca or usage and usage.key_cert_sign or not_for_clients:
        raise ValueError("the certificate is a CA's, or not for clients")
    uris = names.get_values_for_type(x509.UniformResourceIdentifier) if names else []
    prefix = "spiffe://" + trust_domain
    if len(uris) != 1 or not uris[0].startswith(prefix) or not PATH.fullmatch(uris[0][len(prefix):]):
        raise ValueError("an identity is exactly one URI, a SPIFFE ID of the trust domain")
    after = utc(leaf, "not_valid_after")
    if not utc(leaf, "not_valid_before") <= (now or datetime.now(timezone.utc)) <= after:
        raise ValueError("the certificate is not valid now")
    grants = Grants(uris[0], after)
    if oid in extensions:
        try:
            grants.policy_revision, roles, grants.audience, attributes = parse_fleet_authz(value[oid].value)
        except ValueError:
            return Grants(uris[0], after, "unreadable")
        grants.state = ("other_audience" if grants.audience and audience not in grants.audience else
                        "stale_policy" if grants.policy_revision < minimum_policy_revision else "granted")
        grants.roles, grants.attributes = (roles, attributes) if grants.state == "granted" else ([], {})
    return grants
