"""Certificates by hand, with keys of fixed seeds: the same bytes each time they are made."""

import base64
import datetime
import hashlib

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from x509.testdata.vector_der import context, element, integer, oid, seq, utf8

ED25519 = seq(oid("1.3.101.112"))
CLIENT_AUTH = "1.3.6.1.5.5.7.3.2"
SERVER_AUTH = "1.3.6.1.5.5.7.3.1"
TRUE = b"\x01\x01\xff"
ANY_PURPOSE = "2.5.29.37.0"
DIGITAL_SIGNATURE = b"\x03\x02\x07\x80"
KEY_ENCIPHERMENT = b"\x03\x02\x05\x20"
SIGNATURE_AND_ENCIPHERMENT = b"\x03\x02\x05\xa0"
SIGNATURE_AND_CERT_SIGN = b"\x03\x02\x02\x84"
SIGNATURE_AND_CRL_SIGN = b"\x03\x02\x01\x82"
CERT_AND_CRL_SIGN = b"\x03\x02\x01\x06"
CRL_SIGN = b"\x03\x02\x01\x02"


def at(text):
    return datetime.datetime.strptime(text, "%Y-%m-%d %H:%M")


def utc_time(time):
    return element(0x17, time.strftime("%y%m%d%H%M%SZ").encode())


def pem(der):
    text = base64.b64encode(der).decode()
    lines = [text[i:i + 64] for i in range(0, len(text), 64)]
    return "\n".join(["-----BEGIN CERTIFICATE-----", *lines, "-----END CERTIFICATE-----", ""])


def extension(dotted, value, critical=b""):
    """`critical` is the BOOLEAN's element, right or wrong."""
    return seq(oid(dotted), critical, element(0x04, value))


def basic_constraints(ca, path_length=None):
    fields = (TRUE if ca else b"") + (b"" if path_length is None else integer(path_length))
    return extension("2.5.29.19", seq(fields), TRUE)


def key_usage(bits):
    return extension("2.5.29.15", bits, TRUE)


def extended_key_usage(*purposes):
    return extension("2.5.29.37", seq(*(oid(purpose) for purpose in purposes)))


def names(*general_names):
    return extension("2.5.29.17", seq(*general_names), TRUE)


def uri(text):
    return element(0x86, text.encode())


def dns(text):
    return element(0x82, text.encode())


def uris(*texts):
    return names(*map(uri, texts))


def name_constraints(permitted=(), excluded=(), critical=TRUE):
    """Of GeneralNames."""
    lists = [context(n, *(seq(base) for base in bases)) for n, bases in enumerate((permitted, excluded)) if bases]
    return extension("2.5.29.30", seq(*lists), critical)


class Key:
    """Ed25519."""

    algorithm = ED25519

    def __init__(self, seed):
        self.private = Ed25519PrivateKey.from_private_bytes(hashlib.sha256(seed.encode()).digest())
        self.public = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.id = hashlib.sha256(self.public).digest()[:20]
        self.spki = seq(ED25519, element(0x03, b"\x00", self.public))

    def sign(self, message):
        return self.private.sign(message)


class EcKey:
    """On a curve that is not for certificates; it signs with SHA-256, and so anew each time."""

    algorithm = seq(oid("1.2.840.10045.4.3.2"))

    def __init__(self, seed, curve):
        number = int.from_bytes(hashlib.sha256(seed.encode()).digest()[:20], "big")
        public = ec.derive_private_key(number, curve).public_key()
        self.spki = public.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        self.id = hashlib.sha256(self.spki).digest()[:20]

    def sign(self, message):
        raise NotImplementedError("its signatures would differ each time")


def name(common_name):
    return seq(element(0x31, seq(oid("2.5.4.3"), utf8(common_name)))) if common_name else seq()


class Authority:
    """A CA: its key, its name, its certificate."""

    def __init__(self, common_name, seed=None, issuer=None, extensions=None, path_length=None,
                 not_before=at("2026-01-01 00:00"), not_after=at("2036-01-01 00:00"), key=None):
        self.key = key or Key(seed or common_name)
        self.common_name = common_name
        if extensions is None:
            extensions = [basic_constraints(True, path_length), key_usage(CERT_AND_CRL_SIGN)]
        self.der = (issuer or self).issue(self.key, common_name, extensions, not_before, not_after)

    def issue(self, key, subject, extensions, not_before, not_after, key_id=None):
        """A certificate for `key` with these extensions and the two key identifiers; `key_id` stands for the CA's."""
        rest = [
            self.key.algorithm, name(self.common_name), seq(utc_time(not_before), utc_time(not_after)), name(subject), key.spki,
            context(3, seq(
                *extensions,
                extension("2.5.29.14", element(0x04, key.id)),
                extension("2.5.29.35", seq(element(0x80, key_id or self.key.id)))))]
        serial = int.from_bytes(hashlib.sha256(b"".join(rest)).digest()[:8], "big") | 1
        tbs = seq(context(0, integer(2)), integer(serial), *rest)
        return seq(tbs, self.key.algorithm, element(0x03, b"\x00", self.key.sign(tbs)))
