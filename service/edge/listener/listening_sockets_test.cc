#include "service/edge/listener/listening_sockets.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using fleetca::testing::IsInvalid;
using fleetca::testing::IsOk;
using ::testing::AllOf;
using ::testing::HasSubstr;

absl::Status Apart(absl::string_view one, absl::string_view two) {
  return CheckApart(one, "bootstrap.address", two, "listener.address");
}

TEST(ListeningSocketsTest, TwoPortsThatMeet) {
  const struct {
    const char* one;
    const char* two;
  } cases[] = {{"127.0.0.1:8443", "127.0.0.1:8443"}, {"0.0.0.0:8443", "127.0.0.1:8443"},
               {"127.0.0.1:8443", "0.0.0.0:8443"},   {"[::]:8443", "127.0.0.1:8443"},
               {"[::]:8443", "0.0.0.0:8443"},        {"[::]:8443", "[::1]:8443"},
               {"[::1]:8443", "[0:0::1]:8443"},      {"[::ffff:127.0.0.1]:8443", "127.0.0.1:8443"}};
  for (const auto& test : cases) {
    const absl::Status status = Apart(test.one, test.two);
    EXPECT_THAT(status, IsInvalid(Reason::kConfigInvalid, "bootstrap.address")) << test.one;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(test.one), HasSubstr(test.two)));
  }
}

TEST(ListeningSocketsTest, TwoPortsThatDoNot) {
  EXPECT_THAT(Apart("127.0.0.1:8443", "127.0.0.1:8444"), IsOk());
  EXPECT_THAT(Apart("127.0.0.1:8443", "127.0.0.2:8443"), IsOk());
  EXPECT_THAT(Apart("0.0.0.0:8443", "[::1]:8443"), IsOk());
  // Each takes a free one.
  EXPECT_THAT(Apart("127.0.0.1:0", "127.0.0.1:0"), IsOk());
}

TEST(ListeningSocketsTest, AnAddressIsJudgedWhileAServerHasIt) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const ListeningSockets server, Listen("127.0.0.1:0", "f"));
  const std::string address = absl::StrCat("127.0.0.1:", server.port);
  EXPECT_THAT(CheckAddress(address, "f"), IsOk());
  EXPECT_EQ(GetReason(Listen(address, "f").status()), Reason::kConfigInvalid);
}

TEST(ListeningSocketsTest, AnAddressOfAnotherMachineIsRefused) {
  const absl::Status status = CheckAddress("192.0.2.1:8443", "listener.address");
  EXPECT_EQ(GetReason(status), Reason::kConfigInvalid) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr("listener.address"));
  EXPECT_EQ(Listen("192.0.2.1:8443", "listener.address").status(), status);
}

}  // namespace
}  // namespace fleetca::service
