// A policy for tests, made of options that a test changes first.
#ifndef FLEETCA_SERVICE_POLICY_TESTING_POLICY_FIXTURE_H_
#define FLEETCA_SERVICE_POLICY_TESTING_POLICY_FIXTURE_H_

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"
#include "service/policy/policy.h"

namespace fleetca::service {

inline PolicyProfileOptions TestProfile(absl::string_view name) {
  PolicyProfileOptions out;
  out.profile.name = std::string(name);
  out.profile.default_lifetime = absl::Hours(1);
  out.profile.max_lifetime = absl::Hours(24);
  out.profile.server_auth = true;
  out.profile.client_auth = true;
  out.profile.names.spiffe_paths = {"/*"};
  out.profile.names.dns_suffixes = {".fleet.example"};
  out.profile.names.dns_wildcards = true;
  out.profile.names.ip_prefixes = {"10.0.0.0/8"};
  return out;
}

inline RuleOptions TestRule(absl::string_view name, absl::string_view identity,
                            std::vector<std::string> profiles = {"service"}) {
  RuleOptions out;
  out.name = std::string(name);
  out.identity = std::string(identity);
  out.profiles = std::move(profiles);
  return out;
}

// Revision 7 of fleet.example with the profiles "service" and "user".
inline PolicyOptions TestPolicy(std::vector<RuleOptions> rules) {
  PolicyOptions out;
  out.revision = 7;
  out.trust_domain = "fleet.example";
  out.profiles = {TestProfile("service"), TestProfile("user")};
  out.rules = std::move(rules);
  return out;
}

inline std::unique_ptr<const Policy> MakePolicy(PolicyOptions options) {
  auto policy = Policy::Create(std::move(options));
  EXPECT_TRUE(policy.ok()) << policy.status();
  return *std::move(policy);
}

inline std::unique_ptr<const Policy> MakePolicy(std::vector<RuleOptions> rules) {
  return MakePolicy(TestPolicy(std::move(rules)));
}

// Who asks for its own certificate by the profile "service".
inline AuthorizeRequest AskAs(absl::string_view caller) {
  AuthorizeRequest request;
  request.caller = caller;
  request.profile = "service";
  return request;
}

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_TESTING_POLICY_FIXTURE_H_
