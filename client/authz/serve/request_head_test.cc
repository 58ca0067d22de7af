#include "client/authz/serve/request_head.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsInvalid;
using ::testing::ElementsAre;
using ::testing::Optional;
using ::testing::Pair;

TEST(RequestHeadTest, NothingIsDecoded) {
  const auto head = ParseRequestHead(
      "GET /authorize?a=%2f HTTP/1.1\r\nHost: h\r\nX-Original-URI:/orders%2f7;x \r\nX-Empty:\r\n"
      "x-u: %u002f\t\r\n\r\nbody: no header\r\n\r\n");
  FLEETCA_ASSERT_OK(head);
  EXPECT_EQ(head->method, "GET");
  EXPECT_EQ(head->target, "/authorize?a=%2f");
  EXPECT_THAT(head->headers, ElementsAre(Pair("Host", "h"), Pair("X-Original-URI", "/orders%2f7;x"),
                                         Pair("X-Empty", ""), Pair("x-u", "%u002f")));
}

TEST(RequestHeadTest, OnlyOneOfAName) {
  const auto head = ParseRequestHead("GET / HTTP/1.0\r\nA: 1\r\nB: 2\r\nb: 3\r\nC_D: 4\r\n\r\n");
  FLEETCA_ASSERT_OK(head);
  EXPECT_THAT(head->Only("a"), Optional(absl::string_view("1")));
  EXPECT_EQ(head->Only("B"), std::nullopt);
  EXPECT_THAT(head->Only("C-D"), Optional(absl::string_view("")));
}

TEST(RequestHeadTest, RefusesWhatIsOnlyTolerated) {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n folded: x\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA: 1\r\n 2\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA : 1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\n: 1\r\n\r\n"), std::string("GET / HTTP/1.1\r\nA\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA: 1\nB: 2\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA: 1\rB: 2\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nA: 1\0\r\n\r\n", 25), std::string("GET / HTTP/2\r\n\r\n"),
        std::string("GET /\r\n\r\n"), std::string("GET  / HTTP/1.1\r\n\r\n"),
        std::string("GET / HTTP/1.1 \r\n\r\n"), std::string("\r\nGET / HTTP/1.1\r\n\r\n"),
        std::string("G(T / HTTP/1.1\r\n\r\n"), std::string("\r\n\r\n")}) {
    EXPECT_THAT(ParseRequestHead(bytes), IsInvalid(Reason::kConfigInvalid, "")) << bytes;
  }
}

// RFC 9112 section 3.2.
TEST(RequestHeadTest, AHostIsThereOnce) {
  for (const std::string& bytes :
       {std::string("GET / HTTP/1.1\r\n\r\n"), std::string("GET / HTTP/1.1\r\nA: 1\r\n\r\n"),
        std::string("GET / HTTP/1.1\r\nHost: a\r\nhost: a\r\n\r\n"),
        std::string("GET / HTTP/1.0\r\nHost: a\r\nHost: b\r\n\r\n")}) {
    EXPECT_THAT(ParseRequestHead(bytes), IsInvalid(Reason::kConfigInvalid, "")) << bytes;
  }
  FLEETCA_EXPECT_OK(ParseRequestHead("GET / HTTP/1.0\r\n\r\n"));
  FLEETCA_EXPECT_OK(ParseRequestHead("GET / HTTP/1.1\r\nHOST:\r\n\r\n"));
}

// Each was tried with libmicrohttpd 0.9.75 and came out as another request that looks well-formed:
// why this parser is there (http_server.h).
TEST(RequestHeadTest, RefusesWhatLibrariesMend) {
  const std::string begin = "GET /authorize HTTP/1.1\r\nHost: h\r\n";
  for (const std::string& bytes :
       {begin + "X-Original-UR: /a\r\n I\r\n\r\n", begin + "A: 1\r\n\tB\r\n\r\n",
        begin + "A: 1\r\n \r\nB: 2\r\n\r\n",
        begin + "X-Original-URI: /a" + std::string(1, '\0') + "/b\r\n\r\n",
        begin + "X-Original-URI: /a\nX-Client-Cert: c\r\n\r\n", begin + ": 1\r\n\r\n",
        begin + "A: 1\r\r\nB: 2\r\n\r\n", begin + "A\t: 1\r\n\r\n", begin + "A B: 1\r\n\r\n",
        begin + "A\xe9: 1\r\n\r\n", begin + "A: 1\x7f\r\n\r\n", begin + "A: \x0b1\x0c\r\n\r\n",
        std::string("GET /authorize\0/b HTTP/1.1\r\nHost: h\r\n\r\n", 39),
        std::string("GET /a\tb HTTP/1.1\r\nHost: h\r\n\r\n"),
        std::string("GET /a HTTP/1.2\r\nHost: h\r\n\r\n"),
        std::string("\n\nGET /a HTTP/1.1\r\nHost: h\r\n\r\n"),
        std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")}) {
    EXPECT_THAT(ParseRequestHead(bytes), IsInvalid(Reason::kConfigInvalid, "")) << bytes;
  }
  // Line feeds alone end no head.
  EXPECT_THAT(ParseRequestHead("GET /a HTTP/1.1\nHost: h\n\n"),
              IsInvalid(Reason::kRequestEmpty, ""));
}

// RFC 9112 section 6.3.
TEST(RequestHeadTest, TheSizeOfABodyIsSaidOnceAndAsANumber) {
  for (const std::string& headers :
       {std::string("Content-Length: 1\r\nContent-Length: 1\r\n"),
        std::string("Content-Length: 1\r\ncontent-length: 2\r\n"),
        std::string("Content-Length: 3\r\nTransfer-Encoding: chunked\r\n"),
        std::string("Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n"),
        std::string("Content-Length: 1, 1\r\n"), std::string("Content-Length: +1\r\n"),
        std::string("Content-Length: -1\r\n"), std::string("Content-Length: 0x1\r\n"),
        std::string("Content-Length:\r\n")}) {
    EXPECT_THAT(ParseRequestHead(absl::StrCat("POST / HTTP/1.0\r\n", headers, "\r\n")),
                IsInvalid(Reason::kConfigInvalid, ""))
        << headers;
  }
  FLEETCA_EXPECT_OK(ParseRequestHead("POST / HTTP/1.0\r\nContent-Length: 17 \r\n\r\n"));
  FLEETCA_EXPECT_OK(ParseRequestHead("POST / HTTP/1.0\r\nTransfer-Encoding: chunked\r\n\r\n"));
}

TEST(RequestHeadTest, IsBounded) {
  EXPECT_THAT(ParseRequestHead("GET / HTTP/1.1\r\nA: 1\r\n"), IsInvalid(Reason::kRequestEmpty, ""));
  EXPECT_THAT(ParseRequestHead(""), IsInvalid(Reason::kRequestEmpty, ""));
  EXPECT_THAT(ParseRequestHead(absl::StrCat("GET / HTTP/1.1\r\nHost: h\r\nA: ",
                                            std::string(kMaxRequestHead, 'a'), "\r\n\r\n")),
              IsInvalid(Reason::kRequestEmpty, ""));
  std::string many = "GET / HTTP/1.0\r\n";
  for (size_t i = 0; i < kMaxRequestHeaders; ++i) {
    many += "A: 1\r\n";
  }
  FLEETCA_EXPECT_OK(ParseRequestHead(many + "\r\n"));
  EXPECT_THAT(ParseRequestHead(many + "A: 1\r\n\r\n"), IsInvalid(Reason::kConfigInvalid, ""));
}

}  // namespace
}  // namespace fleetca::client
