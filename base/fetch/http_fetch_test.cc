#include "base/fetch/http_fetch.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <stdlib.h>

#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/fetch/testing/http_test_server.h"
#include "tests/testing/status_matchers.h"

namespace fleetca {
namespace {

using ::fleetca::testing::HttpTestServer;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::StartsWith;

constexpr absl::StatusCode kUnavailable = absl::StatusCode::kUnavailable;

std::string Answer(absl::string_view request) {
  if (absl::StrContains(request, " /doc ")) {
    return HttpTestServer::Message("200 OK", "application/pkix-crl", "octets");
  }
  if (absl::StrContains(request, " /moved ")) {
    return "HTTP/1.1 302 Found\r\nLocation: /doc\r\nContent-Length: 0\r\n\r\n";
  }
  if (absl::StrContains(request, " /large ")) {
    return absl::StrCat("HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n", std::string(100000, 'x'));
  }
  if (absl::StrContains(request, " /packed ")) {
    return "HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 4\r\n\r\n\x1f\x8b__";
  }
  if (absl::StrContains(request, " /hangs ")) {
    return "";
  }
  return HttpTestServer::Message("404 Not Found", "text/html", "<html>");
}

class HttpFetchTest : public ::testing::Test {
 protected:
  HttpFetchOptions Options(absl::string_view path) const {
    return {.url = server_.Url(path), .scheme = UrlScheme::kHttp, .max_bytes = 100};
  }

  HttpTestServer server_{Answer};
};

TEST_F(HttpFetchTest, GetsADocumentAndItsMediaType) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument answer, FetchHttp(Options("/doc")));
  EXPECT_EQ(answer.body, "octets");
  EXPECT_EQ(answer.type, "application/pkix-crl");
  EXPECT_THAT(server_.requests(), ElementsAre(StartsWith("GET /doc HTTP/1.1\r\n")));
}

TEST_F(HttpFetchTest, PostsABody) {
  HttpFetchOptions options = Options("/doc");
  options.body = std::string("a\0b", 3);
  options.body_type = "application/ocsp-request";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument answer, FetchHttp(options));
  EXPECT_EQ(answer.body, "octets");
  const std::string request = server_.requests().front();
  EXPECT_THAT(request, StartsWith("POST /doc HTTP/1.1\r\n"));
  EXPECT_THAT(request, HasSubstr("Content-Type: application/ocsp-request\r\n"));
  EXPECT_THAT(request, EndsWith("\r\n\r\n" + options.body));
}

TEST_F(HttpFetchTest, TakesNoOtherStatusAndNoMoreThanItsLimit) {
  for (const absl::string_view path : {"/moved", "/other", "/large"}) {
    EXPECT_THAT(FetchHttp(Options(path)), IsError(kUnavailable, Reason::kAnswerInvalid)) << path;
  }
  EXPECT_EQ(server_.requests().size(), 3u);
  // Nothing is unpacked, so a small answer never becomes a large one.
  FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument packed, FetchHttp(Options("/packed")));
  EXPECT_EQ(packed.body.size(), 4u);
}

TEST_F(HttpFetchTest, WaitsNoLongerThanItsLimit) {
  HttpFetchOptions options = Options("/hangs");
  options.timeout = absl::Milliseconds(300);
  const absl::Time start = absl::Now();
  EXPECT_THAT(FetchHttp(options), IsError(kUnavailable, Reason::kServerUnreachable));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  options.url = "http://127.0.0.1:1/doc";
  EXPECT_THAT(FetchHttp(options), IsError(kUnavailable, Reason::kServerUnreachable));
}

TEST_F(HttpFetchTest, GoesByAProxyOnlyWhereItIsToldTo) {
  setenv("http_proxy", "http://127.0.0.1:1", 1);
  HttpFetchOptions options = Options("/doc");
  FLEETCA_EXPECT_OK(FetchHttp(options));
  options.proxy_of_environment = true;
  EXPECT_THAT(FetchHttp(options), IsError(kUnavailable, Reason::kServerUnreachable));
  unsetenv("http_proxy");
}

TEST_F(HttpFetchTest, SpeaksItsSchemeAlone) {
  for (const char* url : {"https://127.0.0.1/doc", "HTTP://127.0.0.1/doc", "http:///doc", "http://",
                          "http://me:pw@127.0.0.1/doc", "http://127.0.0.1/a b",
                          "http://127.0.0.1/doc\r\n", "file:///etc/passwd", ""}) {
    EXPECT_FALSE(IsPlainUrl(url, UrlScheme::kHttp)) << url;
    HttpFetchOptions options = Options("/doc");
    options.url = url;
    EXPECT_THAT(FetchHttp(options), IsInvalid(Reason::kConfigInvalid, "url")) << url;
  }
  EXPECT_TRUE(IsPlainUrl("http://[::1]:8080/crl?x=1", UrlScheme::kHttp));
  EXPECT_TRUE(IsPlainUrl("https://ca.fleet.example", UrlScheme::kHttps));
  EXPECT_FALSE(IsPlainUrl("http://ca.fleet.example", UrlScheme::kHttps));
  EXPECT_TRUE(server_.requests().empty());
}

}  // namespace
}  // namespace fleetca
