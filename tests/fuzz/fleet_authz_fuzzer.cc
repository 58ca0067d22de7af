// FleetAuthz and Provenance. What parses is built again to the same bytes and keeps the rules of
// its ASN.1; the lint's own decoder takes exactly the same inputs and reads the same from them.
#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "base/errors.h"
#include "tests/fuzz/fuzz_target.h"
#include "x509/authz/authz_token.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"
#include "x509/der/utf8.h"
#include "x509/lint/lint_authz.h"

namespace fleetca {
namespace {

void CheckTokens(const std::vector<std::string>& tokens, size_t most) {
  FLEETCA_FUZZ_REQUIRE(tokens.size() <= most);
  FLEETCA_FUZZ_REQUIRE(std::is_sorted(tokens.begin(), tokens.end()));
  FLEETCA_FUZZ_REQUIRE(std::adjacent_find(tokens.begin(), tokens.end()) == tokens.end());
  for (const std::string& token : tokens) {
    FLEETCA_FUZZ_REQUIRE(x509::IsToken(token));
  }
}

void CheckRules(const x509::FleetAuthz& authz) {
  FLEETCA_FUZZ_REQUIRE(authz.policy_revision <= x509::kMaxPolicyRevision);
  CheckTokens(authz.roles, x509::kMaxRoles);
  if (authz.audience.has_value()) {
    FLEETCA_FUZZ_REQUIRE(!authz.audience->empty());
    CheckTokens(*authz.audience, x509::kMaxAudience);
  }
  std::vector<std::string> names;
  for (const x509::AuthzAttribute& attribute : authz.attributes) {
    names.push_back(attribute.name);
    const auto characters = x509::CountPrintableUtf8(attribute.value);
    FLEETCA_FUZZ_REQUIRE(characters.has_value() && *characters > 0 &&
                         *characters <= x509::kMaxAttributeValue);
  }
  CheckTokens(names, x509::kMaxAttributes);
}

void FuzzFleetAuthz(absl::string_view input) {
  const auto authz = x509::ParseFleetAuthz(input);
  x509::FleetAuthzReading reading;
  FLEETCA_FUZZ_REQUIRE(authz.ok() == (x509::ReadFleetAuthz(input, &reading) == nullptr));
  if (!authz.ok()) {
    FLEETCA_FUZZ_REQUIRE(GetReason(authz.status()) == Reason::kAuthzInvalid);
    return;
  }
  FLEETCA_FUZZ_REQUIRE(x509::BuildFleetAuthz(*authz).value() == input);
  FLEETCA_FUZZ_REQUIRE(x509::FleetAuthzFault(input, *authz) == nullptr);
  CheckRules(*authz);
  x509::FleetAuthz other = *authz;
  other.roles.push_back("another");
  FLEETCA_FUZZ_REQUIRE(x509::FleetAuthzFault(input, other) != nullptr);
}

void FuzzProvenance(absl::string_view input) {
  const auto provenance = x509::ParseProvenance(input);
  if (!provenance.ok()) {
    FLEETCA_FUZZ_REQUIRE(GetReason(provenance.status()) == Reason::kAuthzInvalid);
    return;
  }
  FLEETCA_FUZZ_REQUIRE(x509::BuildProvenance(*provenance).value() == input);
  FLEETCA_FUZZ_REQUIRE(x509::ProvenanceFault(input, *provenance) == nullptr);
}

}  // namespace

std::vector<std::string> fuzz::Seeds() {
  const x509::FleetAuthz full = {.policy_revision = 300,
                                 .roles = {"admin/db", "reader"},
                                 .audience = {{"svc/billing", "svc/orders"}},
                                 .attributes = {{"region", "eu-1"}, {"zone", "\xc3\xa9"}}};
  const x509::Provenance provenance = {.profile = "service",
                                       .attestation = x509::Attestation::kJwt,
                                       .request_id = "0123456789abcdef",
                                       .generation = 200};
  return {*x509::BuildFleetAuthz({}), *x509::BuildFleetAuthz(full),
          *x509::BuildProvenance({.profile = "p"}), *x509::BuildProvenance(provenance)};
}

}  // namespace fleetca

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const absl::string_view input(reinterpret_cast<const char*>(data), size);
  fleetca::FuzzFleetAuthz(input);
  fleetca::FuzzProvenance(input);
  return 0;
}
