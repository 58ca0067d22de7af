"""Each rule about errors fires on what breaks it, and on nothing else."""

import unittest

from tests.layering import error_rules

TABLE = error_rules.reasons(r'''
#define FLEETCA_REASONS(SECTION, REASON)                \
  SECTION("Some")                                       \
  REASON(kFull, "FULL", (kResourceExhausted),           \
         "It is full.")                                 \
  REASON(kLost, "LOST",                                 \
         (kDataLoss, kUnavailable),                     \
         "It is lost.")
''')

# (path, code, the rules that fire).
CASES = [
    ("base/a.cc", "return DataLoss(Reason::kLost, text);", []),
    ("base/a.cc", "return Unavailable(\n    Reason::kLost, text);", []),
    ("base/a.cc", "return DataLoss(Reason::kFull, text);", ["reason-code"]),
    ("base/a.cc", "return DataLoss(Reason::kNew, text);", ["reason-code"]),
    ("base/a.cc", "// DataLoss(Reason::kFull, text)", []),
    ("base/a_test.cc", "return DataLoss(Reason::kFull, text);", []),
    ("base/a.cc", "return MakeError(absl::StatusCode::kDataLoss, reason, field, text);",
     ["make-error"]),
    ("base/a.cc", "return MakeError(status.code(), reason, field, text);", []),
    ("base/a.h", "std::optional<int> Find(int key);", ["nodiscard"]),
    ("base/a.h", "  static std::optional<int> Find(int key);", ["nodiscard"]),
    ("base/a.h", "[[nodiscard]] std::optional<int> Find(int key);", []),
    ("base/a.h", "std::optional<int> found_;", []),
    ("x509/der/a.h", "  bool ReadNull();", ["nodiscard"]),
    ("x509/der/a.h", "  bool Read(uint8_t tag);", ["nodiscard"]),
    ("x509/der/a.h", "  [[nodiscard]] bool ReadNull();", []),
    ("x509/der/a.h", "  bool empty() const;", []),
    ("x509/der/a.cc", "bool Reader::ReadNull() {", []),
]


class ErrorRulesTest(unittest.TestCase):

    def test_the_table_is_read(self):
        self.assertEqual({
            "Full": {"ResourceExhausted"},
            "Lost": {"DataLoss", "Unavailable"}
        }, TABLE)

    def test_each_rule_fires_where_it_should(self):
        for path, code, expected in CASES:
            found = error_rules.check_text(path, code, TABLE)
            self.assertEqual(expected, [finding.rule for finding in found], code)


if __name__ == "__main__":
    unittest.main()
