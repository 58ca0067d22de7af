#include "client/authz/http/request_path.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;
using ::testing::Optional;

std::string PathOf(absl::string_view target) {
  const auto path = ParseRequestPath(target);
  FLEETCA_EXPECT_OK(path);
  return path.value_or("refused");
}

std::string Problem(absl::string_view target) {
  const auto path = ParseRequestPath(target);
  EXPECT_THAT(path, IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed))
      << target;
  return std::string(path.status().message());
}

TEST(RequestPathTest, PlainPathsStayAsTheyAre) {
  for (const absl::string_view path :
       {"/", "/a", "/orders/7", "/a-b_c~d", "/v1/a:b@c", "/a=1,b+c!$&'()*", "/.well-known/x",
        "/a.b", "/..a", "/.a/.b"}) {
    EXPECT_EQ(PathOf(path), path);
  }
}

TEST(RequestPathTest, TheQueryAndASlashAtTheEndDoNotCount) {
  EXPECT_EQ(PathOf("/orders?all=1"), "/orders");
  EXPECT_EQ(PathOf("/orders?next=/../admin%2f;x//"), "/orders");
  EXPECT_EQ(PathOf("/orders/?"), "/orders");
  EXPECT_EQ(PathOf("/orders/"), "/orders");
  EXPECT_EQ(PathOf("/?x"), "/");
}

TEST(RequestPathTest, WhatMustBeEncodedIsDecoded) {
  EXPECT_EQ(PathOf("/q1%20plan"), "/q1 plan");
  EXPECT_EQ(PathOf("/a%3Ab%40c"), "/a:b@c");
  EXPECT_EQ(PathOf("/a%3ab"), "/a:b");
  EXPECT_EQ(PathOf("/%7B%22x%22%7D"), "/{\"x\"}");
}

