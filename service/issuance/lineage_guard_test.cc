#include "service/issuance/lineage_guard.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "service/issuance/testing/holder.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/revocation_follower.h"
#include "store/block.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using ::fleetca::testing::TestIssuerOptions;
using ::testing::HasSubstr;

constexpr absl::string_view kHome = kHolderAddress;
constexpr absl::string_view kThief = "203.0.113.9:2000";

const auto kIsStale = IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageStale);
const auto kIsBlocked = IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageBlocked);

TestIssuerOptions Blocking(const KnownRevocations* known, std::function<absl::Status()> learn) {
  TestIssuerOptions options;
  options.revocations = known;
  options.learn_revocations = std::move(learn);
  options.policy.profiles[0].on_stale_lineage = StaleLineage::kBlock;
  return options;
}

class LineageGuardTest : public ::testing::Test {
 protected:
  explicit LineageGuardTest(TestIssuerOptions options = {}) : ca_(std::move(options)) {}

  IssuedCertificate First() {
    const auto issued = ca_.Issue(MakeAgentCsr());
    EXPECT_THAT(issued, IsOk());
    return *issued;
  }
  absl::StatusOr<IssuedCertificate> Renewed(const IssuedCertificate& by,
                                            absl::string_view address = kHome) {
    return Renew(ca_, HolderOf(ca_, by, address));
  }

  TestIssuer ca_;
};

class BlockingGuardTest : public LineageGuardTest {
 protected:
  BlockingGuardTest()
      : LineageGuardTest(Blocking(&known_, [this] { return follower_->CatchUp(); })) {
    // What is blocked is known at once, and not at the follower's next look.
    auto follower = RevocationFollower::Start(ca_.store(), known_, {.interval = absl::Hours(1)});
    EXPECT_THAT(follower, IsOk());
    follower_ = *std::move(follower);
    EXPECT_TRUE(known_.AwaitComplete(absl::Seconds(60)));
  }

  KnownRevocations known_;
  std::unique_ptr<RevocationFollower> follower_;
};

// Its answer may have been lost.
TEST_F(LineageGuardTest, TheOneBeforeMayAskAgainAndReplacesWhatCameOfIt) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate lost, Renewed(first));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate second, Renewed(first));
  EXPECT_THAT(Renewed(lost), kIsStale);
  EXPECT_THAT(Renewed(second), IsOk());
}

TEST_F(LineageGuardTest, ACopyIsRefusedWithAnAlarmThatNamesBoth) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first, kThief));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate mine, Renewed(first, kHome));
  ::testing::internal::CaptureStderr();
  const auto refused = Renewed(stolen, kThief);
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(refused, kIsStale);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("Enroll anew"));
  EXPECT_THAT(log, HasSubstr("ALARM"));
  EXPECT_THAT(log, HasSubstr(absl::StrCat("peer=", kThief)));
  EXPECT_THAT(log, HasSubstr(absl::StrCat("newest_peer=", kHome)));
  EXPECT_THAT(log, HasSubstr(absl::BytesToHexString(stolen.serial_number)));
  EXPECT_THAT(log, HasSubstr(absl::BytesToHexString(mine.serial_number)));
  EXPECT_EQ(ca_.issuer().stats().stale_lineages, 1u);
  // The line goes on where the profile says no more than that.
  EXPECT_THAT(Renewed(mine), IsOk());
}

TEST_F(LineageGuardTest, TheLogIsBoundedAndTheCounterIsNot) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first));
  FLEETCA_ASSERT_OK(Renewed(first));
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(Renewed(stolen), kIsStale);
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  size_t lines = 0;
  for (size_t at = log.find("ALARM"); at != std::string::npos; at = log.find("ALARM", at + 1)) {
    ++lines;
  }
  EXPECT_EQ(lines, 10u);
  EXPECT_EQ(ca_.issuer().stats().stale_lineages, 100u);
}

TEST_F(BlockingGuardTest, AfterACopyNobodyOfTheLineGetsAnything) {
  const IssuedCertificate first = First();
  const IssuedCertificate of_another_line = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first, kThief));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate mine, Renewed(first, kHome));
  EXPECT_THAT(Renewed(stolen, kThief), kIsStale);
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      const store::Block block,
      ca_.store().GetBlock({store::BlockKind::kLineage, first.serial_number}));
  EXPECT_THAT(block.reason, HasSubstr(std::string(kThief)));
  EXPECT_THAT(block.reason, HasSubstr(std::string(kHome)));
  EXPECT_FALSE(block.permanent);
  ::testing::internal::CaptureStderr();
  for (const IssuedCertificate& of_the_line : {first, stolen, mine}) {
    EXPECT_THAT(Renewed(of_the_line), kIsBlocked);
    // Nor another certificate that is no renewal, which would begin a line of its own.
    const std::string csr = MakeAgentCsr();
    RecordingIssuance anew(csr);
    anew.AskAs(HolderOf(ca_, of_the_line));
    EXPECT_THAT(ca_.Issue(anew), kIsBlocked);
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("of a blocked lineage was refused"));
  EXPECT_THAT(log,
              HasSubstr(absl::StrCat("lineage=", absl::BytesToHexString(first.serial_number))));
  EXPECT_EQ(ca_.issuer().stats().blocked_lineages, 6u);
  EXPECT_THAT(Renewed(of_another_line), IsOk());
}

// One write blocks it, and every item of the batch is told.
TEST_F(BlockingGuardTest, SeveralCopiesInOneBatchAreOneBlock) {
  const IssuedCertificate first = First();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate stolen, Renewed(first));
  FLEETCA_ASSERT_OK(Renewed(first));
  const auto one = RenewalBy(HolderOf(ca_, stolen));
  const auto two = RenewalBy(HolderOf(ca_, stolen));
  const auto good = RenewalBy(HolderOf(ca_, First()));
  const uint64_t before = ca_.store().last_sequence();
  Issuance* batch[] = {one.get(), two.get(), good.get()};
  ca_.issuer().IssueBatch(batch);
  EXPECT_THAT(one->outcome, kIsStale);
  EXPECT_THAT(two->outcome, kIsStale);
  EXPECT_THAT(good->outcome, IsOk());
  FLEETCA_EXPECT_OK(ca_.store().GetBlock({store::BlockKind::kLineage, first.serial_number}));
  EXPECT_EQ(ca_.store().last_sequence(), before + 1);
}

}  // namespace
}  // namespace fleetca::service
