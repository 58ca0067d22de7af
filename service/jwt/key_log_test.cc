#include "service/jwt/key_log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "service/jwt/testing/jwt_maker.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::MakeJwk;
using ::fleetca::testing::MakeJwks;
using ::fleetca::testing::TestKey;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;

std::string LogOf(const std::vector<std::string>& jwks) {
  const JwkSet keys = *JwkSet::Parse(MakeJwks(jwks));
  ::testing::internal::CaptureStderr();
  LogNewKeys("/etc/jwks.json", keys);
  std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_EQ(std::count(log.begin(), log.end(), '\n'), 1) << log;
  return log;
}

std::string Right() { return MakeJwk(TestKey::OfType(KeyType::kP256), "a"); }

TEST(KeyLogTest, ASetThatIsUsedWholeIsNoWarning) {
  EXPECT_THAT(LogOf({Right()}),
              AllOf(HasSubstr(" info "), HasSubstr("source=/etc/jwks.json keys=1"),
                    Not(HasSubstr("left_out"))));
}

TEST(KeyLogTest, WarnsOnceOfAllThatIsLeftOut) {
  EXPECT_THAT(
      LogOf({R"({"kty":"OKP","kid":"ed"})", Right(), R"({"kty":"oct"})"}),
      AllOf(HasSubstr(" warning "), HasSubstr("some of them cannot be used"), HasSubstr("keys=1"),
            HasSubstr(R"(key \"ed\" is of kind OKP; RSA and EC are taken; keys[2] is of )"
                      "kind oct; RSA and EC are taken")));
}

TEST(KeyLogTest, WarnsOfASetWithoutAUsableKey) {
  EXPECT_THAT(LogOf({"{}"}), AllOf(HasSubstr(" warning "), HasSubstr("has no usable key"),
                                   HasSubstr("keys[0] has no kty")));
  EXPECT_THAT(LogOf({}), AllOf(HasSubstr(" warning "), HasSubstr("has no usable key")));
}

// A line is read by people, however odd the set.
TEST(KeyLogTest, CountsWhatItDoesNotName) {
  EXPECT_THAT(LogOf(std::vector<std::string>(2000, "{}")),
              AllOf(HasSubstr("keys[9] has no kty; and 1990 more"), Not(HasSubstr("keys[10]"))));
}

}  // namespace
}  // namespace fleetca::service
