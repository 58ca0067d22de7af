#include "x509/ip_prefix.h"

#include <utility>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::x509 {
namespace {

using ::fleetca::testing::IsError;

TEST(ParseIpPrefix, ReadsBothFamilies) {
  EXPECT_EQ(*ParseIpPrefix("10.0.0.0/8"), (IpPrefix{std::string("\x0a\0\0\0", 4), 8}));
  EXPECT_EQ(*ParseIpPrefix("0.0.0.0/0"), (IpPrefix{std::string(4, '\0'), 0}));
  EXPECT_EQ(*ParseIpPrefix("10.1.2.3/32"), (IpPrefix{"\x0a\x01\x02\x03", 32}));
  EXPECT_EQ(*ParseIpPrefix("10.1.2.128/25"), (IpPrefix{"\x0a\x01\x02\x80", 25}));
  EXPECT_EQ(*ParseIpPrefix("fd00::/8"), (IpPrefix{"\xfd" + std::string(15, '\0'), 8}));
  EXPECT_EQ(*ParseIpPrefix("::/0"), (IpPrefix{std::string(16, '\0'), 0}));
}

TEST(ParseIpPrefix, RefusesWhatIsNone) {
  for (const absl::string_view text :
       {"", "10.0.0.0", "/8", "10.0.0/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/+8",
        "10.0.0.0/08", "10.0.0.0/ 8", "10.0.0.1/8", "10.1.2.128/24", "fd00::/129", "fd00::1/64",
        "fleet.example/8", "10.0.0.0/8/8"}) {
    EXPECT_THAT(ParseIpPrefix(text).status(),
                IsError(absl::StatusCode::kInvalidArgument, Reason::kConfigInvalid))
        << text;
  }
  EXPECT_FALSE(ParseIpPrefix(absl::string_view("10.0.0.0\0/8", 11)).ok());
}

}  // namespace
}  // namespace fleetca::x509
