#include "client/authz/serve/http_server.h"

#include <sys/socket.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "client/authz/serve/request_head.h"
#include "client/authz/serve/testing/serve_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class HttpServerTest : public testing::ServeFixture {
 protected:
  // `headers` are lines as they are sent.
  std::string Ask(absl::string_view headers, absl::string_view request = "GET /authorize") {
    return testing::Exchange(
        *server_->http_address(),
        absl::StrCat(request, " HTTP/1.0\r\nHost: api.fleet.example\r\n", headers, "\r\n"));
  }

  static std::string About(absl::string_view certificate, absl::string_view method,
                           absl::string_view target) {
    return absl::StrCat(
        certificate.empty() ? "" : absl::StrCat("X-Client-Cert: ", certificate, "\r\n"),
        "X-Original-Method: ", method, "\r\nX-Original-URI: ", target, "\r\n");
  }

  const std::string reader_ = Certificate(Leaf({"reader"}));
  const std::string writer_ = Certificate(Leaf({"auditor", "writer"}));
};

TEST_F(HttpServerTest, OneRoleReadsAndAnotherWrites) {
  Start();
  EXPECT_THAT(Ask(About(reader_, "GET", "/orders/7?all=1")),
              AllOf(StartsWith("HTTP/1.1 204 "),
                    HasSubstr("\r\nX-Fleet-Identity: spiffe://fleet.example/svc/web\r\n"),
                    HasSubstr("\r\nX-Fleet-Roles: reader\r\n"),
                    HasSubstr("\r\nX-Fleet-Attribute-Region: eu-1\r\n"), Not(HasSubstr("Team"))));
  EXPECT_THAT(Ask(About(writer_, "POST", "/orders")),
              AllOf(StartsWith("HTTP/1.1 204 "), HasSubstr("X-Fleet-Roles: auditor,writer\r\n")));
  EXPECT_THAT(
      Ask(About(reader_, "POST", "/orders")),
      AllOf(StartsWith("HTTP/1.1 403 "), Not(HasSubstr("X-Fleet-Identity")),
            HasSubstr("\r\nX-Fleet-Reason: spiffe://fleet.example/svc/web may not send this"),
            HasSubstr("\r\n\r\nspiffe://fleet.example/svc/web may not send this request: "),
            Not(HasSubstr("writer"))));
}

TEST_F(HttpServerTest, AHeaderThatImitatesOursIsRefused) {
  Start();
  for (const char* header : {"x_fleet_roles", "X_Fleet-Identity", "X-Fleet_Attribute-Region",
                             "X_HTTP_Method-Override", "x_original_uri"}) {
    EXPECT_THAT(Ask(absl::StrCat(About(writer_, "GET", "/orders"), header, ": a\r\n")),
                StartsWith("HTTP/1.1 403 "))
        << header;
  }
  EXPECT_THAT(Ask(absl::StrCat(About(writer_, "GET", "/orders"), "X_Other: a\r\n")),
              StartsWith("HTTP/1.1 204 "));
}

TEST_F(HttpServerTest, NobodyIs401) {
  Start();
  EXPECT_THAT(Ask(About("", "GET", "/orders/7")),
              AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("no client certificate")));
  const testing::TestFleet other;
  EXPECT_THAT(
      Ask(About(Escaped(other.IssueFromRoot(Leaf({"writer"})).certificate_pem), "GET", "/orders")),
      StartsWith("HTTP/1.1 401 "));
  testing::TestLeaf expired = Leaf({"writer"});
  expired.not_after = absl::Now() - absl::Minutes(1);
  EXPECT_THAT(Ask(About(Certificate(expired), "GET", "/orders")),
              AllOf(StartsWith("HTTP/1.1 401 "), HasSubstr("renew it")));
}

// As a library that decodes headers would not.
TEST_F(HttpServerTest, TheTargetIsJudgedAsItCame) {
  Start();
  for (const absl::string_view target :
       {"/orders%2f7", "/%6frders", "/orders/%2e%2e/x", "/orders/%u002e", "/orders/%00",
        "/orders;x", "//orders", "/orders/../healthz"}) {
    EXPECT_THAT(Ask(About(writer_, "GET", target)), StartsWith("HTTP/1.1 403 ")) << target;
  }
  EXPECT_THAT(Ask(About(writer_, "GET", "/orders/a%20b")), StartsWith("HTTP/1.1 204 "));
}

