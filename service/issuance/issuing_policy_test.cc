#include "service/issuance/issuing_policy.h"

#include <gtest/gtest.h>

#include <memory>
#include <utility>

#include "base/errors.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"
#include "x509/name.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

IssuingCa LeavesOnly() {
  IssuingCa ca;
  ca.subject = x509::BuildName("fleet.example", "issuing CA");
  ca.key_id = "key identifier";
  ca.not_after = absl::InfiniteFuture();
  ca.path_length = 0;
  return ca;
}

PolicyOptions WithSubordinateCas(int64_t revision) {
  PolicyOptions policy = TestPolicy({TestRule("service", "/svc/*")});
  policy.revision = revision;
  PolicyProfileOptions profile = TestProfile("edge-ca");
  profile.subordinate_ca = SubordinateCa();
  profile.subordinate_ca->permitted.dns_domains = {"edge.fleet.example"};
  policy.profiles.push_back(profile);
  return policy;
}

TEST(IssuingPolicyTest, EachProfileHasItsOwn) {
  IssuingCa ca = LeavesOnly();
  ca.path_length = 1;
  const std::shared_ptr<const Policy> policy = MakePolicy(WithSubordinateCas(7));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto joined, IssuingPolicy::Create(policy, ca));
  EXPECT_FALSE(joined->Find(policy->profiles()[0]).is_ca);
  const IssuingProfile& edge = joined->Find(policy->profiles()[2]);
  EXPECT_TRUE(edge.is_ca);
  EXPECT_TRUE(edge.lint_policy.name_constraints.has_value());
  EXPECT_EQ(edge.lint_policy.path_length, 0);
}

TEST(IssuingPolicyTest, ASubordinateCaNeedsRoomInTheIssuersPath) {
  EXPECT_THAT(IssuingPolicy::Create(MakePolicy(WithSubordinateCas(7)), LeavesOnly()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
  EXPECT_THAT(IssuingPolicy::Create(MakePolicy({TestRule("service", "/svc/*")}), LeavesOnly()),
              testing::IsOk());
}

TEST(IssuingPolicyTest, TheLintWantsTheUrlsOfTheProfile) {
  PolicyOptions options = WithSubordinateCas(7);
  options.profiles[0].profile.ca_issuers_url = "http://pki.fleet.example/issuing.cer";
  options.profiles[0].profile.crl_url = "http://pki.fleet.example/issuing.crl";
  IssuingCa ca = LeavesOnly();
  ca.path_length = 1;
  const std::shared_ptr<const Policy> policy = MakePolicy(options);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto joined, IssuingPolicy::Create(policy, ca));
  for (const PolicyProfile& one : policy->profiles()) {
    const IssuingProfile& profile = joined->Find(one);
    const ProfileOptions& asked = one.profile.options();
    EXPECT_EQ(profile.tbs_template->options().crl_url, asked.crl_url);
    EXPECT_EQ(profile.tbs_template->options().ca_issuers_url, asked.ca_issuers_url);
    EXPECT_EQ(profile.lint_policy.crl_url, asked.crl_url);
    EXPECT_EQ(profile.lint_policy.ca_issuers_url, asked.ca_issuers_url);
  }
}

TEST(IssuingPoliciesTest, FollowsTheCurrentPolicyAndPassesOverWhatDoesNotFit) {
  std::unique_ptr<const Policy> next;
  CurrentPolicy holder(MakePolicy({TestRule("service", "/svc/*")}),
                       [&next](absl::string_view) { return std::move(next); });
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto policies, IssuingPolicies::Create(holder, LeavesOnly()));
  const auto first = policies->Current();
  EXPECT_EQ(first->policy()->revision(), 7);
  EXPECT_EQ(policies->Current(), first) << "joined once";
  next = MakePolicy(WithSubordinateCas(8));
  FLEETCA_ASSERT_OK(holder.Reload("", ""));
  EXPECT_EQ(policies->Current(), first);
  PolicyOptions fits = TestPolicy({TestRule("service", "/svc/*"), TestRule("user", "/user/*")});
  fits.revision = 9;
  next = MakePolicy(fits);
  FLEETCA_ASSERT_OK(holder.Reload("", ""));
  EXPECT_EQ(policies->Current()->policy()->revision(), 9);
  EXPECT_EQ(first->policy()->revision(), 7) << "who has the old one keeps it";
}

}  // namespace
}  // namespace fleetca::service
