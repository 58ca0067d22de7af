"""bench/loadgen against a real server: every shape, both loops, its bounds, and what it refuses."""

import json
import os
import re
import signal
import subprocess
import time
import types
import unittest

from tests.integration import fleet, slow_link

LOADGEN = fleet.runfile("LOADGEN_BINARY", "bench/loadgen/loadgen")
AGENTS = 3
HTTP = '\nhttp { address: "127.0.0.1:0" base_url: "http://pki.fleet.example" }\n'
ISSUING_SHAPES = ("unary", "batch", "stream", "bootstrap", "renew", "mixed")


def without_statistics(policy):
    assert "may_read_statistics: true" in policy
    return policy.replace("may_read_statistics: true", "may_read_statistics: false")


def without_the_last_agent(policy):
    """A rule of its own, more specific than that of the other agents, with another profile."""
    return policy + 'identities { name: "last" identity: "/svc/agent-%d" profiles: "host" }\n' % (AGENTS - 1)


def loadgen(*arguments):
    return fleet.run(LOADGEN, *arguments)


def load(server, shape, *arguments):
    """A short run; the arguments come after the short defaults they may replace."""
    defaults = {"--duration": "1s", "--warm-up": "200ms", "--pool-size": "64", "--outstanding": "8",
                "--agents": str(AGENTS)}
    for name in arguments[::2]:
        defaults.pop(name, None)
    flat = [word for pair in defaults.items() for word in pair]
    return loadgen(shape, "--server", server.address, "--dir", server.ca, "-o", "json", *flat,
                   *arguments)


