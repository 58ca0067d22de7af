#include "base/http/http_date.h"

#include "gtest/gtest.h"

namespace fleetca {
namespace {

// The example of RFC 9110 5.6.7.
constexpr int64_t kSeconds = 784111777;

TEST(HttpDateTest, IsWrittenInTheOneFormOfToday) {
  EXPECT_EQ(HttpDate(absl::FromUnixSeconds(kSeconds) + absl::Milliseconds(999)),
            "Sun, 06 Nov 1994 08:49:37 GMT");
}

TEST(HttpDateTest, IsReadInAllThreeForms) {
  for (const char* text : {"Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT",
                           "Sun Nov  6 08:49:37 1994"}) {
    const auto time = ParseHttpDate(text);
    ASSERT_TRUE(time.has_value()) << text;
    EXPECT_EQ(absl::ToUnixSeconds(*time), kSeconds) << text;
  }
}

TEST(HttpDateTest, AnythingElseIsNone) {
  for (const char* text : {"", "0", "784111777", "Sun, 06 Nov 1994 08:49:37 CET",
                           "Sun, 31 Feb 1994 08:49:37 GMT", "1994-11-06T08:49:37Z"}) {
    EXPECT_FALSE(ParseHttpDate(text).has_value()) << text;
  }
}

}  // namespace
}  // namespace fleetca