TEST(RequestPathTest, RefusesWhatAnotherCouldReadDifferently) {
  EXPECT_THAT(Problem("/public/../admin"), HasSubstr("ends with a dot"));
  EXPECT_THAT(Problem("/public/./admin"), HasSubstr("ends with a dot"));
  EXPECT_THAT(Problem("/.."), HasSubstr("ends with a dot"));
  EXPECT_THAT(Problem("/../"), HasSubstr("ends with a dot"));
  EXPECT_THAT(Problem("/admin."), HasSubstr("ends with a dot"));
  EXPECT_THAT(Problem("/admin%20"), HasSubstr("ends with a dot or a space"));
  EXPECT_THAT(Problem("//admin"), HasSubstr("empty segment"));
  EXPECT_THAT(Problem("/a//b"), HasSubstr("empty segment"));
  EXPECT_THAT(Problem("/a//"), HasSubstr("empty segment"));
  EXPECT_THAT(Problem("//"), HasSubstr("empty segment"));
  EXPECT_THAT(Problem("/a%2fb"), HasSubstr("encoded slash"));
  EXPECT_THAT(Problem("/a%2Fb"), HasSubstr("encoded slash"));
  EXPECT_THAT(Problem("/%2e%2e/admin"), HasSubstr("encoded letter, digit or dot"));
  EXPECT_THAT(Problem("/%61dmin"), HasSubstr("encoded letter, digit or dot"));
  EXPECT_THAT(Problem("/a%252fb"), HasSubstr("encoded twice"));
  EXPECT_THAT(Problem("/a\\b"), HasSubstr("backslash"));
  EXPECT_THAT(Problem("/a%5cb"), HasSubstr("backslash"));
  EXPECT_THAT(Problem("/a;b=1/c"), HasSubstr("semicolon"));
  EXPECT_THAT(Problem("/public/..;/admin"), HasSubstr("semicolon"));
  EXPECT_THAT(Problem("/a%3Bb"), HasSubstr("semicolon"));
  EXPECT_THAT(Problem("/a%3Fb"), HasSubstr("\"?\""));
  EXPECT_THAT(Problem("/a%23b"), HasSubstr("\"#\""));
  EXPECT_THAT(Problem("/a#b"), HasSubstr("\"#\""));
  EXPECT_THAT(Problem("/a%00"), HasSubstr("printable ASCII"));
  EXPECT_THAT(Problem("/a%0d%0ab"), HasSubstr("printable ASCII"));
  EXPECT_THAT(Problem("/%c3%a4"), HasSubstr("printable ASCII"));
  EXPECT_THAT(Problem("/\xc3\xa4"), HasSubstr("printable ASCII"));
  EXPECT_THAT(Problem("/%c0%af"), HasSubstr("printable ASCII"));
  EXPECT_THAT(Problem(absl::string_view("/a\0b", 4)), HasSubstr("control character"));
  EXPECT_THAT(Problem("/a?x\r\ny"), HasSubstr("control character"));
  EXPECT_THAT(Problem("/a b"), HasSubstr("must be percent-encoded"));
  EXPECT_THAT(Problem("/a|b"), HasSubstr("must be percent-encoded"));
  EXPECT_THAT(Problem("/a%"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(Problem("/a%4"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(Problem("/a%zz"), HasSubstr("two hexadecimal digits"));
  EXPECT_THAT(Problem("/a%u002f"), HasSubstr("two hexadecimal digits"));
}

TEST(RequestPathTest, RefusesWhatIsNoPath) {
  for (const absl::string_view target :
       {"", "?", "*", "orders", "http://api.fleet.example/orders", "api.fleet.example:443"}) {
    EXPECT_THAT(Problem(target), HasSubstr("does not begin"));
  }
}

TEST(RequestPathTest, IsBounded) {
  EXPECT_EQ(PathOf(absl::StrCat("/", std::string(kMaxPathSize - 1, 'a'))).size(), kMaxPathSize);
  EXPECT_THAT(Problem(absl::StrCat("/", std::string(kMaxPathSize, 'a'))), HasSubstr("too long"));
  EXPECT_THAT(Problem(absl::StrCat("/?", std::string(kMaxTargetSize, 'a'))), HasSubstr("too long"));
  std::string deep;
  for (size_t i = 0; i < kMaxPathSegments; ++i) {
    deep += "/a";
  }
  EXPECT_EQ(PathOf(deep), deep);
  EXPECT_THAT(Problem(deep + "/a"), HasSubstr("too many segments"));
}

TEST(RequestHostTest, IsTheNameInLowerCase) {
  EXPECT_THAT(ParseRequestHost(""), Optional(std::string()));
  EXPECT_THAT(ParseRequestHost("API.Fleet.example"), Optional(std::string("api.fleet.example")));
  EXPECT_THAT(ParseRequestHost("api.fleet.example.:8443"),
              Optional(std::string("api.fleet.example")));
  EXPECT_THAT(ParseRequestHost("10.0.0.1:80"), Optional(std::string("10.0.0.1")));
  EXPECT_THAT(ParseRequestHost("[::1]:80"), Optional(std::string("[::1]")));
  EXPECT_THAT(ParseRequestHost("[FE80::1]"), Optional(std::string("[fe80::1]")));
  EXPECT_THAT(ParseRequestHost("orders_api.local:"), Optional(std::string("orders_api.local")));
  EXPECT_THAT(ParseRequestHost("3scale"), Optional(std::string("3scale")));
  for (const absl::string_view host :
       {"..",        "a..b",      ".a",       "a..",      "-a",      "a-.b", "a.-b",  "127.1",
        "1.2.3.4.5", "999.1.1.1", "0x7f.0x1", "01.2.3.4", "a:99999", "a:-1", "a:+80", "[]",
        "[:::]",     "[1.2.3.4]", "[::1]:x",  "a%2eb",    "*",       "a\tb"}) {
    EXPECT_EQ(ParseRequestHost(host), std::nullopt) << host;
  }
  EXPECT_EQ(ParseRequestHost(std::string(64, 'a')), std::nullopt);
  EXPECT_EQ(ParseRequestHost(absl::string_view("[::1\0]", 6)), std::nullopt);
  for (const absl::string_view host : {":80", ".", "a b", "a/b", "a,b", "a@b", "a:b", "a:80:80",
                                       "[", "[::1", "[::1]x", "[x]", "a\xc3\xa4", "::1"}) {
    EXPECT_EQ(ParseRequestHost(host), std::nullopt) << host;
  }
  EXPECT_EQ(ParseRequestHost(std::string(256, 'a')), std::nullopt);
}

TEST(HttpMethodTest, IsUpperCaseLetters) {
  EXPECT_TRUE(IsHttpMethod("GET"));
  EXPECT_TRUE(IsHttpMethod("VERSION-CONTROL"));
  for (const absl::string_view method : {"", "get", "GET ", "Get", "GE T", "*", "G\tET"}) {
    EXPECT_FALSE(IsHttpMethod(method)) << method;
  }
  EXPECT_FALSE(IsHttpMethod(std::string(33, 'A')));
}

}  // namespace
}  // namespace fleetca::client
