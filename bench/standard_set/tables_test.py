"""The documents quote what bench/run wrote, word for word."""

import json
import unittest

from bench.standard_set import measurements, tables

# Targets that are newer than the figures in the documents. Empty this when bench/run has written them.
AWAITED = set()
DOCUMENTS = {"README.md": tables.for_readme, "docs/performance.md": tables.for_performance}


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def summary():
    return json.loads(read("bench/results/summary.json"))


class DocumentsTest(unittest.TestCase):
    def test_the_documents_have_the_figures_of_the_summary(self):
        for name, text in DOCUMENTS.items():
            document = read(name)
            self.assertEqual(tables.replace(document, text(summary())), document,
                             f"{name} quotes other figures than bench/results/summary.json: run "
                             "bench/run --write-documents")

    def test_every_target_was_measured(self):
        self.assertEqual(set(summary()["measurements"]) | AWAITED, {target.name for target in measurements.TARGETS})

    def test_a_verdict_is_what_the_bound_says(self):
        targets = {target.name: target for target in measurements.TARGETS}
        for name, measured in summary()["measurements"].items():
            self.assertEqual(measured["met"], targets[name].met(measured["value"]), name)


class TablesTest(unittest.TestCase):
    def test_a_changed_figure_changes_the_text(self):
        changed = summary()
        changed["scenarios"]["batch64"]["certificates_per_s"] += 1000
        self.assertNotEqual(tables.for_readme(changed), tables.for_readme(summary()))

    def test_what_is_no_issuing_has_its_own_table(self):
        self.assertEqual(tables.others({"scenarios": {"batch64": {"what": "calls"}}}), "")
        latency = {"p50": 1500, "p99": 2500}
        both = {"scenarios": {
            "batch64": {"what": "calls of 64"},
            "ocsp_get": {"what": "by GET", "achieved_per_s": 30000, "certificates_per_s": 0,
                         "server_cpu_us_per_call": 25, "client_cpu_us_per_call": 9, "latency_us": latency},
            "revoke100": {"what": "100 in a call", "achieved_per_s": 500, "certificates_per_s": 50000,
                          "server_cpu_us_per_call": 1200, "client_cpu_us_per_call": 40, "latency_us": latency}}}
        text = tables.others(both)
        self.assertIn("| ocsp_get | by GET | 30,000 |  | 25.0 | 1.50 | 2.50 | 9.00 |", text)
        self.assertIn("| revoke100 | 100 in a call | 500 | 50,000 | 12.0 | 1.50 | 2.50 | 40.0 |", text)
        self.assertNotIn("batch64", text)
        self.assertNotIn("ocsp_get", tables.scenarios(both))

    def test_the_marks_must_be_there_once(self):
        for document in ("none", tables.BEGIN, (tables.BEGIN + tables.END) * 2):
            with self.assertRaises(ValueError):
                tables.replace(document, "")

    def test_targets_have_a_side(self):
        at_most = measurements.Target("a", "", 2)
        at_least = measurements.Target("b", "", 2, True)
        self.assertEqual((at_most.met(1), at_most.met(3), at_least.met(1), at_least.met(3)),
                         (True, False, False, True))

    def test_figures_are_computed_from_the_scenarios(self):
        results = {"batch64": {"result": {"ratio": 0.5, "certificates_per_s": 90}},
                   "batch64_openssl": {"result": {"ratio": 1.2, "certificates_per_s": 60}},
                   "unary1": {"result": {"latency_us": {"p50": 1200}}},
                   "unary1_openssl": {"result": {"latency_us": {"p50": 1000}}},
                   "batch64_unstored": {"result": {"certificates_per_s": 100}},
                   "ladder": {"result": {"latency_us": {"p99": 12000}}},
                   "connect": {"result": {"server_cpu_us_per_call": 1400, "bare_handshake_us": 800}},
                   "ocsp_get": {"result": {"server_cpu_us_per_call": 40}},
                   "bootstrap": {"result": {"server_cpu_us_per_call": 1600, "raw_us": 90}}}
        self.assertEqual(measurements.of_scenarios(results),
                         {"batch64_ratio": 0.5, "batch64_openssl_ratio": 1.2, "batch64_stored": 0.9,
                          "unary1_latency": 1.2, "ocsp_get": 25000, "p99_at_70_percent": 12,
                          "connect_ratio": 1.75})
        self.assertEqual(measurements.handshake_and_issue(results),
                         {"handshake_cpu_us": 1400, "issue_cpu_us": 200, "handshake_floor_us": 800,
                          "issue_floor_us": 90})

    def test_a_connection_without_its_floor_has_no_ratio(self):
        results = {"connect": {"result": {"server_cpu_us_per_call": 1400}},
                   "bootstrap": {"result": {"server_cpu_us_per_call": 1600}}}
        self.assertEqual(measurements.of_scenarios(results), {})
        self.assertEqual(measurements.handshake_and_issue(results), {"handshake_cpu_us": 1400, "issue_cpu_us": 200})

    def test_a_bootstrap_is_reported_with_its_floors(self):
        apart = {"handshake_cpu_us": 1400, "issue_cpu_us": 200}
        self.assertEqual(tables.bootstrap(apart), "A bootstrap costs the server 1,400 us of CPU for the connection "
                                                  "and 200 us for the certificate.")
        self.assertEqual(tables.bootstrap(apart | {"handshake_floor_us": 800, "issue_floor_us": 90}),
                         "A bootstrap costs the server 1,400 us of CPU for the connection (the floor, a bare OpenSSL "
                         "handshake: 800 us) and 200 us for the certificate (the floor, one verification and one "
                         "signature: 90.0 us).")


if __name__ == "__main__":
    unittest.main()
