"""bench/compare, as its users run it."""

import json
import os
import subprocess
import sys
import tempfile
import unittest

COMPARE = os.path.join(os.path.dirname(os.path.abspath(__file__)), "compare")


def result(ratio=1.2, rate=8000, p99=9000, **changes):
    return {"schema": "fleetca.loadgen.v1", "plan": {"shape": "unary"}, "server": {"cpu_model": "x"},
            "result": {"ratio": ratio, "certificates_per_s": rate, "latency_us": {"p99": p99}} | changes}


def summary(**scenarios):
    return {"schema": "fleetca.bench.summary.v1", "scenarios": scenarios,
            "measurements": {"start_up_s": {"value": 0.5, "more_is_better": False}}}


class CompareTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name

    def write(self, name, document):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write(document if isinstance(document, str) else json.dumps(document))
        return path

    def compare(self, old, new, *flags):
        run = subprocess.run([sys.executable, COMPARE, self.write("old", old), self.write("new", new), *flags],
                             capture_output=True, text=True, check=False)
        return run.returncode, run.stdout, run.stderr

    def test_the_same_is_not_worse(self):
        code, out, _ = self.compare(result(), result())
        self.assertEqual(code, 0)
        self.assertRegex(out, r"unary\s+ratio\s+1\.2\s+1\.2\s+x1\.000\s+same")

    def test_a_dearer_certificate_fails(self):
        code, out, err = self.compare(result(ratio=1.2), result(ratio=1.4))
        self.assertEqual(code, 1)
        self.assertRegex(out, r"ratio .* worse")
        self.assertIn("1 of 3 figures got worse", err)

    def test_a_lower_rate_fails_and_a_higher_one_is_better(self):
        code, out, _ = self.compare(result(rate=8000), result(rate=7000))
        self.assertEqual(code, 1)
        self.assertRegex(out, r"certificates_per_s .* worse")
        code, out, _ = self.compare(result(rate=7000), result(rate=8000))
        self.assertEqual(code, 0)
        self.assertRegex(out, r"certificates_per_s .* better")

    def test_within_the_threshold_passes_and_just_beyond_fails(self):
        self.assertEqual(self.compare(result(ratio=1.0), result(ratio=1.1))[0], 0)
        self.assertEqual(self.compare(result(ratio=1.0), result(ratio=1.11))[0], 1)
        self.assertEqual(self.compare(result(ratio=1.0), result(ratio=1.11), "--threshold", "20%")[0], 0)
        self.assertEqual(self.compare(result(p99=1), result(p99=1.4), "--threshold", "p99_us=0.5")[0], 0)
        self.assertEqual(self.compare(result(p99=1), result(p99=1.6), "--threshold", "p99_us=50%")[0], 1)

    def test_a_rate_of_nothing_fails(self):
        self.assertEqual(self.compare(result(), result(rate=0))[0], 1)

    def test_summaries_compare_by_scenario(self):
        old = summary(batch={"ratio": 1.1}, stream={"ratio": 1.3})
        new = summary(batch={"ratio": 1.1}, stream={"ratio": 1.6})
        code, out, _ = self.compare(old, new)
        self.assertEqual(code, 1)
        self.assertRegex(out, r"stream\s+ratio .* worse")
        self.assertRegex(out, r"batch\s+ratio .* same")
        new["measurements"]["start_up_s"]["value"] = 0.9
        self.assertRegex(self.compare(old, new)[1], r"start_up_s\s+measurement .* worse")

    def test_json(self):
        code, out, _ = self.compare(result(), result(ratio=2.4), "-o", "json")
        self.assertEqual(code, 1)
        rows = {row["figure"]: row for row in json.loads(out)["rows"]}
        self.assertEqual((rows["ratio"]["ratio"], rows["ratio"]["verdict"]), (2.0, "worse"))

    def test_says_when_the_machines_differ_or_a_figure_is_gone(self):
        other = result()
        other["server"]["cpu_model"] = "y"
        del other["result"]["ratio"]
        _, _, err = self.compare(result(), other)
        self.assertIn("server.cpu_model: x before, y now", err)
        self.assertIn("unary ratio is in", err)

    def test_mistakes_name_the_file_and_what_to_do(self):
        for old, new, flags, words in [
                ("{", result(), (), "cannot be read as JSON"),
                ({"schema": "other"}, result(), (), "its schema is 'other'"),
                (result(), summary(a={"ratio": 1}), (), "compare two of a kind"),
                (summary(a={"ratio": 1}) | {"measurements": {}}, summary(b={"ratio": 1}), (), "no figure in common"),
                (result(), result(), ("--threshold", "fast=10%"), 'no figure "fast"'),
                (result(), result(), ("--threshold", "a lot"), "write a bound such as")]:
            code, _, err = self.compare(old, new, *flags)
            self.assertEqual(code, 2, err)
            self.assertIn(words, err)


if __name__ == "__main__":
    unittest.main()
