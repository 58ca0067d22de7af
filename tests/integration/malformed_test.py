"""Messages that are not of the API, on both ports and by every kind of call: the caller is told so, and the log keeps its form."""

import os
import re
import time
import unittest

from tests.integration import fleet, http2

INVALID_ARGUMENT = 3
NOT_UTF8 = b"\xff\xfe"
DAMAGED = b"\xff\xff\xff"
# The reason is in octets that gRPC packs; //service/rpc:unary_issue_test reads it.
SENTENCE = b"The message cannot be read as fleetca.v1."
STREAMED = 200
TOKENS = "fleetca.v1.JoinTokenService"
STATISTICS = "fleetca.v1.StatisticsService"


def field(number, contents):
    assert len(contents) < 128
    return bytes([number << 3 | 2, len(contents)]) + contents


SPOILED = field(1, b"a CSR") + field(3, NOT_UTF8)  # IssueCertificateRequest.profile


class MalformedTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.ca = cls.enterClassContext(fleet.Fleet(bootstrap=True))
        roots = os.path.join(cls.ca.ca, "trust-bundle.pem")
        cls.admin = http2.tls_context(roots, os.path.join(cls.ca.ca, "admin.crt"),
                                      os.path.join(cls.ca.ca, "admin.key"))
        cls.stranger = http2.tls_context(roots)

    def connect(self, port, context):
        connection = self.enterContext(http2.Connection(port, context))
        connection.open()
        return connection

    def issuing_port(self):
        return self.connect(self.ca.port, self.admin)

    def bootstrap_port(self):
        return self.connect(self.ca.bootstrap_port, self.stranger)

    def test_checklist63_every_unary_method_says_invalid_argument(self):
        connection = self.issuing_port()
        for service, method, message in (
                (http2.SERVICE, "IssueCertificate", SPOILED),
                (http2.SERVICE, "IssueCertificate", DAMAGED),
                (http2.SERVICE, "BatchIssueCertificates", DAMAGED),
                (http2.SERVICE, "RenewCertificate", field(3, NOT_UTF8)),
                (http2.SERVICE, "RenewCertificate", DAMAGED),
                (http2.SERVICE, "GetCertificate", DAMAGED),
                (http2.SERVICE, "GetTrustBundle", DAMAGED),
                (TOKENS, "CreateJoinTokens", field(2, NOT_UTF8)),
                (TOKENS, "ListJoinTokens", field(1, NOT_UTF8)),
                (TOKENS, "RevokeJoinTokens", field(1, NOT_UTF8)),
                (STATISTICS, "GetStatistics", DAMAGED)):
            with self.subTest(method=method, message=message):
                status, data = connection.call(method, http2.grpc_message(message), service=service)
                self.assertEqual((status, data), (INVALID_ARGUMENT, b""))
                self.assertIn(SENTENCE, connection.trailers)

    def test_checklist63_the_bootstrap_port_says_it_to_strangers(self):
        connection = self.bootstrap_port()
        for method, message in (("IssueCertificate", SPOILED), ("IssueCertificate", DAMAGED),
                                ("GetTrustBundle", DAMAGED)):
            with self.subTest(method=method):
                self.assertEqual(connection.call(method, http2.grpc_message(message))[0],
                                 INVALID_ARGUMENT)
                self.assertIn(SENTENCE, connection.trailers)

    def test_checklist63_one_item_of_a_batch_costs_the_others_nothing(self):
        good = field(1, b"a CSR") + field(3, b"service")
        status, data = self.issuing_port().call(
            "BatchIssueCertificates",
            http2.grpc_message(field(1, good) + field(1, SPOILED) + field(1, good)))
        self.assertEqual(status, http2.OK)
        self.assertEqual(data.count(b"REQUEST_MALFORMED"), 1)
        self.assertEqual(data.count(b"CSR_MALFORMED"), 2)

    def test_checklist63_a_message_of_a_stream_is_answered_by_its_id(self):
        messages = b"".join(http2.grpc_message(b"\x08" + bytes([number]) + field(2, request))
                            for number, request in ((11, SPOILED), (12, b"")))
        status, data = self.issuing_port().call("StreamIssueCertificates", messages)
        self.assertEqual(status, http2.OK)
        self.assertEqual(data.count(b"REQUEST_MALFORMED"), 1)
        self.assertEqual(data.count(b"CSR_MISSING"), 1)
        self.assertIn(b"\x08\x0b", data)
        status, _ = self.issuing_port().call("StreamIssueCertificates",
                                             http2.grpc_message(DAMAGED))
        self.assertEqual(status, INVALID_ARGUMENT)

    def test_checklist63_no_line_of_a_library_passes_the_log(self):
        connection = self.bootstrap_port()
        start = time.monotonic()
        for _ in range(STREAMED):
            connection.call("IssueCertificate", http2.grpc_message(SPOILED))
        seconds = time.monotonic() - start + 1
        lines = self.ca.log().splitlines()
        for line in lines:
            self.assertRegex(line, r"^\d{4}-\d\d-\d\dT[\d:.]+Z (debug|info|warning|error) ")
        of_protobuf = [line for line in lines if re.search(r"\bProtobuf message=", line)]
        self.assertGreater(len(of_protobuf), 0)
        # Besides, the other tests are in the log.
        self.assertLess(len(of_protobuf), 5 * (seconds + 1) + 60)


if __name__ == "__main__":
    unittest.main()
