// Name constraints as the lint and the verifier read them. What passes the lint says what the
// builder would say, subtree for subtree, in whatever order, and the verifier can apply it; what
// the verifier cannot read, no certificate keeps to.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/certificate.h"
#include "x509/der/der.h"
#include "x509/lint/lint_name_constraints.h"
#include "x509/name_constraints.h"
#include "x509/name_constraints_check.h"
#include "x509/san.h"

namespace fleetca {
namespace {

const std::vector<x509::NameConstraints>& Wanted() {
  static const auto* const kWanted = new std::vector<x509::NameConstraints>{
      {.permitted = {.dns_domains = {"a.example", "b.example"}, .uri_domains = {"a.example"}},
       .excluded = {.dns_domains = {"c.a.example"}}},
      {.permitted = {.ip_prefixes = {{std::string("\x0a\x80\0\0", 4), 9}},
                     .email_domains = {"a.example"}},
       .excluded = {.ip_prefixes = {{"\xfd" + std::string(15, '\0'), 8}}}},
      {.permitted = {}, .excluded = {.uri_domains = {"a.example"}}},
  };
  return *kWanted;
}

// The subtrees of both lists, each with the list's number before it; sorted.
std::vector<std::string> SubtreesOf(absl::string_view value) {
  std::vector<std::string> subtrees;
  x509::der::Reader element(value);
  x509::der::Reader fields;
  FLEETCA_FUZZ_REQUIRE(element.ReadNested(x509::der::kSequence, &fields));
  for (int n = 0; n < 2; ++n) {
    x509::der::Reader list;
    bool present = false;
    FLEETCA_FUZZ_REQUIRE(fields.ReadOptional(x509::der::ContextConstructed(n), &list, &present));
    while (present && !list.empty()) {
      absl::string_view subtree;
      FLEETCA_FUZZ_REQUIRE(list.ReadElement(x509::der::kSequence, &subtree));
      subtrees.push_back(std::to_string(n) + std::string(subtree));
    }
  }
  std::sort(subtrees.begin(), subtrees.end());
  return subtrees;
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  std::vector<std::string> seeds;
  for (const x509::NameConstraints& wanted : Wanted()) {
    seeds.push_back(*x509::BuildNameConstraints(wanted, ""));
  }
  return seeds;
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  x509::Certificate certificate;
  certificate.subject = absl::string_view("\x30\x00", 2);
  certificate.names = {{x509::NameType::kDns, "c.a.example"},
                       {x509::NameType::kUri, "spiffe://a.example/svc/web"},
                       {x509::NameType::kEmail, "ops@a.example"},
                       {x509::NameType::kIp, "\x0a\x80\x01\x01"}};
  const bool can_be_applied = x509::IsNameConstraints(input);
  FLEETCA_FUZZ_REQUIRE(can_be_applied ||
                       x509::NameConstraintsViolation(input, certificate) != nullptr);
  for (const x509::NameConstraints& wanted : Wanted()) {
    if (x509::NameConstraintsFault(input, wanted) == nullptr) {
      FLEETCA_FUZZ_REQUIRE(can_be_applied);
      FLEETCA_FUZZ_REQUIRE(SubtreesOf(input) ==
                           SubtreesOf(*x509::BuildNameConstraints(wanted, "")));
    }
  }
  return 0;
}
