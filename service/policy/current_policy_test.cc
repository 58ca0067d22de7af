#include "service/policy/current_policy.h"

#include <atomic>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/policy/testing/policy_fixture.h"
#include "tests/testing/status_matchers.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsError;
using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

class CurrentPolicyTest : public ::testing::Test {
 protected:
  // `options_`, or `error_` unless that is OK: what the file would hold.
  PolicyOptions options_ = TestPolicy({TestRule("a", "/a")});
  absl::Status error_;
  CurrentPolicy current_{MakePolicy(options_), [this](absl::string_view) {
                           return error_.ok()
                                      ? Policy::Create(options_)
                                      : absl::StatusOr<std::unique_ptr<const Policy>>(error_);
                         }};
};

TEST_F(CurrentPolicyTest, ReplacesThePolicyAndTellsTheDifference) {
  const std::shared_ptr<const Policy> before = current_.Current();
  options_.revision = 8;
  options_.rules.push_back(TestRule("b", "/b"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const PolicyChange change, current_.Reload("f", ""));
  EXPECT_THAT(change.lines, ElementsAre("rule \"b\" added: /b"));
  EXPECT_EQ(change.former_revision, 7);
  EXPECT_EQ(change.revision, 8);
  EXPECT_EQ(current_.Current()->revision(), 8);
  EXPECT_THAT(current_.Current()->Authorize(AskAs("spiffe://fleet.example/b")), IsOk());
  // Who decides by the old one may go on.
  EXPECT_THAT(before->Authorize(AskAs("spiffe://fleet.example/a")), IsOk());
  EXPECT_EQ(before->revision(), 7);
}

TEST_F(CurrentPolicyTest, ReservesNamesInThePolicyInForce) {
  options_.revision = 8;
  options_.rules[0].dns_suffixes = {".fleet.example"};
  options_.rules[0].dns_names = {"a.ca.example"};
  FLEETCA_ASSERT_OK(current_.Reload("f", ""));
  const auto allow = [](const Policy&) { return absl::OkStatus(); };
  const std::vector<x509::GeneralName> names = {{x509::NameType::kDns, "ca.fleet.example"}};
  AuthorizeRequest request = AskAs("spiffe://fleet.example/a");
  request.names = names;
  EXPECT_THAT(current_.Current()->Authorize(request), IsOk());
  FLEETCA_EXPECT_OK(current_.Reserve({{}, {"ca.fleet.example"}, {}}, allow));
  EXPECT_EQ(current_.Current()->revision(), 8);
  EXPECT_THAT(current_.Current()->Authorize(request),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kNameReserved));
  // Others in their place.
  FLEETCA_EXPECT_OK(current_.Reserve({{}, {"b.fleet.example"}, {}}, allow));
  EXPECT_THAT(current_.Current()->Authorize(request), IsOk());
}

TEST_F(CurrentPolicyTest, ReservesNoNameThatThePolicyGivesToAnother) {
  options_.revision = 8;
  options_.rules[0].dns_names = {"a.ca.example"};
  FLEETCA_ASSERT_OK(current_.Reload("f", ""));
  const Policy* const before = current_.Current().get();
  const absl::Status given =
      current_.Reserve({{}, {"a.ca.example"}, {}}, [](const Policy&) { return absl::OkStatus(); });
  EXPECT_THAT(given, IsInvalid(Reason::kConfigInvalid, "identities[0].dns_names[0]"));
  EXPECT_THAT(std::string(given.message()), HasSubstr("identities[0].dns_names[0]"));
  const absl::Status judged = InvalidArgument(Reason::kConfigInvalid, "x", "no");
  EXPECT_EQ(current_.Reserve({{}, {"b.ca.example"}, {}}, [&](const Policy&) { return judged; }),
            judged);
  EXPECT_EQ(current_.Current().get(), before);
}

TEST_F(CurrentPolicyTest, KeepsTheOldOneOnAnyError) {
  const Policy* const before = current_.Current().get();
  ::testing::internal::CaptureStderr();
  error_ = FailedPrecondition(Reason::kFileMissing, "There is no f; write it");
  EXPECT_THAT(current_.Reload("f", ""),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), HasSubstr("There is no f; write it"));
  error_ = absl::OkStatus();
  options_.revision = 8;
  options_.rules[0].identity = "/..";
  EXPECT_THAT(current_.Reload("f", ""),
              IsInvalid(Reason::kConfigInvalid, "identities[0].identity"));
  EXPECT_EQ(current_.Current().get(), before);
}

TEST_F(CurrentPolicyTest, AChangeNeedsAHigherRevision) {
  const Policy* const before = current_.Current().get();
  options_.rules[0].roles = {"read"};
  options_.revision_line = 3;
  const absl::Status same = current_.Reload("f", "").status();
  EXPECT_THAT(same, IsInvalid(Reason::kConfigInvalid, "policy_revision"));
  EXPECT_THAT(std::string(same.message()), HasSubstr("f:3: policy_revision is 7"));
  options_.revision = 6;
  EXPECT_THAT(current_.Reload("f", ""), IsInvalid(Reason::kConfigInvalid, "policy_revision"));
  EXPECT_EQ(current_.Current().get(), before);
  options_.revision = 8;
  EXPECT_THAT(current_.Reload("f", ""), IsOk());
}

TEST_F(CurrentPolicyTest, TheSameFileAgainIsNoError) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const PolicyChange change, current_.Reload("f", ""));
  EXPECT_THAT(change.lines, IsEmpty());
  EXPECT_EQ(change.former_revision, change.revision);
}

TEST_F(CurrentPolicyTest, TheTrustDomainStays) {
  options_.revision = 8;
  options_.trust_domain = "other.example";
  EXPECT_THAT(current_.Reload("f", ""), IsInvalid(Reason::kConfigInvalid, "trust_domain"));
}

TEST_F(CurrentPolicyTest, EveryoneSeesAWholePolicy) {
  std::atomic<bool> done = false;
  std::vector<std::thread> readers;
  std::atomic<int> wrong = 0;
  for (int i = 0; i < 3; ++i) {
    readers.emplace_back([&] {
      while (!done) {
        const std::shared_ptr<const Policy> policy = current_.Current();
        const auto decision = policy->Authorize(AskAs("spiffe://fleet.example/a"));
        // The role is named after the revision.
        wrong += decision.ok() && (decision->roles.empty() ||
                                   decision->roles[0] == std::to_string(policy->revision()))
                     ? 0
                     : 1;
      }
    });
  }
  for (int revision = 8; revision < 108; ++revision) {
    options_.revision = revision;
    options_.rules[0].roles = {std::to_string(revision)};
    EXPECT_THAT(current_.Reload("f", ""), IsOk());
  }
  done = true;
  for (std::thread& reader : readers) {
    reader.join();
  }
  EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace fleetca::service
