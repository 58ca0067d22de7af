#include "service/jwt/https_fetch.h"

#include <gtest/gtest.h>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "service/jwt/testing/tls_test_server.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::TlsTestServer;
using ::testing::HasSubstr;

constexpr absl::StatusCode kUnavailable = absl::StatusCode::kUnavailable;

std::string Answer(absl::string_view request) {
  if (absl::StartsWith(request, "GET /keys ")) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nkeys";
  }
  if (absl::StartsWith(request, "GET /moved ")) {
    return "HTTP/1.1 302 Found\r\nLocation: /keys\r\nContent-Length: 0\r\n\r\n";
  }
  if (absl::StartsWith(request, "GET /declared ")) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 101\r\n\r\n" + std::string(101, 'x');
  }
  if (absl::StartsWith(request, "GET /undeclared ")) {
    return "HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n" + std::string(100000, 'x');
  }
  if (absl::StartsWith(request, "GET /cut ")) {
    return "HTTP/1.1 200 OK\r\nContent-Length: 50\r\n\r\nkeys";
  }
  if (absl::StartsWith(request, "GET /hangs ")) {
    return "";
  }
  return "HTTP/1.1 404 Not Found\r\nContent-Length: 4\r\n\r\nkeys";
}

class HttpsFetchTest : public ::testing::Test {
 protected:
  HttpsFetchTest() { FLEETCA_EXPECT_OK(WriteFileAtomic(ca_, server_.certificate_pem(), 0644)); }

  absl::StatusOr<std::string> Fetch(absl::string_view path) {
    return FetchHttps({.url = server_.Url(path), .ca_file = ca_, .max_bytes = 100});
  }

  testing::TemporaryFolder folder_;
  const std::string ca_ = folder_.path() + "/ca.pem";
  TlsTestServer server_{"127.0.0.1", Answer};
};

TEST_F(HttpsFetchTest, FetchesADocument) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string body, Fetch("/keys"));
  EXPECT_EQ(body, "keys");
}

TEST_F(HttpsFetchTest, FollowsNoRedirectAndTakesNoOtherStatus) {
  const absl::StatusOr<std::string> moved = Fetch("/moved");
  EXPECT_THAT(moved, IsError(kUnavailable, Reason::kAnswerInvalid));
  EXPECT_THAT(std::string(moved.status().message()), HasSubstr("302"));
  EXPECT_THAT(Fetch("/other"), IsError(kUnavailable, Reason::kAnswerInvalid));
  EXPECT_EQ(server_.requests(), 2);
}

TEST_F(HttpsFetchTest, TakesNoMoreThanItsLimit) {
  for (const absl::string_view path : {"/declared", "/undeclared"}) {
    const absl::StatusOr<std::string> large = Fetch(path);
    EXPECT_THAT(large, IsError(kUnavailable, Reason::kAnswerInvalid)) << path;
    EXPECT_THAT(std::string(large.status().message()), HasSubstr("over 100 octets"));
  }
  EXPECT_THAT(Fetch("/cut"), IsError(kUnavailable, Reason::kServerUnreachable));
}

TEST_F(HttpsFetchTest, WaitsNoLongerThanItsLimit) {
  const absl::Time start = absl::Now();
  EXPECT_THAT(FetchHttps({.url = server_.Url("/hangs"),
                          .ca_file = ca_,
                          .max_bytes = 100,
                          .timeout = absl::Milliseconds(300)}),
              IsError(kUnavailable, Reason::kServerUnreachable));
  EXPECT_LT(absl::Now() - start, absl::Seconds(20));
  EXPECT_EQ(server_.requests(), 1);
}

TEST_F(HttpsFetchTest, TrustsItsRootsAlone) {
  TlsTestServer stranger("127.0.0.1", Answer);
  EXPECT_THAT(FetchHttps({.url = stranger.Url("/keys"), .max_bytes = 100}),
              IsError(kUnavailable, Reason::kServerUnreachable));
  EXPECT_EQ(stranger.requests(), 0);
}

TEST_F(HttpsFetchTest, HoldsTheCertificateAgainstTheHost) {
  TlsTestServer other("127.0.0.2", Answer);
  FLEETCA_ASSERT_OK(WriteFileAtomic(ca_, other.certificate_pem(), 0644));
  const absl::StatusOr<std::string> body =
      FetchHttps({.url = other.Url("/keys"), .ca_file = ca_, .max_bytes = 100});
  EXPECT_THAT(body, IsError(kUnavailable, Reason::kServerUnreachable));
  EXPECT_EQ(other.requests(), 0);
}

TEST_F(HttpsFetchTest, SpeaksHttpsAlone) {
  for (const std::string& url :
       {absl::StrReplaceAll(server_.Url("/keys"), {{"https", "http"}}),
        absl::StrReplaceAll(server_.Url("/keys"), {{"//", "//me:pw@"}}), server_.Url("/ke ys"),
        server_.Url("/keys\r\n"), absl::StrCat("file://", ca_), std::string("https://"),
        std::string("https:///keys"), std::string("ftp://127.0.0.1/keys"), std::string()}) {
    EXPECT_THAT(FetchHttps({.url = url, .ca_file = ca_, .max_bytes = 10000}),
                IsInvalid(Reason::kConfigInvalid, "url"))
        << url;
  }
  EXPECT_THAT(FetchHttps({.url = "https://127.0.0.1:1/keys", .ca_file = ca_, .max_bytes = 100}),
              IsError(kUnavailable, Reason::kServerUnreachable));
  EXPECT_EQ(server_.requests(), 0);
}

}  // namespace
}  // namespace fleetca::service
