// Fuzzes LintCertificate, which takes any octets. Invariants: every finding is of the table and has
// a sentence that can be shown; the findings are in the table's order and the same each time; what
// has the form of no certificate is said to have none; and what ParseCertificate, which is strict,
// reads breaks no rule of form.
#include <string>
#include <vector>

#include "client/verdict/lint/certificate_lint.h"
#include "tests/fuzz/fuzz_target.h"
#include "tests/testing/test_key.h"
#include "x509/certificate.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client::lint {
namespace {

void Check(absl::string_view input) {
  const std::vector<Finding> findings = LintCertificate(input);
  const std::vector<Finding> again = LintCertificate(input);
  FLEETCA_FUZZ_REQUIRE(findings.size() == again.size());
  bool has_form = true;
  for (size_t i = 0; i < findings.size(); ++i) {
    FLEETCA_FUZZ_REQUIRE(findings[i].rule == again[i].rule);
    FLEETCA_FUZZ_REQUIRE(i == 0 || findings[i - 1].rule <= findings[i].rule);
    FLEETCA_FUZZ_REQUIRE(findings[i].sentence.size() > 1 && findings[i].sentence.back() == '.');
    const Rule rule = findings[i].rule->rule;
    has_form = has_form && rule != Rule::kForm && rule != Rule::kTooLarge;
  }
  if (x509::ParseCertificate(input).ok()) {
    FLEETCA_FUZZ_REQUIRE(has_form);
  }
}

}  // namespace
}  // namespace fleetca::client::lint

std::vector<std::string> fleetca::fuzz::Seeds() {
  const auto root = fleetca::x509::MakeTestRoot(fleetca::KeyType::kP256);
  const auto issuing = fleetca::x509::MakeTestIssuingCa(root, fleetca::KeyType::kRsa2048);
  const fleetca::x509::FleetAuthz grants{.policy_revision = 1, .roles = {"reader"}};
  const auto& key = fleetca::testing::TestKey::OfType(fleetca::KeyType::kEd25519);
  return {root.certificate, issuing.certificate, fleetca::x509::IssueLeaf(issuing, key),
          fleetca::x509::IssueLeaf(issuing, key, &grants)};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  fleetca::client::lint::Check(absl::string_view(reinterpret_cast<const char*>(data), size));
  return 0;
}
