"""Every micro benchmark runs, checks its results, and reports the counters that bench/stage.h names."""

import json
import os
import subprocess
import unittest

from bench.standard_set import measurements

# Each binary's rows with batches of 8, and how dear the obvious way must be at the least, as a
# multiple: far below what is measured, so that a busy machine passes.
STAGES = {
    "authz_bench": ("ParseFleetAuthz/p256/batch:8/", 0.05),
    "csr_parse_bench": ("ParseCsr/p256/batch:8/", 5),
    "possession_bench": ("VerifyPossession/p256/batch:8/", 0.2),
    "tbs_bench": ("BuildTbs/p256/batch:8/", 5),
    "lint_bench": ("LintTbs/p256/batch:8/", 5),
    "sign_bench": ("SignBatch/p256/batch:8/", 0.2),
    "store_bench": ("AppendRocksDb/p256/batch:8/", 0.2),
    "issuer_bench": ("IssueRocksDb/p256/batch:8/", 0.5),
}


def run(binary, rows):
    """The rows, each a dictionary, that the benchmark prints as JSON."""
    done = subprocess.run(
        ["bench/" + binary, "--benchmark_filter=^" + rows, "--benchmark_min_time=0.01", "--benchmark_format=json"],
        env=dict(os.environ, FLEETCA_BENCH_DIR=os.environ["TEST_TMPDIR"]),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    if done.returncode != 0:
        raise AssertionError("%s ended with status %d:\n%s" % (binary, done.returncode, done.stderr))
    return json.loads(done.stdout)["benchmarks"]


class MicroBenchmarksTest(unittest.TestCase):

    def test_every_stage_runs_on_one_and_two_threads_and_is_compared(self):
        for binary, (rows, least_gain) in STAGES.items():
            with self.subTest(binary):
                found = run(binary, rows)
                self.assertEqual([1, 2], [row["threads"] for row in found])
                for row in found:
                    self.assertGreater(row["items_per_second"], 0)
                    self.assertGreater(row["raw_us"], 0)
                    self.assertAlmostEqual(row["ratio"], row["cpu_us"] / row["raw_us"], delta=row["ratio"] / 1000)
                    self.assertAlmostEqual(row["gain"], row["obvious_us"] / row["cpu_us"], delta=row["gain"] / 1000)
                    self.assertGreater(row["gain"], least_gain)

    def test_renewals_and_revocations_are_written(self):
        for rows in ["Renew/p256/batch:64/", "Revoke/p256/batch:100/"]:
            with self.subTest(rows):
                for row in run("store_bench", rows):
                    self.assertGreater(row["items_per_second"], 0)
                    self.assertGreater(row["cpu_us"], 0)

    def test_a_whole_certificate_costs_more_than_its_cryptography(self):
        for row in run("issuer_bench", "IssueRocksDb/p256/batch:1/manual_time/threads:1"):
            self.assertGreater(row["ratio"], 1)
        # In lanes less than OpenSSL's verification and signature, and more than the signature alone.
        for row in run("issuer_bench", "IssueRocksDb/p256/batch:8/manual_time/threads:1"):
            self.assertGreater(row["ratio"], 0.25)

    def test_possession_says_by_what_it_is_verified(self):
        for rows, label in [("VerifyByOpenSsl/p256/batch:64/", "OpenSSL: lanes are off"),
                            ("VerifyPossession/p256/batch:64/", "")]:
            for row in run("possession_bench", rows):
                self.assertIn(label, row["label"])
                self.assertTrue(row["label"])

    def test_lanes_are_compared_with_openssl(self):
        for batch, most in [(8, 0.25), (16, 0.25), (64, 0.25)]:
            for row in run("possession_bench", "VerifyInLanes/p256/batch:%d/" % batch):
                if not row.get("error_occurred"):  # a processor without AVX-512 IFMA
                    self.assertLess(row["ratio"], most)

    def test_a_renewal_costs_more_than_one_signature(self):
        for store in ["RenewMemory", "RenewRocksDb"]:
            found = run("issuer_bench", store + "/p256/batch:64/")
            self.assertEqual([1], [row["threads"] for row in found])
            self.assertGreater(found[0]["ratio"], 1)

    def test_the_figures_that_the_standard_set_takes_are_reported(self):
        for name, (binary, row, figure) in measurements.MICRO_BENCHMARKS.items():
            with self.subTest(name):
                found = run(binary, row)
                self.assertEqual(1, len(found))
                self.assertGreater(found[0][figure], 0)

    def test_a_bare_handshake_costs_more_than_its_signatures(self):
        binary, row, figure = measurements.BARE_HANDSHAKE
        found = run(binary, row)
        self.assertEqual(1, len(found))
        # A signature and three verifications at the least: the client's certificate, its issuer's, its own word.
        verification = run("possession_bench", "VerifyByOpenSsl/p256/batch:64/")[0]["raw_us"]
        self.assertGreater(found[0][figure], 3 * verification)

    def test_an_ocsp_answer_is_compared_with_its_signature(self):
        signed = run("publish_bench", "OcspSignedAnew/p256/batch:64/")[0]
        cached = run("publish_bench", "OcspFromCache/p256/batch:64/")[0]
        self.assertGreater(signed["ratio"], 1)
        self.assertLess(cached["ratio"], 1)

    def test_the_policy_decides_without_looking_at_every_rule(self):
        scan = run("policy_bench", "FindByScan/rules:10000")[0]["cpu_time"]
        for kind in ["Hit", "Regex", "ForOther", "Miss", "Foreign"]:
            with self.subTest(kind):
                found = run("policy_bench", "Authorize/%s/rules:10000/" % kind)
                self.assertEqual([1, 2], [row["threads"] for row in found])
                self.assertLess(found[0]["cpu_time"] * 5, scan)

    def test_an_option_that_is_misspelt_is_refused(self):
        done = subprocess.run(["bench/tbs_bench", "--benchmark_filer=x"], capture_output=True, check=False)
        self.assertEqual(1, done.returncode)


if __name__ == "__main__":
    unittest.main()
