// A clock that is not believed issues nothing, notes nothing and revives nothing.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "base/errors.h"
#include "service/issuance/issuer.h"
#include "service/time/clock_rule.h"
#include "store/memory/memory_store.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;

class IssuanceClockTest : public ::testing::Test {
 protected:
  testing::TestIssuerOptions Options() {
    testing::TestIssuerOptions options;
    options.store = &store_;
    options.clock = &clock_;
    options.clock_rule = &rule_;
    return options;
  }

  const std::string csr_ = testing::MakeCsr();
  testing::FakeClock clock_;
  testing::FakeTimeWitness witness_{clock_};
  store::MemoryStore store_;
  ClockRule rule_{clock_, witness_, store_, ClockLimits()};
  testing::TestIssuer ca_{Options()};
};

TEST_F(IssuanceClockTest, Checklist40And46_OnlyABelievedClockIssues) {
  ASSERT_THAT(ca_.Issue(csr_), IsOk());
  const absl::Time latest = store_.latest_time();
  const size_t stored = store_.size();
  const auto refused = IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused);
  // Back an hour, back three days, ahead by more than a day, ahead once.
  for (const absl::Duration by :
       {-absl::Hours(1), -absl::Hours(72), absl::Hours(25), absl::Hours(24 * 1000)}) {
    witness_.SetClock(by);
    EXPECT_THAT(ca_.Issue(csr_), refused) << by;
    EXPECT_THAT(ca_.Issue(csr_, "0123456789abcdef"), refused) << by;
    EXPECT_EQ(store_.size(), stored);
    EXPECT_EQ(store_.latest_time(), latest) << "what is refused is not noted";
    witness_.SetClock(-by);
  }
  EXPECT_THAT(ca_.Issue(csr_), IsOk());
  // Suspended for a day, and for a month.
  for (const int days : {1, 31}) {
    clock_.Advance(absl::Hours(24 * days));
    EXPECT_THAT(ca_.Issue(csr_), IsOk());
  }
}

TEST_F(IssuanceClockTest, NoCertificateBeginsInTheFuture) {
  ASSERT_THAT(ca_.Issue(csr_), IsOk());
  for (const absl::Duration by : {-absl::Minutes(4), absl::Hours(23), -absl::Hours(22)}) {
    witness_.SetClock(by);
    const absl::StatusOr<IssuedCertificate> issued = ca_.Issue(csr_);
    if (issued.ok()) {
      EXPECT_LE(issued->not_before, clock_.Now());
    } else {
      EXPECT_EQ(GetReason(issued.status()), Reason::kClockRefused);
    }
  }
}

TEST_F(IssuanceClockTest, RefusalsAreCounted) {
  ASSERT_THAT(ca_.Issue(csr_), IsOk());
  witness_.SetClock(-absl::Hours(1));
  EXPECT_FALSE(ca_.Issue(csr_).ok());
  EXPECT_EQ(ca_.issuer().stats().refused, 1u);
}

}  // namespace
}  // namespace fleetca::service
