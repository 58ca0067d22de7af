#include "service/config/base_url.h"

#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

using ::testing::HasSubstr;

TEST(BaseUrlTest, HasAHostAndPerhapsAPort) {
  for (const char* url : {"http://pki.fleet.example", "http://pki.fleet.example:8080",
                          "http://localhost", "http://192.0.2.1", "http://192.0.2.1:65535",
                          "http://[2001:db8::1]", "http://[2001:db8::1]:8080"}) {
    EXPECT_EQ(BaseUrlProblem(url), "") << url;
  }
}

TEST(BaseUrlTest, HttpsIsRefusedWithWhy) {
  EXPECT_THAT(BaseUrlProblem("https://pki.fleet.example"), HasSubstr("for which it needs a CRL"));
}

TEST(BaseUrlTest, EachMistakeIsNamed) {
  EXPECT_THAT(BaseUrlProblem(""), HasSubstr("is missing"));
  EXPECT_THAT(BaseUrlProblem("HTTP://pki.fleet.example"), HasSubstr("upper-case"));
  EXPECT_THAT(BaseUrlProblem("http://PKI.fleet.example"), HasSubstr("upper-case"));
  EXPECT_THAT(BaseUrlProblem("pki.fleet.example"), HasSubstr("does not begin with http://"));
  EXPECT_THAT(BaseUrlProblem("ldap://pki.fleet.example"), HasSubstr("does not begin"));
  EXPECT_THAT(BaseUrlProblem("http://me:secret@pki.fleet.example"), HasSubstr("user name"));
  EXPECT_THAT(BaseUrlProblem("http://pki.fleet.example/"), HasSubstr("has a \"/\""));
  EXPECT_THAT(BaseUrlProblem("http://pki.fleet.example?x"), HasSubstr("has a \"?\""));
  EXPECT_THAT(BaseUrlProblem("http://pki.fleet.example#x"), HasSubstr("has a \"#\""));
}

TEST(BaseUrlTest, TheHostIsADnsNameOrAnAddress) {
  for (const char* url :
       {"http://", "http://:80", "http://pki.fleet.example:", "http://a:0", "http://a:65536",
        "http://a:080", "http://*.fleet.example", "http://2001:db8::1", "http://[2001:db8::1",
        "http://[fleet]", "http://a b", "http://a\n", "http://-a", "http://a..b",
        "http://\xc3\xa4"}) {
    EXPECT_THAT(BaseUrlProblem(url), HasSubstr("write http://HOST")) << url;
  }
}

// A password must not come into the log.
TEST(BaseUrlTest, AUserIsNotRepeated) {
  EXPECT_THAT(BaseUrlProblem("http://me:secret@pki.fleet.example"),
              ::testing::Not(HasSubstr("secret")));
}

}  // namespace
}  // namespace fleetca::service
