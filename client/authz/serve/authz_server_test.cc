#include "client/authz/serve/authz_server.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/time_since_boot.h"
#include "client/authz/revocations.h"
#include "client/authz/serve/testing/serve_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::StartsWith;

class AuthzServerTest : public testing::ServeFixture {
 protected:
  std::string Get(absl::string_view certificate) {
    return testing::Exchange(
        *server_->http_address(),
        absl::StrCat("GET /authorize HTTP/1.0\r\nX-Client-Cert: ", certificate,
                     "\r\nX-Original-Method: GET\r\nX-Original-URI: /orders\r\n\r\n"));
  }

  const std::string reader_ = Certificate(Leaf({"reader"}));
};

TEST_F(AuthzServerTest, ReloadsTheRoutes) {
  Start();
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 204 "));
  Write("routes.textproto", "routes { path: \"/orders\" methods: \"GET\" roles: \"other\" }");
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 204 ")) << "until told";
  FLEETCA_ASSERT_OK(server_->Reload());
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 403 "));
}

TEST_F(AuthzServerTest, ReloadsTheRootsAndForgetsWhomTheOldOnesVouchedFor) {
  Start();
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 204 "));
  const testing::TestFleet other;
  Write("ca.pem", other.root_pem());
  FLEETCA_ASSERT_OK(server_->Reload());
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 401 "));
  EXPECT_THAT(Get(Escaped(other.IssueFromRoot(Leaf({"reader"})).certificate_pem)),
              StartsWith("HTTP/1.1 204 "));
}

TEST_F(AuthzServerTest, ABadFileLeavesTheOldOnesInForce) {
  Start();
  Write("routes.textproto", "routes { path: \"/orders/..\" methods: \"GET\" roles: \"reader\" }");
  EXPECT_THAT(server_->Reload(), IsInvalid(Reason::kConfigInvalid, "routes[0].path"));
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 204 "));
  Write("routes.textproto", "routes { path: \"/*\" methods: \"GET\" roles: \"reader\" }");
  Write("ca.pem", "");
  EXPECT_THAT(server_->Reload(), IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 204 "));
}

TEST_F(AuthzServerTest, RefusesWhoIsRevokedAndEverybodyWhileThatIsNotKnown) {
  const auto revocations = *Revocations::Create({});
  AuthzServerOptions options = Options();
  options.files.revocations = revocations;
  Start(options);
  EXPECT_THAT(Get(reader_), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("X-Fleet-Reason: ")));
  const auto ready = [this] {
    return testing::Exchange(*server_->http_address(), "GET /readyz HTTP/1.0\r\n\r\n");
  };
  EXPECT_THAT(ready(), AllOf(StartsWith("HTTP/1.1 503 "), HasSubstr("revocations: not read yet\n"),
                             HasSubstr("refused_stale: 1\n")));
  revocations->SetCurrent(absl::Now(), TimeSinceBoot());
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 204 "));
  EXPECT_THAT(ready(), AllOf(StartsWith("HTTP/1.1 200 "), HasSubstr("revocations: followed\n"),
                             HasSubstr("as_of: 20"), HasSubstr("revoked: 0\n")));
  const std::string web = fleet_->IssueFromRoot(Leaf({"reader"})).certificate_pem;
  EXPECT_THAT(Get(Escaped(web)), StartsWith("HTTP/1.1 204 "));
  const auto ders = x509::DecodePem(x509::kPemCertificate, web);
  revocations->Add(x509::ParseCertificate(ders->front())->serial, {absl::Now(), 1});
  EXPECT_THAT(Get(Escaped(web)), AllOf(StartsWith("HTTP/1.1 403 "), HasSubstr("was revoked on")));
  EXPECT_THAT(Get(reader_), StartsWith("HTTP/1.1 204 "));
  // Roots and routes that are read again leave it in force.
  FLEETCA_ASSERT_OK(server_->Reload());
  EXPECT_THAT(Get(Escaped(web)), StartsWith("HTTP/1.1 403 "));
}

TEST_F(AuthzServerTest, EitherProtocolAlone) {
  AuthzServerOptions options = Options();
  options.grpc.reset();
  Start(options);
  EXPECT_FALSE(server_->grpc_address().has_value());
  options = Options();
  options.http.reset();
  Start(options);
  EXPECT_FALSE(server_->http_address().has_value());
  options.grpc->port = server_->grpc_address()->port;
  EXPECT_THAT(AuthzServer::Start(options),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
}

TEST_F(AuthzServerTest, DoesNotStartWithABadFile) {
  AuthzServerOptions options = Options();
  options.files.roots = Path("absent.pem");
  EXPECT_THAT(AuthzServer::Start(options),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  options = Options();
  options.files.trust_domain = "Fleet";
  EXPECT_THAT(AuthzServer::Start(options), IsInvalid(Reason::kConfigInvalid, "trust_domain"));
}

}  // namespace
}  // namespace fleetca::client
