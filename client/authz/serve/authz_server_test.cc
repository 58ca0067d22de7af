#include "client/authz/serve/authz_server.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/authz/serve/testing/serve_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
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
