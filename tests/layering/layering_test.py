"""The real tree keeps to the layering table."""

import os
import unittest

from tests.layering import checker
from tests.layering import error_rules
from tests.layering import one_definition
from tests.layering import undeclared


def workspace():
    """The real source tree: WORKSPACE is a link to it in the test's runfiles."""
    here = os.path.dirname(os.path.abspath(__file__))
    runfiles = os.path.join(here, "..", "..")
    return os.path.dirname(os.path.realpath(os.path.join(runfiles, "WORKSPACE")))


class LayeringTest(unittest.TestCase):

    def test_the_tree_was_found(self):
        found = checker.sources(workspace())
        self.assertIn("base/openssl.h", found)
        self.assertIn("x509/csr.h", found)

    def test_every_include_is_allowed(self):
        findings = checker.check_tree(workspace())
        lines = ["%s:%d: [%s] %s" % finding for finding in findings]
        self.assertEqual([], lines, "\n" + "\n".join(lines))

    def test_errors_are_made_by_the_table_and_not_dropped(self):
        findings = error_rules.check_tree(workspace())
        lines = ["%s:%d: [%s] %s" % finding for finding in findings]
        self.assertEqual([], lines, "\n" + "\n".join(lines))

    def test_every_class_is_defined_once(self):
        findings = one_definition.check_tree(workspace())
        lines = ["%s:%d: [%s] %s" % finding for finding in findings]
        self.assertEqual([], lines, "\n" + "\n".join(lines))

    def test_every_include_is_among_the_deps(self):
        findings = undeclared.check_tree(workspace(), checker.tops() + ["proto"])
        lines = ["%s:%d: [%s] %s" % finding for finding in findings]
        self.assertEqual([], lines, "\n" + "\n".join(lines))

    def test_the_table_of_reasons_was_found(self):
        with open(os.path.join(workspace(), "base/reasons.h"), encoding="utf-8") as source:
            table = error_rules.reasons(source.read())
        self.assertGreater(len(table), 50)
        self.assertEqual({"Unavailable"}, table["ClockRefused"])

    def test_a_dropped_result_is_an_error_of_the_build(self):
        with open(os.path.join(workspace(), ".bazelrc"), encoding="utf-8") as options:
            text = options.read()
        self.assertIn("@-Werror\n", text)
        self.assertNotIn("unused-result", text)

    def test_long_files_are_reported(self):
        for path, length in checker.long_files(workspace()):
            print("look hard: %s has %d lines" % (path, length))


if __name__ == "__main__":
    unittest.main()
