#include "client/authz/serve/listen_address.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsInvalid;
using ::testing::HasSubstr;

std::string Parsed(absl::string_view text, bool allow_remote = false) {
  const auto address = ParseListenAddress(text, allow_remote, "--http");
  FLEETCA_EXPECT_OK(address);
  return address.ok() ? address->ToString() : "refused";
}

std::string Problem(absl::string_view text) {
  const auto address = ParseListenAddress(text, false, "--http");
  EXPECT_THAT(address, IsInvalid(Reason::kConfigInvalid, "--http")) << text;
  return std::string(address.status().message());
}

TEST(ListenAddressTest, LocalAddresses) {
  EXPECT_EQ(Parsed("127.0.0.1:9100"), "127.0.0.1:9100");
  EXPECT_EQ(Parsed("127.1.2.3:0"), "127.1.2.3:0");
  EXPECT_EQ(Parsed("[::1]:9100"), "[::1]:9100");
  EXPECT_EQ(Parsed("localhost:9100"), "127.0.0.1:9100");
  EXPECT_EQ(Parsed("unix:/run/authz.sock"), "unix:/run/authz.sock");
}

TEST(ListenAddressTest, RemoteAddressesOnlyWhenAsked) {
  for (const absl::string_view text :
       {"0.0.0.0:9100", "10.0.0.1:9100", "[::]:9100", "[fe80::1]:9100", "128.0.0.1:1",
        "[::ffff:127.0.0.1]:9100"}) {
    EXPECT_THAT(Problem(text), HasSubstr("--allow-remote"));
    EXPECT_EQ(Parsed(text, true), text);
  }
}

TEST(ListenAddressTest, RefusesWhatIsNoAddress) {
  EXPECT_THAT(Problem(""), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1"), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1:x"), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1:65536"), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1:-1"), HasSubstr("no port"));
  EXPECT_THAT(Problem("[::1:9100"), HasSubstr("bracket"));
  EXPECT_THAT(Problem(":9100"), HasSubstr("not a numeric address"));
  EXPECT_THAT(Problem("authz.fleet.example:9100"), HasSubstr("not a numeric address"));
  EXPECT_THAT(Problem("unix:authz.sock"), HasSubstr("not a socket"));
  EXPECT_THAT(Problem(absl::StrCat("unix:/", std::string(120, 'a'))), HasSubstr("107 octets"));
}

}  // namespace
}  // namespace fleetca::client
