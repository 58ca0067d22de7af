#include "client/probe/server_address.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

TEST(ServerAddressTest, EverySpelling) {
  constexpr struct {
    const char* text;
    const char* shown;
  } kCases[] = {{"web.fleet.example:443", "web.fleet.example:443"},
                {"10.0.0.1:8443", "10.0.0.1:8443"},
                {"[::1]:443", "[::1]:443"},
                {"https://web.fleet.example", "web.fleet.example:443"},
                {"HTTPS://web:8443/orders?all=1#x", "web:8443"},
                {"https://[::1]/", "[::1]:443"},
                {"_dmarc.fleet.example:1", "_dmarc.fleet.example:1"}};
  for (const auto& spelling : kCases) {
    const auto address = ParseServerAddress(spelling.text);
    ASSERT_TRUE(address.has_value()) << spelling.text;
    EXPECT_EQ(address->Text(), spelling.shown);
  }
}

TEST(ServerAddressTest, WhatIsNoServerIsNone) {
  for (const char* text : {"",
                           "web",
                           "web.crt",
                           "web:",
                           ":443",
                           "web:0",
                           "web:65536",
                           "web:+1",
                           "web: 1",
                           "web:4x",
                           "a/b:443",
                           "../web:443",
                           "C:\\web.crt",
                           "::1:443",
                           "[::1]",
                           "[::1:443",
                           "[web]:443",
                           "http://web:443",
                           "https://",
                           "https://user@web",
                           "https://web:",
                           "we b:443"}) {
    EXPECT_FALSE(ParseServerAddress(text).has_value()) << text;
  }
  EXPECT_FALSE(ParseServerAddress(std::string(254, 'a') + ":443").has_value());
}

TEST(ServerAddressTest, AnAddressIsNotAName) {
  EXPECT_TRUE(IsIpAddress("10.0.0.1"));
  EXPECT_TRUE(IsIpAddress("::1"));
  EXPECT_FALSE(IsIpAddress("web"));
  EXPECT_FALSE(IsIpAddress("10.0.0"));
}

}  // namespace
}  // namespace fleetca::client