// What the client forwarded has no say, whatever it is called.
TEST_F(HttpServerTest, IgnoresForwardedIdentities) {
  Start();
  const std::string forged = absl::StrCat(
      "X-Fleet-Identity: spiffe://fleet.example/svc/admin\r\nX-Fleet-Roles: writer\r\n"
      "X-Forwarded-Client-Cert: Cert=",
      writer_, "\r\nX-SSL-Client-Cert: ", writer_, "\r\nX_Client_Cert: ", writer_,
      "\r\nAuthorization: Bearer writer\r\n");
  EXPECT_THAT(Ask(absl::StrCat(forged, About(reader_, "POST", "/orders"))),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Ask(absl::StrCat(forged, About("", "POST", "/orders"))), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Ask(absl::StrCat(forged, About(reader_, "GET", "/orders"))),
              AllOf(StartsWith("HTTP/1.1 204 "), HasSubstr("X-Fleet-Roles: reader\r\n"),
                    Not(HasSubstr("admin"))));
}

TEST_F(HttpServerTest, AHeaderThatCameTwiceIsTheProxysMistake) {
  Start();
  ::testing::internal::CaptureStderr();
  for (const std::string& more :
       {absl::StrCat("X-Client-Cert: ", writer_, "\r\n"), std::string("x-original-method: GET\r\n"),
        std::string("X-Original-URI: /healthz\r\n")}) {
    EXPECT_THAT(Ask(absl::StrCat(About(writer_, "GET", "/orders"), more)),
                AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("tell its operator")))
        << more;
  }
  EXPECT_THAT(Ask(absl::StrCat("X-Client-Cert: ", writer_, "\r\nX-Original-Method: GET\r\n")),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(Ask(absl::StrCat("X-Client-Cert: ", writer_, "\r\nX-Original-URI: /orders\r\n")),
              StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(::testing::internal::GetCapturedStderr(),
              AllOf(HasSubstr("came twice"), HasSubstr("There is no X-Original-URI")));
}

TEST_F(HttpServerTest, TheCertificateIsInTheHeaderThatIsConfigured) {
  AuthzServerOptions options = Options();
  options.http->certificate_header = "X-Peer";
  Start(std::move(options));
  const std::string rest = "X-Original-Method: GET\r\nX-Original-URI: /orders\r\n";
  EXPECT_THAT(Ask(absl::StrCat("X-Peer: ", reader_, "\r\n", rest)), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(Ask(absl::StrCat("X-Client-Cert: ", reader_, "\r\n", rest)),
              StartsWith("HTTP/1.1 401 "));
  options = Options();
  options.http->certificate_header = "X Peer";
  EXPECT_THAT(AuthzServer::Start(std::move(options)),
              IsInvalid(Reason::kConfigInvalid, "certificate_header"));
}

// RFC 9112 section 3.2.
TEST_F(HttpServerTest, ARequestWithoutAHostOrWithTwoIsBad) {
  Start();
  for (const std::string& head :
       {absl::StrCat("GET /authorize HTTP/1.1\r\n", About(writer_, "GET", "/orders")),
        absl::StrCat("GET /authorize HTTP/1.1\r\nHost: a\r\nHost: b\r\n",
                     About(writer_, "GET", "/orders")),
        std::string("GET /healthz HTTP/1.1\r\n")}) {
    EXPECT_THAT(testing::Exchange(*server_->http_address(), head + "\r\n"),
                AllOf(StartsWith("HTTP/1.1 400 "), HasSubstr(" Host")))
        << head;
  }
  EXPECT_THAT(testing::Exchange(*server_->http_address(),
                                "GET /healthz HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"),
              StartsWith("HTTP/1.1 200 "));
}

TEST_F(HttpServerTest, IllFormedHostsAreRefused) {
  Start();
  for (const absl::string_view host : {"..", "a..b", "127.1", "a b", "-a", "a:99999", "[:::]"}) {
    EXPECT_THAT(testing::Exchange(*server_->http_address(),
                                  absl::StrCat("GET /authorize HTTP/1.1\r\nHost: ", host, "\r\n",
                                               About(writer_, "GET", "/orders"), "\r\n")),
                StartsWith("HTTP/1.1 403 "))
        << host;
  }
}

TEST_F(HttpServerTest, TextBesideTheCertificateIsRefused) {
  Start();
  EXPECT_THAT(Ask(About(writer_ + "%0Atext", "GET", "/orders")), StartsWith("HTTP/1.1 401 "));
}

TEST_F(HttpServerTest, OnlyAttributesThatAreNamedArePassedOn) {
  AuthzServerOptions options = Options();
  options.passed_attributes = {};
  Start(std::move(options));
  EXPECT_THAT(Ask(About(reader_, "GET", "/orders")),
              AllOf(StartsWith("HTTP/1.1 204 "), Not(HasSubstr("Attribute"))));
}

// Connections that say nothing, or half of something, hold up no one, and do not fill the server.
TEST_F(HttpServerTest, IdleConnectionsHoldUpNoOne) {
  AuthzServerOptions options = Options();
  options.http->threads = 2;
  options.http->max_connections = 64;
  Start(std::move(options));
  std::vector<Descriptor> idle;
  for (int i = 0; i < 300; ++i) {
    idle.push_back(testing::ConnectTo(*server_->http_address()));
    ASSERT_TRUE(idle.back().valid());
    if (i % 2 == 0) {
      EXPECT_EQ(send(idle.back().get(), "GET /auth", 9, MSG_NOSIGNAL), 9);
    }
  }
  const absl::Time start = absl::Now();
  for (int i = 0; i < 50; ++i) {
    EXPECT_THAT(Ask(About(reader_, "GET", "/orders")), StartsWith("HTTP/1.1 204 "));
  }
  EXPECT_LT(absl::Now() - start, absl::Seconds(4));  // which is less than any of them may wait
  // The oldest had to go.
  char octet;
  EXPECT_LE(recv(idle.front().get(), &octet, 1, 0), 0);
}

TEST_F(HttpServerTest, ARequestHasAWhileToCome) {
  Start();
  const Descriptor slow = testing::ConnectTo(*server_->http_address());
  const absl::Time start = absl::Now();
  EXPECT_EQ(send(slow.get(), "GET /healthz", 12, MSG_NOSIGNAL), 12);
  char octet;
  EXPECT_LE(recv(slow.get(), &octet, 1, 0), 0);
  EXPECT_GT(absl::Now() - start, absl::Seconds(4));
}

TEST_F(HttpServerTest, ItsEndAnswersWhatHasBegunAndDoesNotWaitForTheRest) {
  Start();
  const Descriptor idle = testing::ConnectTo(*server_->http_address());
  const absl::Time start = absl::Now();
  server_.reset();
  EXPECT_LT(absl::Now() - start, absl::Seconds(4));
}

TEST_F(HttpServerTest, OtherPathsAndBodies) {
  Start();
  EXPECT_THAT(Ask("", "GET /healthz"), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("ok\n")));
  EXPECT_THAT(Ask("", "GET /"), StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask(About(reader_, "GET", "/orders"), "GET /authorize/"),
              StartsWith("HTTP/1.1 404 "));
  EXPECT_THAT(Ask(absl::StrCat(About(reader_, "GET", "/orders"), "Content-Length: 100000000\r\n"),
                  "POST /authorize"),
              StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(Ask(absl::StrCat("X-Client-Cert: ", std::string(kMaxRequestHead, 'a'), "\r\n")),
              StartsWith("HTTP/1.1 400 "));
  EXPECT_THAT(testing::Exchange(*server_->http_address(), "nonsense\r\n\r\n"),
              StartsWith("HTTP/1.1 400 "));
}

TEST_F(HttpServerTest, ManyAtOnce) {
  AuthzServerOptions options = Options();
  options.http->threads = 2;
  Start(std::move(options));
  std::vector<std::thread> callers;
  std::atomic<int> allowed = 0;
  for (int i = 0; i < 8; ++i) {
    callers.emplace_back([&] {
      for (int j = 0; j < 25; ++j) {
        allowed += absl::StartsWith(Ask(About(reader_, "GET", "/orders")), "HTTP/1.1 204 ");
      }
    });
  }
  for (std::thread& caller : callers) {
    caller.join();
  }
  EXPECT_EQ(allowed, 200);
}

TEST_F(HttpServerTest, ASocketOfTheFileSystem) {
  AuthzServerOptions options = Options();
  options.http->address = {.socket = Path("authz.sock"), .host = "", .port = 0};
  Start(options);
  EXPECT_THAT(Ask(About(reader_, "GET", "/orders")), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(AuthzServer::Start(options),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  server_.reset();
  // What it left behind does not bar the next.
  Start(options);
  EXPECT_THAT(Ask(About(reader_, "GET", "/orders")), StartsWith("HTTP/1.1 204 "));
}

TEST_F(HttpServerTest, APortThatIsTakenIsAnError) {
  Start();
  AuthzServerOptions options = Options();
  options.http->address.port = server_->http_address()->port;
  EXPECT_THAT(AuthzServer::Start(options),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
}

}  // namespace
}  // namespace fleetca::client
