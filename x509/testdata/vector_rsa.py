"""RSA keys from a seed, and signatures with hashes that no library should make any more: the same bytes each time."""

import hashlib

from x509.testdata.vector_der import element, integer, oid, seq

NULL = b"\x05\x00"
RSA_ENCRYPTION = seq(oid("1.2.840.113549.1.1.1"), NULL)
SIGNATURES = {"md5": "1.2.840.113549.1.1.4", "sha1": "1.2.840.113549.1.1.5", "sha256": "1.2.840.113549.1.1.11"}
DIGESTS = {"md5": "1.2.840.113549.2.5", "sha1": "1.3.14.3.2.26", "sha256": "2.16.840.1.101.3.4.2.1"}
EXPONENT = 65537
SMALL_PRIMES = [n for n in range(3, 2000) if all(n % m for m in range(2, int(n ** 0.5) + 1))]


def is_prime(number):
    """Miller and Rabin, to bases that no one chose."""
    if any(number % prime == 0 for prime in SMALL_PRIMES):
        return False
    odd, twos = number - 1, 0
    while odd % 2 == 0:
        odd, twos = odd // 2, twos + 1
    for base in (2, 3, 5, 7, 11, 13, 17, 19):
        power = pow(base, odd, number)
        if power in (1, number - 1):
            continue
        for _ in range(twos - 1):
            power = power * power % number
            if power == number - 1:
                break
        else:
            return False
    return True


def prime(seed, bits):
    """The first prime at or after a number that the seed gives, whose two highest bits are set."""
    stream = b"".join(hashlib.sha256(("%s/%d" % (seed, i)).encode()).digest() for i in range(bits // 256))
    number = int.from_bytes(stream, "big") | 3 << (bits - 2) | 1
    while not is_prime(number) or (number - 1) % EXPONENT == 0:
        number += 2
    return number


class RsaKey:
    """As Key of vector_ca: it signs with PKCS#1 v1.5 and `digest`."""

    def __init__(self, seed, bits, digest="sha256"):
        p, q = (prime(seed + part, bits // 2) for part in "pq")
        self.modulus, self.exponent = p * q, pow(EXPONENT, -1, (p - 1) * (q - 1))
        self.octets, self.digest = bits // 8, digest
        self.algorithm = seq(oid(SIGNATURES[digest]), NULL)
        public = seq(integer(self.modulus), integer(EXPONENT))
        self.id = hashlib.sha256(public).digest()[:20]
        self.spki = seq(RSA_ENCRYPTION, element(0x03, b"\x00", public))

    def sign(self, message):
        info = seq(seq(oid(DIGESTS[self.digest]), NULL),
                   element(0x04, hashlib.new(self.digest, message).digest()))
        padded = b"\x00\x01" + b"\xff" * (self.octets - len(info) - 3) + b"\x00" + info
        return pow(int.from_bytes(padded, "big"), self.exponent, self.modulus).to_bytes(self.octets, "big")
