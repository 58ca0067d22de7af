"""The check of deps fires on an include that they lack, and on nothing else."""

import unittest

from tests.layering import build_files
from tests.layering import undeclared

FOLDERS = {
    "base": ("""
fleetca_folder(name = "base", exclude = ["low", "odd"])
fleetca_library(name = "low")
alias(name = "known_as", actual = ":low")
fleetca_tests(names = ["a_test"], deps = [":base"])
""", ["a.cc", "a.h", "a_test.cc", "low.cc", "low.h", "odd.h"]),
    "proto/fleetca/v1": ("""
fleetca_proto_library(name = "ca_proto", srcs = ["ca.proto"], grpc = True)
""", ["ca.proto"]),
    "service": ("""
DEPS = ["//base:known_as"]
fleetca_folder(name = "service", deps = DEPS)
cc_binary(name = "program", srcs = ["main.cc"], deps = [dep for dep in [":service"]])
""", ["s.cc", "s.h"]),
}


def found():
    targets = {}
    for package, (text, files) in FOLDERS.items():
        targets.update(build_files.targets_of(text, package, files))
    return targets


def includes(path, *headers):
    """The messages for a tree in which that file alone includes something."""
    text = "".join('#include "%s"\n' % header for header in headers)
    return undeclared.check(found(), {path: text}.get)


class UndeclaredTest(unittest.TestCase):

    def test_what_no_dep_has_is_found_with_its_line_and_its_library(self):
        findings = includes("base/a_test.cc", "base/a.h", "fleetca/v1/ca.pb.h")
        self.assertEqual([("base/a_test.cc", 2)], [(f.path, f.line) for f in findings])
        self.assertIn("the deps of //base:a_test lack //proto/fleetca/v1:ca_proto",
                      findings[0].message)

    def test_the_own_headers_and_those_of_deps_are_there_through_others_too(self):
        self.assertEqual([], includes("base/a.cc", "base/a.h"))
        self.assertEqual([], includes("service/s.cc", "service/s.h", "base/low.h"))
        self.assertEqual([], includes("service/main.cc", "service/s.h", "base/low.h"))

    def test_a_header_asks_like_a_source(self):
        self.assertEqual(1, len(includes("service/s.h", "base/a.h")))

    def test_another_target_of_the_same_folder_is_not_linked_by_itself(self):
        self.assertEqual(1, len(includes("base/a.cc", "base/low.h")))
        self.assertEqual(1, len(includes("base/a.cc", "fleetca/v1/ca.grpc.pb.h")))

    def test_a_module_that_the_deps_of_a_test_lack_is_found(self):
        targets = build_files.targets_of("""
FILES = ["fleet.py"]
fleetca_py_tests(names = ["a_test", "b_test"], deps = FILES + ["//tests/agent:agents.py"])
fleetca_py_test(name = "c_test", src = "other.py")
""", "tests/x", [])
        text = "from tests.x import fleet, processes\nfrom tests.agent import agents\nimport os\n"
        findings = undeclared.check_imports(targets, {"tests/x/a_test.py": text, "tests/x/b_test.py": ""}.get)
        self.assertEqual([("tests/x/a_test.py", 1)], [(f.path, f.line) for f in findings])
        self.assertIn("imports tests/x/processes.py", findings[0].message)
        self.assertEqual(3, len(undeclared.check_imports(targets, {"tests/x/other.py": text}.get)))
        of_a_name = {"tests/x/other.py": "from tests.x.relay import Relay\n", "tests/x/relay.py": ""}
        findings = undeclared.check_imports(targets, of_a_name.get)
        self.assertEqual(1, len(findings))
        self.assertIn("imports tests/x/relay.py", findings[0].message)

    def test_what_no_target_offers_is_left_to_the_other_checks(self):
        self.assertEqual([], includes("base/a.cc", "openssl/evp.h"))


if __name__ == "__main__":
    unittest.main()
