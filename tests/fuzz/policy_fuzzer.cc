// The policy file. Whatever stands in it is a policy or a list of mistakes, a line of it each.
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "service/config/policy_config.h"
#include "tests/fuzz/fuzz_target.h"

namespace {

constexpr absl::string_view kPath = "policy.textproto";

}  // namespace

std::vector<std::string> fleetca::fuzz::Seeds() {
  return {R"(policy_revision: 7
trust_domain: "fleet.example"
profiles {
  profile {
    name: "s"
    default_lifetime { seconds: 3600 }
    key_purposes: KEY_PURPOSE_CLIENT_AUTH
    names { spiffe_paths: "/*" dns_suffixes: ".fleet.example" }
  }
}
identities {
  name: "service"
  identity: "/svc/{name}"
  profiles: "s"
  dns_names: "{name}.fleet.example"
  dns_regexes: "[a-z]+\\.fleet\\.example"
  roles: ["read", "write"]
  attributes { name: "a" value: "b" }
  budget { certificates: 5 per { seconds: 60 } }
}
)",
          R"(trust_domain: "a"
profiles {
  profile { name: "c" default_lifetime { seconds: 60 } key_purposes: 1 names { spiffe_paths: "/*" } }
  key_usages: [KEY_USAGE_KEY_CERT_SIGN, KEY_USAGE_CRL_SIGN]
  subordinate_ca { permitted_names { dns_domains: "a.example" ip_prefixes: "10.0.0.0/8" } }
}
identities { name: "u" identity: "/user/*" issue_for: "/svc/*" rights { may_manage_tokens: true } }
)",
          "identities {}"};
}

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace fleetca;
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  const auto policy = service::ParsePolicy(input, kPath);
  if (policy.ok()) {
    FLEETCA_FUZZ_REQUIRE(*policy != nullptr);
    return 0;
  }
  FLEETCA_FUZZ_REQUIRE(policy.status().code() == absl::StatusCode::kInvalidArgument);
  FLEETCA_FUZZ_REQUIRE(GetReason(policy.status()) == Reason::kConfigInvalid);
  // A mistake may quote a text with a line's end in it, so the first line alone is sure.
  const std::vector<absl::string_view> parts =
      absl::StrSplit(policy.status().message(), absl::MaxSplits(':', 2));
  int line = 0;
  FLEETCA_FUZZ_REQUIRE(parts.size() == 3 && parts[0] == kPath);
  FLEETCA_FUZZ_REQUIRE(absl::SimpleAtoi(parts[1], &line) && line >= 1);
  return 0;
}
