"""By what proofs of possession are verified: as the configuration says and the processor can."""

import json
import os
import tempfile
import unittest

from tests.integration import fleet

COUNT = 40
LANES = "AVX-512 IFMA lanes"
# It works without a FIPS provider: what is only preferred need not be there.
PREFERS_FIPS = """
openssl_conf = start
[start]
alg_section = evp
[evp]
default_properties = ?fips=yes
"""


def switched_off(config):
    return config + "\npossession_lanes: POSSESSION_LANES_OFF\n"


class PossessionLanesTest(unittest.TestCase):

    def possession(self, ca):
        shown = ca.at_server("stats", "-o", "json")
        self.assertEqual(shown.code, 0, shown.err)
        return json.loads(shown.out)["possession"]

    def issue_many(self, ca):
        """COUNT certificates in one call."""
        key = fleet.make_key(ca.path("web.key"), "p256")
        csrs = ca.path("csrs")
        os.mkdir(csrs)
        for number in range(COUNT):
            with open(os.path.join(csrs, "web-%d.csr" % number), "wb") as file:
                file.write(fleet.make_csr(key))
        out = ca.path("out")
        os.mkdir(out)
        issued = ca.at_server("cert", "issue", "--profile", "service", "--csr-dir", csrs, "--out-dir", out)
        self.assertEqual(issued.code, 0, issued.err)
        self.assertEqual(COUNT, len([name for name in os.listdir(out) if name.endswith(".crt")]))

    def test_lanes_verify_where_the_processor_can(self):
        with fleet.Fleet() as ca:
            self.issue_many(ca)
            possession = self.possession(ca)
            self.assertIn(possession["verified_by"], ca.log())
            self.assertEqual(0, possession["disagreements"])
            self.assertEqual(0, possession["left_to_openssl"])
            # The first are verified again.
            self.assertEqual(possession["by_lanes"], possession["checked_again"])
            has_lanes = json.loads(fleet.fleetca("version", "-o", "json").out)["possession_lanes"] != "none"
            self.assertEqual(has_lanes, possession["verified_by"] == LANES)
            self.assertEqual(has_lanes, possession["by_lanes"] > 0)

    def test_off_is_openssl_alone(self):
        with fleet.Fleet(config=switched_off) as ca:
            self.issue_many(ca)
            possession = self.possession(ca)
            self.assertEqual("OpenSSL: lanes are off", possession["verified_by"])
            self.assertEqual(0, possession["by_lanes"])

    def test_a_machine_that_is_configured_for_fips_has_no_lanes(self):
        with tempfile.NamedTemporaryFile("w", suffix=".cnf") as settings:
            settings.write(PREFERS_FIPS)
            settings.flush()
            env = {"OPENSSL_CONF": settings.name}
            with fleet.Fleet(env=env) as ca:
                self.issue_many(ca)
                possession = self.possession(ca)
            self.assertEqual("OpenSSL: this machine is configured for FIPS", possession["verified_by"])
            self.assertEqual(0, possession["by_lanes"])
            version = fleet.run(fleet.FLEETCA, "version", "-o", "json", env=env)
            self.assertEqual("none", json.loads(version.out)["possession_lanes"])


if __name__ == "__main__":
    unittest.main()
