"""The Python reader answers what the golden vectors say."""

import datetime
import json
import pathlib
import sys
import unittest

try:
    from cryptography import x509
except ImportError:
    print("SKIPPED: the Python module cryptography is not installed (python3-cryptography)")
    sys.exit(0)

from client.readers import fleet_authz

FORMAT = "%Y-%m-%dT%H:%M:%SZ"
VECTORS = json.loads(pathlib.Path("x509/testdata/fleet_authz_vectors.json").read_text(encoding="utf-8"))


def answer(vector):
    """As it stands in the vectors."""
    try:
        leaf = x509.load_pem_x509_certificate(vector["chain"][0].encode())
        grants = fleet_authz.read(
            leaf,
            vector["trust_domain"],
            audience=vector["audience"],
            oid=VECTORS["fleet_authz_oid"],
            minimum_policy_revision=vector["minimum_policy_revision"],
            now=datetime.datetime.strptime(vector["time"], FORMAT).replace(tzinfo=datetime.timezone.utc),
        )
    except ValueError:
        return {"error": True}
    return dict(vars(grants), not_after=grants.not_after.strftime(FORMAT))


class FleetAuthzTest(unittest.TestCase):
    def test_reads_and_refuses_extensions(self):
        valid = 0
        for vector in VECTORS["fleet_authz"]:
            with self.subTest(vector["name"]):
                der = bytes.fromhex(vector["der"])
                if not vector["valid"]:
                    self.assertRaises(ValueError, fleet_authz.parse_fleet_authz, der)
                    continue
                fields = ("policy_revision", "roles", "audience", "attributes")
                self.assertEqual(vector["value"], dict(zip(fields, fleet_authz.parse_fleet_authz(der))))
                valid += 1
        self.assertGreater(valid, 15)

    def test_reads_and_refuses_certificates(self):
        seen = set()
        for vector in VECTORS["certificates"]:
            if vector["reader"] is None:
                continue
            with self.subTest(vector["name"]):
                self.assertEqual(vector["reader"], answer(vector))
                seen.add(vector["reader"].get("state", "error"))
        self.assertEqual(
            {"error", "granted", "absent", "unreadable", "other_audience", "stale_policy"}, seen)

    def test_has_under_a_hundred_lines_of_code(self):
        with open("client/readers/fleet_authz.py", encoding="utf-8") as source:
            self.assertLess(len([line for line in source if line.strip()]), 100)


if __name__ == "__main__":
    unittest.main()