class LoadgenTest(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.fleet = cls.enterClassContext(fleet.Fleet())

    def report(self, shape, *arguments, server=None):
        done = load(server or self.fleet, shape, *arguments)
        self.assertEqual(done.code, 0, done.err)
        report = json.loads(done.out)
        self.assertEqual(report["schema"], "fleetca.loadgen.v1")
        self.assertEqual(report["plan"]["shape"], shape)
        self.assertEqual(report["result"]["errors"], {})
        self.assertEqual(report["result"]["sample"]["failed"], 0)
        return report

    def assert_distribution(self, values):
        self.assertGreater(values["count"], 0)
        self.assertEqual(sum(count for _, count in values["buckets"]), values["count"])
        self.assertLessEqual(values["p50"], values["p99"])
        self.assertLessEqual(values["p99"], values["max"])

    # What each shape measures

    def test_every_shape_issues_and_its_certificates_are_right(self):
        for shape in ISSUING_SHAPES:
            with self.subTest(shape=shape):
                result = self.report(shape)["result"]
                self.assertEqual(result["stopped"], "duration")
                self.assertAlmostEqual(result["measured_s"], 1, delta=0.5)
                self.assertGreater(result["certificates"], 0)
                self.assertGreater(result["sample"]["verified"], 0)
                self.assertEqual(result["sample"]["looked_up"], result["sample"]["verified"])
                self.assert_distribution(result["latency_us"])
                server = result["server"]
                self.assertGreater(server["issued"], 0)
                self.assertGreater(server["user_cpu_s"] + server["system_cpu_s"], 0)
                self.assert_distribution(server["batch_size"])
                self.assert_distribution(server["sync_us"])
                self.assertGreater(result["certificates_per_server_cpu_s"], 0)
                self.assertGreater(result["raw_us"], 0)
                self.assertAlmostEqual(result["ratio"] * result["raw_us"],
                                       result["server_cpu_us_per_certificate"], delta=0.01)

    def test_handshakes_are_apart(self):
        for shape in ("bootstrap", "renew"):
            result = self.report(shape)["result"]
            self.assert_distribution(result["handshake_us"])
            self.assert_distribution(result["issue_us"])
        result = self.report("connect")["result"]
        self.assert_distribution(result["handshake_us"])
        self.assertNotIn("issue_us", result)
        self.assertEqual(result["certificates"], 0)

    # What comes after the issuing

    def test_renewals_with_the_same_key_are_issued_and_compared_with_a_signature_alone(self):
        result = self.report("renew", "--same-key")["result"]
        self.assertGreater(result["certificates"], 0)
        self.assertGreater(result["sample"]["verified"], 0)
        self.assertEqual(result["sample"]["looked_up"], result["sample"]["verified"])
        self.assertGreater(result["ratio"], 1)
        self.assertNotIn("handshake_us", result)

    def test_what_is_revoked_was_issued_before(self):
        result = self.report("revoke", "--batch", "20", "--max-requests", "5", "--warm-up", "0s", "--duration",
                             "1m")["result"]
        self.assertEqual(result["stopped"], "requests")
        self.assertEqual(result["certificates"], 100)
        self.assertEqual(result["server"]["issued"], 0)
        self.assertGreater(result["server_cpu_us_per_call"], 0)
        self.assertNotIn("ratio", result)

    def test_ocsp_is_asked_by_get_and_post_and_with_a_nonce(self):
        with fleet.Fleet(config=lambda text: text + HTTP) as server:
            http = "127.0.0.1:" + re.search(r"Listening for HTTP .*\bport=(\d+)", server.log())[1]
            for options in ((), ("--post",), ("--post", "--nonce")):
                with self.subTest(options=options):
                    result = self.report("ocsp", "--http", http, *options, server=server)["result"]
                    self.assert_distribution(result["latency_us"])
                    self.assertEqual(result["certificates"], 0)
                    self.assertGreater(result["server_cpu_us_per_call"], 0)

    def test_an_ocsp_port_that_is_none_is_one_sentence(self):
        done = load(self.fleet, "ocsp", "--http", "127.0.0.1:9")
        self.assertEqual(done.code, 1)
        self.assertIn("http { ... }", done.err)
        self.assertEqual(len(done.err.splitlines()), 1)

    def test_mixed_expects_its_refusals(self):
        result = self.report("mixed", "--bad-share", "0.5")["result"]
        self.assertEqual(set(result["expected_refusals"]),
                         {"INVALID_ARGUMENT CSR_MALFORMED", "PERMISSION_DENIED CALLER_NOT_ALLOWED",
                          "INVALID_ARGUMENT SIGNATURE_INVALID"})
        self.assertGreater(result["server"]["refused"], 0)

    def test_every_key_and_several_connections(self):
        for key in ("p384", "ed25519", "rsa2048"):
            with self.subTest(key=key):
                report = self.report("stream", "--key-type", key, "--pool-size", "4", "--connections",
                                     "3")
                self.assertEqual(report["plan"]["key"], key)

    # The counts are the server's

    def check_count(self, report, requests):
        """What was counted here is what the server counted, give or take what was in flight when it
        was asked."""
        result = report["result"]
        self.assertEqual(result["calls"], requests)
        self.assertEqual(result["certificates"], requests)
        self.assertEqual(result["sample"]["serials"], requests)
        self.assertLessEqual(result["server"]["issued"], requests)
        self.assertGreaterEqual(result["server"]["issued"], requests - 64)

    def test_counts_agree_with_the_servers(self):
        report = self.report("unary", "--max-requests", "500", "--warm-up", "0s", "--duration",
                             "30s")
        self.assertEqual(report["result"]["stopped"], "requests")
        self.check_count(report, 500)
        # And the check notices a count that is not true.
        report["result"]["certificates"] += 1
        with self.assertRaises(AssertionError):
            self.check_count(report, 500)

    # Open loop

    def test_open_loop_offers_what_it_should(self):
        for arrivals, tolerance in (("constant", 0.02), ("poisson", 0.3)):
            with self.subTest(arrivals=arrivals):
                result = self.report("unary", "--rate", "200", "--arrivals", arrivals)["result"]
                self.assertAlmostEqual(result["offered_per_s"], 200, delta=200 * tolerance)
                self.assertEqual(result["dropped_sends"], 0)
                self.assertEqual(result["latency_us"]["count"], result["calls"])

    def test_more_than_it_can_bear_is_dropped_and_counted(self):
        result = self.report("bootstrap", "--rate", "20000", "--max-outstanding", "4")["result"]
        self.assertGreater(result["dropped_sends"], 0)
        self.assertGreater(result["offered_per_s"], 10 * result["achieved_per_s"])

    def test_a_ladder_finds_a_knee_and_measures_below_it(self):
        report = self.report("unary", "--ladder", "50:2:2", "--knee-p99", "10s", "--at-knee", "0.5")
        self.assertEqual(len(report["ladder"]), 2)
        self.assertNotIn("buckets", report["ladder"][0]["latency_us"])
        knee = report["knee_per_s"]
        self.assertAlmostEqual(knee, 100, delta=5)
        self.assertAlmostEqual(report["result"]["offered_per_s"], knee / 2, delta=5)

    # Files

    def test_the_pool_is_kept_and_damage_is_refused(self):
        pool = self.fleet.path("keys.pool")
        self.report("unary", "--pool", pool)
        with open(pool, "rb") as file:
            first = file.read()
        self.assertEqual(os.stat(pool).st_mode & 0o777, 0o600)
        self.report("unary", "--pool", pool)
        with open(pool, "rb") as file:
            self.assertEqual(file.read(), first)
        with open(pool, "wb") as file:
            file.write(first[:100] + b"?" + first[101:])
        done = load(self.fleet, "unary", "--pool", pool)
        self.assertEqual(done.code, 1)
        self.assertIn("damaged", done.err)

    def test_text_and_json_file_besides(self):
        path = self.fleet.path("report.json")
        done = loadgen("unary", "--server", self.fleet.address, "--dir", self.fleet.ca,
                       "--duration", "200ms", "--warm-up", "0s", "--pool-size", "8", "--json", path)
        self.assertEqual(done.code, 0, done.err)
        self.assertIn("Certificates/s", done.out.decode())
        with open(path, encoding="utf-8") as file:
            self.assertEqual(json.load(file)["schema"], "fleetca.loadgen.v1")

    # Ends

    def test_interrupted_it_reports_what_there_is(self):
        process = subprocess.Popen(
            [LOADGEN, "unary", "--server", self.fleet.address, "--dir", self.fleet.ca, "-o", "json",
             "--duration", "1h", "--warm-up", "0s", "--pool-size", "8"],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        time.sleep(2)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
        self.assertEqual(process.returncode, 0, err)
        result = json.loads(out)["result"]
        self.assertEqual(result["stopped"], "interrupted")
        self.assertGreater(result["certificates"], 0)
        self.assertLess(result["measured_s"], 20)

    def test_without_statistics_it_says_what_to_set(self):
        with fleet.Fleet(policy=without_statistics) as server:
            report = self.report("unary", server=server)
        self.assertNotIn("server", report)
        self.assertNotIn("server", report["result"])
        self.assertIn("may_read_statistics: true", report["notes"][0])

    def test_a_server_that_goes_away_is_a_failure(self):
        with fleet.Fleet() as server:
            process = subprocess.Popen(
                [LOADGEN, "unary", "--server", server.address, "--dir", server.ca, "-o", "json",
                 "--duration", "1h", "--warm-up", "0s", "--pool-size", "8", "--sample", "5"],
                stdout=subprocess.PIPE, stderr=subprocess.PIPE)
            time.sleep(1.5)
            server.kill()
            out, err = process.communicate(timeout=60)
        self.assertEqual(process.returncode, 1)
        self.assertEqual(json.loads(out)["result"]["stopped"], "failing")
        self.assertIn(b"fleetca: ", err)

    def test_checklist43_a_large_first_message_over_a_slow_link(self):
        # The server must not take it for a flood while the message is not complete.
        with slow_link.SlowLink(self.fleet.port, 1_000_000) as link:
            behind = types.SimpleNamespace(address="127.0.0.1:%d" % link.port, ca=self.fleet.ca)
            result = self.report("batch", "--batch", "1000", "--outstanding", "1", "--warm-up",
                                 "0s", "--duration", "4s", "--pool-size", "1000", "--timeout",
                                 "20s", server=behind)["result"]
        self.assertGreaterEqual(result["certificates"], 1000)

    def test_agents_that_may_have_no_certificate_are_one_sentence(self):
        with fleet.Fleet(policy=without_the_last_agent) as server:
            done = load(server, "renew")
        self.assertEqual(done.code, 1)
        self.assertIn("/svc/agent-%d may not have a certificate" % (AGENTS - 1), done.err)
        self.assertIn("it may have one by: host", done.err)
        self.assertEqual(len(done.err.splitlines()), 1)

    def test_it_loads_no_one_elses_server(self):
        done = loadgen("unary", "--server", "192.0.2.1:8443", "--dir", self.fleet.ca)
        self.assertEqual(done.code, 2)
        self.assertEqual(done.out, b"")
        self.assertIn("--i-own-this-server", done.err)

    def test_a_wrong_command_line_is_exit_2(self):
        for arguments in ((), ("tunary",), ("unary", "--rate", "-1"), ("unary",)):
            self.assertEqual(loadgen(*arguments).code, 2, arguments)
        helped = loadgen("--help")
        self.assertEqual(helped.code, 0)
        self.assertIn(b"Examples:", helped.out)


if __name__ == "__main__":
    unittest.main()
