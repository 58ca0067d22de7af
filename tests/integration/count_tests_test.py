"""What deploy/test counts of a run of Bazel's: each test once, and none that the run did not come to."""

import json
import os
import subprocess
import sys
import tempfile
import unittest


def configured(label, kind="cc_test rule"):
    return {"id": {"targetConfigured": {"label": label}}, "configured": {"targetKind": kind}}


def summary(label, status):
    return {"id": {"testSummary": {"label": label}}, "testSummary": {"overallStatus": status}}


def finished(code):
    return {"id": {"buildFinished": {}}, "finished": {"exitCode": {"code": code}}}


EVENTS = [configured("//a:passes_test"), configured("//a:fails_test"), configured("//a:flaky_test"),
          configured("//a:other_test"), configured("//a:library", "cc_library rule"),
          summary("//a:passes_test", "PASSED"), summary("//a:fails_test", "FAILED"), summary("//a:flaky_test", "FLAKY")]
JUDGED = ["failed //a:fails_test (run)", "failed //a:flaky_test (run)", "passed //a:passes_test (run)"]


class CountTestsTest(unittest.TestCase):
    def count(self, events):
        with tempfile.NamedTemporaryFile("w", suffix=".json", encoding="utf-8") as file:
            file.writelines(json.dumps(event) + "\n" for event in events)
            file.flush()
            return subprocess.run([sys.executable, os.path.join("deploy", "count-tests"), file.name, "run"],
                                  capture_output=True, text=True, check=True).stdout.splitlines()

    def test_what_could_not_be_built_has_failed(self):
        self.assertEqual(self.count(EVENTS + [finished(1)]), sorted(JUDGED + ["failed //a:other_test (run)"]))

    def test_what_a_run_that_was_cut_short_did_not_come_to_is_not_counted(self):
        cut = summary("//a:other_test", "NO_STATUS")
        self.assertEqual(self.count(EVENTS + [cut, finished(8)]), JUDGED)
        # Killed, it says nothing more.
        self.assertEqual(self.count(EVENTS), JUDGED)

    def test_a_run_that_did_not_begin_counts_nothing(self):
        done = subprocess.run([sys.executable, os.path.join("deploy", "count-tests"), "/nonexistent", "run"],
                              capture_output=True, text=True, check=True)
        self.assertEqual(done.stdout, "")


if __name__ == "__main__":
    unittest.main()
