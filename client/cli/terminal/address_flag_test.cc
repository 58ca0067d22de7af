#include "client/cli/terminal/address_flag.h"

#include <string>
#include <utility>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

TEST(AddressFlagTest, HostAndPort) {
  for (const char* address : {"ca.fleet.example:8443", "localhost:1", "127.0.0.1:65535",
                              "[::1]:8443", "[fe80::1%eth0]:8443", "ca_1:8443"}) {
    EXPECT_EQ(CheckAddressFlag(address), "") << address;
  }
}

// Each usual mistake has a sentence of its own, with what was meant where that is clear.
TEST(AddressFlagTest, EachMistakeIsNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "is empty"},
      {" ca:8443", "has blanks"},
      {"ca:8443\n", "\"ca:8443\\n\" has blanks"},
      {"ca 8443", "has blanks"},
      {"https://ca.fleet.example:8443", "write ca.fleet.example:8443"},
      {"https://ca.fleet.example:8443/", "write ca.fleet.example:8443"},
      {"https://ca.fleet.example", "as in ca.fleet.example:8443"},
      {"grpc://[::1]:8443", "write [::1]:8443"},
      {"https://", "as in ca.fleet.example:8443"},
      {"/run/fleetca.sock", "is a URL or a path"},
      {"root@ca:8443", "names a user"},
      {"::1", "as in [::1]:8443"},
      {"fe80::1:8443", "[fe80::1]:8443 or [fe80::1:8443]:8443"},
      {"[::1]", "no port; write it as in [::1]:8443"},
      {"[::1", "in brackets"},
      {"[]:8443", "in brackets"},
      {"[::1]8443", "in brackets"},
      {"[::1]:0", "out of range"},
      {"ca.fleet.example", "no port; write it as in ca.fleet.example:8443"},
      {"ca.fleet.example:", "no port after its last colon"},
      {"8443", "no host; write it as in 127.0.0.1:8443"},
      {":8443", "no host; write it as in 127.0.0.1:8443"},
      {"ca:0", "out of range"},
      {"ca:65536", "out of range"},
      {"ca:99999999999999999999", "out of range"},
      {"ca:https", "\"https\" in \"ca:https\" is not a port"},
      {"ca:-1", "is not a port"},
      {"ca:+1", "is not a port"},
      {"x:y:8443", "more than one colon"},
  };
  for (const auto& [address, sentence] : cases) {
    EXPECT_THAT(CheckAddressFlag(address), HasSubstr(sentence)) << address;
  }
}

}  // namespace
}  // namespace fleetca::client
