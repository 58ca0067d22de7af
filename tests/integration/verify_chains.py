"""Chains for tests, good and bad, made by Python's cryptography: nothing of ours is in them."""

import datetime
import ipaddress
import os

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509 import oid

NOW = datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None, microsecond=0)
SERVER = oid.ExtendedKeyUsageOID.SERVER_AUTH
CLIENT = oid.ExtendedKeyUsageOID.CLIENT_AUTH
ANY = x509.ObjectIdentifier("2.5.29.37.0")


def day(count):
    return NOW + datetime.timedelta(days=count)


def key_usage(**bits):
    every = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
             "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{name: bits.get(name, False) for name in every})


class Holder:
    """A name with its key, and the certificate that says so."""

    def __init__(self, name, key=None):
        self.name = x509.Name([x509.NameAttribute(oid.NameOID.COMMON_NAME, name)])
        self.key = key or ec.generate_private_key(ec.SECP256R1())
        self.certificate = None

    def pem(self):
        return self.certificate.public_bytes(serialization.Encoding.PEM)


def sign(holder, issuer, extensions, begins, ends):
    """The holder's certificate; `extensions` are pairs of an extension and whether it is critical."""
    builder = (x509.CertificateBuilder().subject_name(holder.name).issuer_name(issuer.name)
               .public_key(holder.key.public_key()).serial_number(x509.random_serial_number())
               .not_valid_before(day(begins)).not_valid_after(day(ends)))
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(holder.key.public_key()), False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer.key, hashes.SHA256())


def make_ca(name, issuer=None, path_length=None, ca=True, signs=True, constraints=None, purposes=None, days=(-10, 100),
            key=None, usage=True):
    holder = Holder(name, key)
    extensions = [(x509.BasicConstraints(ca, path_length if ca else None), True)]
    if usage:
        extensions.append((key_usage(key_cert_sign=signs, crl_sign=True, digital_signature=not signs), True))
    if constraints:
        extensions.append((constraints, True))
    if purposes:
        extensions.append((x509.ExtendedKeyUsage(purposes), False))
    holder.certificate = sign(holder, issuer or holder, extensions, *days)
    return holder


def make_leaf(issuer, dns=("web.fleet.example",), ips=(), purposes=(SERVER, CLIENT), days=(-1, 30), more=(),
              name="web"):
    holder = Holder(name)
    names = [x509.DNSName(one) for one in dns] + [x509.IPAddress(ipaddress.ip_address(one)) for one in ips]
    extensions = [(x509.BasicConstraints(False, None), True), (key_usage(digital_signature=True), True),
                  (x509.ExtendedKeyUsage(purposes), False), *more]
    if names:
        extensions.append((x509.SubjectAlternativeName(names), False))
    holder.certificate = sign(holder, issuer, extensions, *days)
    return holder


def make_crl(issuer, revoked=(), days=(-1, 7)):
    builder = (x509.CertificateRevocationListBuilder().issuer_name(issuer.name).last_update(day(days[0]))
               .next_update(day(days[1])))
    builder = builder.add_extension(x509.CRLNumber(1), False)
    builder = builder.add_extension(
        x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key()), False)
    for holder in revoked:
        builder = builder.add_revoked_certificate(
            x509.RevokedCertificateBuilder().serial_number(holder.certificate.serial_number)
            .revocation_date(day(-1)).build())
    return builder.sign(issuer.key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


def write(folder, name, contents):
    path = os.path.join(folder, name)
    with open(path, "wb") as file:
        file.write(contents)
    return path
