"""The HTTP port of a running server, asked by curl."""

import os
import re
import unittest

from tests.integration import fleet, processes

BASE_URL = "http://127.0.0.1"
HTTP = '\nhttp { address: "127.0.0.1:0" base_url: "%s" request_timeout { seconds: 2 } }\n' % BASE_URL


class HttpPortTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet(config=lambda text: text + HTTP))
        found = re.search(r"Listening for HTTP .*\bport=(\d+)", cls.fleet.log())
        assert found, cls.fleet.log()
        cls.port = int(found[1])

    def curl(self, path, *options):
        """The status and the body of the answer."""
        body = self.fleet.path("body")
        result = fleet.run("curl", "--silent", "--show-error", "--max-time", "20", "--path-as-is",
                           "--output", body, "--write-out", "%{http_code} %{content_type}",
                           *options, "http://127.0.0.1:%d%s" % (self.port, path))
        self.assertEqual(result.code, 0, result.err)
        status, _, content_type = result.out.decode().partition(" ")
        contents = self.fleet.read("body") if os.path.exists(body) else b""
        if os.path.exists(body):
            os.remove(body)
        return int(status), content_type, contents

    def test_health(self):
        self.assertEqual(self.curl("/healthz")[0], 200)
        self.assertTrue(processes.wait_until(lambda: self.curl("/readyz")[0] == 200, 30),
                        self.curl("/readyz"))

    def test_the_roots(self):
        bundle = self.fleet.read("ca/trust-bundle.pem")
        self.assertEqual(self.curl("/roots.pem"), (200, "application/x-pem-file", bundle))
        tags = self.fleet.path("etag")
        self.curl("/roots.pem", "--etag-save", tags)
        self.assertEqual(self.curl("/roots.pem", "--etag-compare", tags)[0], 304)
        self.assertEqual(self.curl("/roots.pem", "--head")[0], 200)
        self.assertEqual(self.curl("/roots.pem", "--data", "x")[0], 405)

    def test_the_issuing_certificate(self):
        issuer = os.path.join(self.fleet.ca, "issuing-ca.crt")
        text = fleet.openssl("x509", "-in", issuer, "-noout", "-ext", "subjectKeyIdentifier")
        name = text.decode().splitlines()[1].strip().replace(":", "").lower()
        status, content_type, der = self.curl("/aia/%s.cer" % name)
        self.assertEqual((status, content_type), (200, "application/pkix-cert"))
        self.assertEqual(der, fleet.openssl("x509", "-in", issuer, "-outform", "DER"))
        self.assertEqual(self.curl("/aia/%s.cer" % ("0" * 40))[0], 404)

    def test_what_is_not_there(self):
        for path in ("/", "/../../../../../../etc/passwd", "/crl/../roots.pem", "/roots.pem/"):
            status, content_type, body = self.curl(path)
            self.assertEqual(status, 404, path)
            self.assertTrue(content_type.startswith("text/plain"), path)
            self.assertIn(b"There is nothing at this path", body)

    def test_a_large_body(self):
        status, _, body = self.curl("/ocsp", "--data-binary", "x" * 100000)
        self.assertEqual(status, 413)
        self.assertIn(b"larger than 65536 octets", body)


if __name__ == "__main__":
    unittest.main()
