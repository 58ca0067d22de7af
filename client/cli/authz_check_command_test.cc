// fleetca authz check, run in the test's own process.
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "client/authz/grpc/testing/test_fleet.h"
#include "client/cli/testing/command_fixture.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "nlohmann/json.hpp"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::StartsWith;
using testing::TestFleet;
using testing::TestLeaf;

class AuthzCheckTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { fleet_ = new TestFleet(); }

  AuthzCheckTest() {
    Write("ca.pem", fleet_->root_pem());
    Write("routes.textproto",
          "routes { path: \"/orders/*\" methods: \"GET\" roles: \"reader\" }\n"
          "routes { path: \"/orders/*\" methods: \"POST\" roles: \"writer\" }\n");
    TestLeaf leaf;
    leaf.uris = {"spiffe://fleet.example/svc/web"};
    leaf.not_before = absl::Now() - absl::Minutes(5);
    leaf.not_after = absl::Now() + absl::Hours(1);
    leaf.authz = x509::FleetAuthz{.policy_revision = 7,
                                  .roles = {"reader"},
                                  .audience = {{"svc/orders"}},
                                  .attributes = {{"region", "eu-1"}}};
    Write("reader.pem", fleet_->IssueFromRoot(leaf).certificate_pem);
  }

  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }
  void Write(absl::string_view name, absl::string_view contents) const {
    EXPECT_TRUE(WriteFileAtomic(Path(name), contents, 0644).ok());
  }

  Outcome Check(const std::string& method, const std::string& path,
                const std::vector<std::string>& more = {"--audience", "svc/orders"}) const {
    std::vector<std::string> arguments = {"authz",          "check",
                                          "--roots",        Path("ca.pem"),
                                          "--trust-domain", "fleet.example",
                                          "--routes",       Path("routes.textproto"),
                                          "--cert",         Path("reader.pem"),
                                          "--method",       method,
                                          "--path",         path};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return RunCommand(std::move(arguments));
  }

  inline static const TestFleet* fleet_;
  const fleetca::testing::TemporaryFolder folder_;
};

TEST_F(AuthzCheckTest, SaysWhatIsAllowedAndWhy) {
  const Outcome outcome = Check("GET", "/orders/7?all=1");
  EXPECT_EQ(outcome.exit_code, 0) << outcome.err;
  EXPECT_EQ(outcome.out,
            "Allowed\n"
            "  HTTP status     200\n"
            "  Caller          spiffe://fleet.example/svc/web\n"
            "  Grants          granted\n"
            "  Roles           reader\n"
            "  Policy revision 7\n"
            "  Audience        svc/orders\n"
            "  Route           GET /orders/*\n"
            "  Needed          any of reader\n");
  EXPECT_THAT(outcome.err, IsEmpty());
}

TEST_F(AuthzCheckTest, SaysWhatIsDeniedAndWhy) {
  const Outcome outcome = Check("POST", "/orders");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("Denied\n  HTTP status     403\n"),
                                 HasSubstr("  Needed          any of writer\n"),
                                 HasSubstr("  Reason          spiffe://fleet.example/svc/web may "
                                           "not send this request: none of its roles")));
  EXPECT_THAT(outcome.err, IsEmpty());
  EXPECT_THAT(Check("GET", "/orders/../x").out, HasSubstr("  Route           (none)\n"));
  EXPECT_THAT(Check("GET", "/orders", {}).out,
              AllOf(HasSubstr("  Grants          other_audience\n"), HasSubstr("(none)")));
}

TEST_F(AuthzCheckTest, JsonSaysTheSame) {
  const Outcome allowed = Check("GET", "/orders", {"--audience", "svc/orders", "-o", "json"});
  EXPECT_EQ(allowed.exit_code, 0);
  auto json = nlohmann::json::parse(allowed.out);
  EXPECT_EQ(json["allowed"], true);
  EXPECT_EQ(json["http_status"], 200);
  EXPECT_EQ(json["roles"], nlohmann::json::array({"reader"}));
  EXPECT_EQ(json["attributes"]["region"], "eu-1");
  EXPECT_EQ(json["route"], "GET /orders/*");
  EXPECT_FALSE(json.contains("reason"));

  const Outcome denied = Check("POST", "/orders", {"--audience", "svc/orders", "-o", "json"});
  EXPECT_EQ(denied.exit_code, 1);
  json = nlohmann::json::parse(denied.out);
  EXPECT_EQ(json["allowed"], false);
  EXPECT_EQ(json["http_status"], 403);
  EXPECT_THAT(json["reason"].get<std::string>(), HasSubstr("may not send this request"));
}

TEST_F(AuthzCheckTest, ACallerOfAnotherFleetIsNobody) {
  Write("ca.pem", TestFleet().root_pem());
  const Outcome outcome = Check("GET", "/orders");
  EXPECT_EQ(outcome.exit_code, 1);
  EXPECT_THAT(outcome.out, AllOf(StartsWith("Denied\n  HTTP status     401\n  Reason "),
                                 Not(HasSubstr("Caller"))));
}

TEST_F(AuthzCheckTest, MistakesAreSaid) {
  Write("reader.pem", "words");
  EXPECT_THAT(Check("GET", "/orders").err, HasSubstr("reader.pem"));
  EXPECT_EQ(Check("GET", "/orders").exit_code, 1);
  Write("routes.textproto", "routes {}");
  EXPECT_THAT(Check("GET", "/orders").err, HasSubstr("routes.textproto:1: "));
  EXPECT_EQ(Check("GET", "/orders", {"-o", "pem"}).exit_code, 2);
  EXPECT_EQ(Check("GET", "/orders", {"--arc", "2.25.1.2"}).exit_code, 2);
  EXPECT_EQ(Check("GET", "/orders", {"--minimum-policy-revision", "x"}).exit_code, 2);
}

}  // namespace
}  // namespace fleetca::client
