#include "client/cli/terminal/slow_work.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(SlowWorkTest, IsSilentWhenItIsQuick) {
  ::testing::internal::CaptureStderr();
  { const SlowWork work("fetching"); }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

TEST(SlowWorkTest, SaysOnceWhatTakesLongerThanASecond) {
  ::testing::internal::CaptureStderr();
  {
    const SlowWork work("fetching http://pki.fleet.example/7.crl");
    absl::SleepFor(absl::Milliseconds(1500));
  }
  EXPECT_EQ(::testing::internal::GetCapturedStderr(),
            "fetching http://pki.fleet.example/7.crl takes a while\n");
}

}  // namespace
}  // namespace fleetca::client
