#include "client/verdict/host_name.h"

#include <string>

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

x509::Certificate With(x509::GeneralNames names) {
  x509::Certificate certificate;
  certificate.names = std::move(names);
  return certificate;
}

bool Fits(const std::string& pattern, const std::string& host) {
  return FindHostName(With({{x509::NameType::kDns, pattern}}), *ParseHostName(host)).ok();
}

TEST(HostNameTest, Names) {
  EXPECT_TRUE(Fits("web.fleet.example", "web.fleet.example"));
  EXPECT_TRUE(Fits("Web.Fleet.Example", "wEB.fleet.example."));
  EXPECT_TRUE(Fits("*.fleet.example", "web.fleet.example"));
  EXPECT_FALSE(Fits("*.fleet.example", "fleet.example"));
  EXPECT_FALSE(Fits("*.fleet.example", "a.web.fleet.example"));
  EXPECT_FALSE(Fits("*.example", "good.example"));
  EXPECT_FALSE(Fits("*.com", "evil.com"));
  EXPECT_FALSE(Fits("*.", "example"));
  EXPECT_FALSE(Fits("w*.fleet.example", "web.fleet.example"));
  EXPECT_FALSE(Fits("fleet.example", "web.fleet.example"));
  EXPECT_FALSE(Fits("10.0.0.1", "10.0.0.1"));
}

TEST(HostNameTest, Addresses) {
  const std::string octets("\x0a\x00\x00\x01", 4);
  const x509::Certificate certificate = With({{x509::NameType::kIp, octets}});
  EXPECT_EQ(*FindHostName(certificate, *ParseHostName("10.0.0.1")), "IP:10.0.0.1");
  EXPECT_FALSE(FindHostName(certificate, *ParseHostName("10.0.0.2")).ok());
  EXPECT_EQ(ParseHostName("[::1]")->ip, ParseHostName("::1")->ip);
  EXPECT_EQ(ParseHostName("::1")->ip.size(), 16);
}

TEST(HostNameTest, WhatIsNoHost) {
  for (const char* text : {"", "a:443", "https://a.example", "a b", "[::1", "*.example", "a..b"}) {
    EXPECT_FALSE(ParseHostName(text).ok()) << text;
  }
}

TEST(HostNameTest, ANameBeyondAsciiIsToBeWrittenInItsOtherForm) {
  const auto host = ParseHostName(
      "b\xc3\xbc"
      "cher.example");
  EXPECT_THAT(host.status().message(), HasSubstr("\"b\xc3\xbc"
                                                 "cher.example\" has letters"));
  EXPECT_THAT(host.status().message(), HasSubstr("xn--"));
  EXPECT_TRUE(Fits("xn--bcher-kva.example", "xn--bcher-kva.example"));
}

TEST(HostNameTest, TheSentenceHasTheNames) {
  const x509::Certificate none = With({});
  EXPECT_THAT(FindHostName(none, *ParseHostName("a.example")).status().message(),
              HasSubstr("a common name does not count"));
}

}  // namespace
}  // namespace fleetca::client
