#include "base/proto/proto_duration.h"

#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(ProtoDurationTest, SplitsSecondsAndNanosecondsOfOneSign) {
  struct Case {
    absl::Duration duration;
    int64_t seconds;
    int32_t nanos;
  };
  for (const Case& expected : {
           Case{absl::ZeroDuration(), 0, 0},
           Case{absl::Nanoseconds(1), 0, 1},
           Case{absl::Seconds(1) - absl::Nanoseconds(1), 0, 999'999'999},
           Case{absl::Seconds(1), 1, 0},
           Case{absl::Milliseconds(1500), 1, 500'000'000},
           Case{-absl::Nanoseconds(1), 0, -1},
           Case{-absl::Milliseconds(1500), -1, -500'000'000},
           Case{absl::Hours(24 * 3650), int64_t{24} * 3650 * 3600, 0},
       }) {
    const google::protobuf::Duration made = ToProtoDuration(expected.duration);
    EXPECT_EQ(made.seconds(), expected.seconds) << expected.duration;
    EXPECT_EQ(made.nanos(), expected.nanos) << expected.duration;
  }
}

}  // namespace
}  // namespace fleetca
