"""The agent's sockets as a client of another language meets them: gRPC's Python, messages read by hand; and curl."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest

import grpc
from cryptography import x509
from cryptography.hazmat.primitives import serialization

SERVER = ""
HEADER = (("workload.spiffe.io", "true"),)
SECRET_TYPE = b"type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret"
SDS = "/envoy.service.secret.v3.SecretDiscoveryService/"


def varint(octets, at):
    """The number at the place, and the place behind it."""
    value, shift = 0, 0
    while True:
        octet = octets[at]
        value |= (octet & 0x7F) << shift
        at, shift = at + 1, shift + 7
        if octet < 0x80:
            return value, at


def fields(octets):
    """The fields of a message, in order: (number, value)."""
    found, at = [], 0
    while at < len(octets):
        key, at = varint(octets, at)
        value, at = varint(octets, at)
        if key & 7 == 2:
            value, at = octets[at : at + value], at + value
        found.append((key >> 3, value))
    return found


def field(number, contents):
    """A field of octets; for short ones, which is all that a test sends."""
    assert len(contents) < 128
    return bytes([number << 3 | 2, len(contents)]) + contents


class WorkloadClientTest(unittest.TestCase):
    """A server with one identity, and a channel to it."""

    def setUp(self):
        # Short, as the path of a socket must be.
        self.folder = tempfile.mkdtemp(dir="/tmp")
        self.addCleanup(shutil.rmtree, self.folder)
        self.path = os.path.join(self.folder, "s")
        self.server = subprocess.Popen(
            [SERVER, self.path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self.addCleanup(self.stop)
        self.assertEqual(self.server.stdout.readline(), "ready\n")
        self.channel = grpc.insecure_channel("unix://" + self.path)
        self.addCleanup(self.channel.close)

    def stop(self):
        """Ends the server."""
        self.server.stdin.close()
        self.assertEqual(self.server.wait(timeout=30), 0)
        self.server.stdout.close()
        self.assertFalse(os.path.exists(self.path))

    def tell(self, command):
        """Has the server do it."""
        self.server.stdin.write(command + "\n")
        self.server.stdin.flush()
        self.assertEqual(self.server.stdout.readline(), "ok\n")

    def stream(self, method, metadata=HEADER, request=b""):
        """The responses to a call that asks for nothing in particular."""
        return self.channel.unary_stream("/SpiffeWorkloadAPI/" + method)(request, timeout=30, metadata=metadata)

    def fails_with(self, code, call):
        """The sentence with which the call fails."""
        with self.assertRaises(grpc.RpcError) as failure:
            next(call)
        self.assertEqual(failure.exception.code(), code)
        return failure.exception.details()

    def check_svid(self, response):
        """Whether the only SVID fits together; its serial number."""
        svids = [value for number, value in fields(response) if number == 1]
        self.assertEqual(len(svids), 1)
        svid = dict(fields(svids[0]))
        self.assertEqual(svid[1], b"spiffe://fleet.example/web")
        leaf = x509.load_der_x509_certificate(self.split(svid[2])[0])
        issuing = x509.load_der_x509_certificate(self.split(svid[2])[1])
        (root,) = [x509.load_der_x509_certificate(der) for der in self.split(svid[4])]
        self.assertEqual(leaf.issuer, issuing.subject)
        self.assertEqual(issuing.issuer, root.subject)
        san = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        self.assertEqual(
            san.get_values_for_type(x509.UniformResourceIdentifier), ["spiffe://fleet.example/web"]
        )
        key = serialization.load_der_private_key(svid[3], password=None)
        self.assertEqual(key.public_key().public_numbers(), leaf.public_key().public_numbers())
        return leaf.serial_number

    @staticmethod
    def split(ders):
        """Certificates that stand one after the other."""
        found = []
        while ders:
            size = 4 + int.from_bytes(ders[2:4], "big")
            assert ders[:2] == b"\x30\x82", "a certificate has between 256 and 65,535 octets"
            found.append(ders[:size])
            ders = ders[size:]
        return found

    def test_a_certificate_and_those_that_follow_it(self):
        call = self.stream("FetchX509SVID")
        first = self.check_svid(next(call))
        self.tell("renew")
        self.assertNotEqual(self.check_svid(next(call)), first)
        self.tell("trust")
        response = next(call)
        self.check_svid(response)
        self.assertEqual([value for number, value in fields(response) if number == 2], [b"crl"])
        self.tell("lose")
        self.assertIn("no valid certificate", self.fails_with(grpc.StatusCode.UNAVAILABLE, call))

    def test_whom_to_trust(self):
        call = self.stream("FetchX509Bundles")
        ((number, entry),) = fields(next(call))
        self.assertEqual(number, 2)
        entry = dict(fields(entry))
        self.assertEqual(entry[1], b"spiffe://fleet.example")
        self.assertEqual(len(self.split(entry[2])), 1)
        self.tell("trust")
        self.assertEqual([number for number, _ in fields(next(call))], [1, 2])

    def test_a_request_is_read(self):
        # A field that only a later release of the API knows.
        self.check_svid(next(self.stream("FetchX509SVID", request=field(15, b"later"))))
        for method in ("FetchX509SVID", "FetchX509Bundles", "FetchJWTSVID"):
            details = self.fails_with(
                grpc.StatusCode.INVALID_ARGUMENT, self.stream(method, request=b"\xff\xff\xff")
            )
            self.assertIn("cannot be read as", details)

    def test_what_is_refused(self):
        for metadata in ((), HEADER + HEADER, (("workload.spiffe.io", "yes"),)):
            details = self.fails_with(
                grpc.StatusCode.INVALID_ARGUMENT, self.stream("FetchX509SVID", metadata)
            )
            self.assertIn("workload.spiffe.io", details)
        for method in ("FetchJWTSVID", "FetchJWTBundles", "ValidateJWTSVID", "FetchWITSVID", "FetchWITBundles"):
            details = self.fails_with(grpc.StatusCode.UNIMPLEMENTED, self.stream(method))
            self.assertIn("FetchX509SVID", details)

    def test_envoys_stream_needs_no_header(self):
        call = self.channel.stream_stream(SDS + "StreamSecrets")(
            iter([field(3, b"default") + field(4, SECRET_TYPE)]), timeout=30
        )
        response = dict(fields(next(call)))
        self.assertEqual((response[1], response[4]), (b"1", SECRET_TYPE))
        self.check_secret(response[2])

    def test_octets_of_another_kind(self):
        call = self.channel.stream_stream(SDS + "StreamSecrets")(iter([b"\xff\xff"]), timeout=30)
        details = self.fails_with(grpc.StatusCode.INVALID_ARGUMENT, call)
        self.assertIn("cannot be read", details)

    def check_secret(self, resource):
        """Whether it is the certificate "default", in PEM."""
        resource = dict(fields(resource))
        self.assertEqual(resource[1], SECRET_TYPE)
        secret = dict(fields(resource[2]))
        self.assertEqual(secret[1], b"default")
        certificate = dict(fields(secret[2]))
        chain = dict(fields(certificate[1]))[2]
        self.assertEqual(chain.count(b"-----BEGIN CERTIFICATE-----"), 2)
        key = serialization.load_pem_private_key(dict(fields(certificate[2]))[2], password=None)
        leaf = x509.load_pem_x509_certificate(chain)
        self.assertEqual(key.public_key().public_numbers(), leaf.public_key().public_numbers())

    def test_curl(self):
        request = field(3, b"default") + field(4, SECRET_TYPE)
        answer = subprocess.run(
            ["curl", "--silent", "--show-error", "--http2-prior-knowledge", "--unix-socket", self.path]
            + ["--header", "content-type: application/grpc", "--header", "te: trailers"]
            + ["--data-binary", "@-", "http://localhost" + SDS + "FetchSecrets"],
            input=b"\x00" + len(request).to_bytes(4, "big") + request,
            stdout=subprocess.PIPE,
            check=True,
            timeout=30,
        ).stdout
        self.assertEqual(answer[:5], b"\x00" + (len(answer) - 5).to_bytes(4, "big"))
        response = dict(fields(answer[5:]))
        self.assertEqual((response[1], response[4], response[5]), (b"1", SECRET_TYPE, b"1"))
        self.check_secret(response[2])


if __name__ == "__main__":
    SERVER = os.path.abspath(sys.argv.pop(1))
    unittest.main()
