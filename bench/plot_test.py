"""bench/plot draws what the result says, and nothing from elsewhere."""

import json
import os
import subprocess
import tempfile
import unittest
import xml.etree.ElementTree

PLOT = os.path.join(os.path.dirname(os.path.abspath(__file__)), "plot")


def result(ladder=True):
    step = {"offered_per_s": 1000, "latency_us": {"p50": 700, "p99": 2500}}
    return {"schema": "fleetca.loadgen.v1",
            "plan": {"shape": "batch", "batch": 64, "outstanding": 8},
            "server": {"version": "0.1.0", "cpu_model": "Some CPU", "issuer_key": "P-256", "durable": True,
                       "libraries": {"gRPC": "1.51.1"}},
            "result": {"per_second": [{"t": 0, "certificates": 8000}, {"t": 1, "certificates": 8100}],
                       "latency_us": {"buckets": [[700, 900], [2500, 99], [9000, 1]]}},
            "ladder": [step, step | {"offered_per_s": 2000}] if ladder else [], "knee_per_s": 2000}


class PlotTest(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = folder.name
        self.out = os.path.join(self.folder, "out.svg")

    def plot(self, document, out=None):
        path = os.path.join(self.folder, "result.json")
        with open(path, "w", encoding="utf-8") as file:
            json.dump(document, file)
        return subprocess.run([PLOT, path, "--out", out or self.out], capture_output=True, text=True,
                              check=False, env={**os.environ, "MPLCONFIGDIR": self.folder})

    def text(self):
        with open(self.out, encoding="utf-8") as file:
            return file.read()

    def test_three_pictures_in_one_self_contained_file(self):
        run = self.plot(result())
        self.assertEqual(run.returncode, 0, run.stderr)
        text = self.text()
        self.assertTrue(xml.etree.ElementTree.fromstring(text).tag.endswith("svg"))
        for words in ("Throughput", "Latency against load", "batch, 64, 8 in flight", "Some CPU",
                      "gRPC 1.51.1", "the knee"):
            self.assertIn(words, text)
        self.assertNotIn("<image", text)
        self.assertNotIn("@import", text)

    def test_without_a_ladder_two(self):
        self.assertEqual(self.plot(result(ladder=False)).returncode, 0)
        self.assertNotIn("Latency against load", self.text())

    def test_the_same_result_gives_the_same_file(self):
        self.plot(result())
        first = self.text()
        self.plot(result())
        self.assertEqual(self.text(), first)

    def test_mistakes(self):
        run = self.plot({"schema": "other"})
        self.assertEqual(run.returncode, 2)
        self.assertIn("is no result of the load generator", run.stderr)
        run = self.plot(result(), out=os.path.join(self.folder, "no", "such.svg"))
        self.assertEqual(run.returncode, 1)
        self.assertIn("cannot be written", run.stderr)


if __name__ == "__main__":
    unittest.main()
