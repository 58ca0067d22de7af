#include "client/authz/http/http_authorizer.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "client/authz/grpc/testing/test_fleet.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "x509/certificate_pool.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::TestFleet;
using testing::TestLeaf;

const auto kIsNobody = IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown);
const auto kIsDenied = IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed);

constexpr absl::string_view kTable = R"(
  routes { path: "/orders/*" methods: ["GET", "HEAD"] roles: ["reader", "writer"] }
  routes { path: "/orders/*" methods: "POST" roles: "writer" }
  routes { path: "/healthz" methods: "GET" any_identity: true }
  routes { host: "admin.fleet.example" path: "/*" methods: "*" roles: "admin" }
)";

std::string Escaped(absl::string_view pem) {
  return absl::StrReplaceAll(
      pem, {{"\n", "%0A"}, {" ", "%20"}, {"+", "%2B"}, {"/", "%2F"}, {"=", "%3D"}});
}

class HttpAuthorizerTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { fleet_ = new TestFleet(); }

  static HttpAuthorizerOptions Options() {
    HttpAuthorizerOptions options;
    options.verifier.roots = {fleet_->root.certificate};
    options.verifier.trust_domain = "fleet.example";
    options.verifier.audience = "svc/orders";
    options.verifier.clock = &clock_;
    options.verifier.intermediates = x509::CertificatePool::OfCas({fleet_->issuing.certificate});
    options.routes = *HttpRoles::Parse(kTable, "routes.textproto");
    return options;
  }

  void SetUp() override {
    clock_.Set(x509::kTestNow);
    Make(Options());
  }

  void Make(HttpAuthorizerOptions options) {
    auto made = HttpAuthorizer::Create(std::move(options));
    FLEETCA_ASSERT_OK(made);
    authorizer_ = *std::move(made);
  }

  static TestLeaf Leaf(std::vector<std::string> roles) {
    TestLeaf leaf;
    leaf.uris = {"spiffe://fleet.example/svc/web"};
    leaf.authz = x509::FleetAuthz{
        .policy_revision = 7, .roles = std::move(roles), .audience = {{"svc/orders"}}};
    return leaf;
  }

  HttpDecision Judge(absl::string_view certificate, absl::string_view method,
                     absl::string_view target, absl::string_view host = "api.fleet.example") {
    return authorizer_->Judge(
        {.certificate = certificate, .method = method, .host = host, .target = target});
  }

  inline static const TestFleet* fleet_;
  inline static FakeClock clock_{x509::kTestNow};
  // Proxies pass on the leaf alone.
  const std::string reader_ = Escaped(fleet_->Issue(Leaf({"reader"})).certificate_pem);
  const std::string writer_ = Escaped(fleet_->Issue(Leaf({"writer"})).certificate_pem);
  std::unique_ptr<HttpAuthorizer> authorizer_;
};

TEST_F(HttpAuthorizerTest, OneRoleReadsAndAnotherWrites) {
  const HttpDecision read = Judge(reader_, "GET", "/orders/7?all=1");
  FLEETCA_EXPECT_OK(read.status);
  EXPECT_EQ(read.HttpStatus(), 200);
  EXPECT_EQ(read.caller->identity, "spiffe://fleet.example/svc/web");
  EXPECT_THAT(read.caller->roles, ElementsAre("reader"));
  EXPECT_EQ(read.route, "GET /orders/*");
  EXPECT_EQ(read.needed, "any of reader, writer");

  const HttpDecision refused = Judge(reader_, "POST", "/orders");
  EXPECT_THAT(refused.status, kIsDenied);
  EXPECT_EQ(refused.HttpStatus(), 403);
  EXPECT_EQ(refused.needed, "any of writer");
  EXPECT_EQ(refused.route, "POST /orders/*");
  ASSERT_NE(refused.caller, nullptr);

  FLEETCA_EXPECT_OK(Judge(writer_, "POST", "/orders").status);
  FLEETCA_EXPECT_OK(Judge(writer_, "GET", "/orders/").status);
}

TEST_F(HttpAuthorizerTest, DeniesWhatIsNotListed) {
  EXPECT_THAT(Judge(writer_, "DELETE", "/orders/7").status, kIsDenied);
  EXPECT_THAT(Judge(writer_, "GET", "/").status, kIsDenied);
  EXPECT_THAT(Judge(writer_, "POST", "/healthz").status, kIsDenied);
  EXPECT_EQ(Judge(writer_, "GET", "/secret").needed, "not listed");
  FLEETCA_EXPECT_OK(Judge(reader_, "GET", "/healthz").status);
}

TEST_F(HttpAuthorizerTest, TheHostChoosesTheRoutes) {
  EXPECT_THAT(Judge(writer_, "GET", "/orders/7", "admin.fleet.example").status, kIsDenied);
  EXPECT_THAT(Judge(writer_, "GET", "/orders/7", "ADMIN.fleet.example.:8443").status, kIsDenied);
  FLEETCA_EXPECT_OK(Judge(writer_, "GET", "/orders/7", "").status);
  EXPECT_THAT(Judge(writer_, "GET", "/orders/7", "a, admin.fleet.example").status, kIsDenied);
}

// A stranger learns neither the roles of a route nor whether there is one.
TEST_F(HttpAuthorizerTest, SaysTheSameOfEveryRoute) {
  const absl::Status denied = Judge(reader_, "POST", "/orders/7").status;
  EXPECT_EQ(denied, Judge(reader_, "GET", "/no/such").status);
  EXPECT_THAT(std::string(denied.message()),
              AllOf(HasSubstr("spiffe://fleet.example/svc/web may not send this request"),
                    Not(HasSubstr("writer")), HasSubstr("policy")));
}

TEST_F(HttpAuthorizerTest, PathTricksAreRefusedWhateverTheRoles) {
  for (const absl::string_view target :
       {"/healthz/../orders/7", "/orders//7", "/orders/%2e%2e/admin", "/orders%2f7", "/orders/7;x",
        "/orders/7%00", "http://api.fleet.example/orders/7", "*", "", "orders"}) {
    const HttpDecision decision = Judge(writer_, "GET", target);
    EXPECT_THAT(decision.status, kIsDenied) << target;
    EXPECT_EQ(decision.needed, "a request that has one meaning") << target;
  }
  EXPECT_THAT(Judge(writer_, "get", "/orders/7").status, kIsDenied);
  EXPECT_THAT(Judge(writer_, "", "/orders/7").status, kIsDenied);
}

TEST_F(HttpAuthorizerTest, NobodyIsToldNothing) {
  const HttpDecision none = Judge("", "GET", "/orders/7");
  EXPECT_THAT(none.status, kIsNobody);
  EXPECT_EQ(none.HttpStatus(), 401);
  EXPECT_EQ(none.caller, nullptr);
  EXPECT_EQ(none.needed, "");
  EXPECT_THAT(Judge("spiffe://fleet.example/svc/web", "GET", "/orders/7").status, kIsNobody);
  const TestFleet other;
  EXPECT_THAT(Judge(Escaped(other.Issue(Leaf({"writer"})).chain_pem), "GET", "/orders/7").status,
              kIsNobody);
  // The path of nobody is not looked at.
  EXPECT_EQ(Judge("", "GET", "/orders//7").status, none.status);
}

TEST_F(HttpAuthorizerTest, TheCallerMaySendItsIntermediates) {
  HttpAuthorizerOptions options = Options();
  options.verifier.intermediates = {};
  Make(std::move(options));
  const auto identity = fleet_->Issue(Leaf({"reader"}));
  EXPECT_THAT(Judge(Escaped(identity.certificate_pem), "GET", "/orders/7").status, kIsNobody);
  FLEETCA_EXPECT_OK(Judge(Escaped(identity.chain_pem), "GET", "/orders/7").status);
}

TEST_F(HttpAuthorizerTest, ACallerThatIsRememberedExpires) {
  FLEETCA_EXPECT_OK(Judge(reader_, "GET", "/orders/7").status);
  clock_.Advance(absl::Hours(1));
  FLEETCA_EXPECT_OK(Judge(reader_, "GET", "/orders/7").status);
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Judge(reader_, "GET", "/orders/7").status,
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
}

TEST_F(HttpAuthorizerTest, RolesOfAnotherAudienceOrAnOldPolicyDoNotCount) {
  TestLeaf leaf = Leaf({"writer"});
  leaf.authz->audience = {{"svc/billing"}};
  const HttpDecision other = Judge(fleet_->Issue(leaf).certificate_pem, "GET", "/orders/7");
  EXPECT_THAT(other.status, kIsDenied);
  EXPECT_THAT(std::string(other.status.message()), HasSubstr("for other services"));

  HttpAuthorizerOptions options = Options();
  options.verifier.minimum_policy_revision = 8;
  Make(std::move(options));
  const HttpDecision stale = Judge(writer_, "GET", "/orders/7");
  EXPECT_THAT(stale.status, kIsDenied);
  EXPECT_THAT(std::string(stale.status.message()), HasSubstr("outdated policy"));
}

TEST_F(HttpAuthorizerTest, RemembersABoundedNumberOfCallers) {
  HttpAuthorizerOptions options = Options();
  options.max_cached_peers = 1;
  Make(std::move(options));
  for (int round = 0; round < 2; ++round) {
    FLEETCA_EXPECT_OK(Judge(reader_, "GET", "/orders/7").status);
    FLEETCA_EXPECT_OK(Judge(writer_, "POST", "/orders/7").status);
    EXPECT_THAT(Judge(reader_, "POST", "/orders/7").status, kIsDenied);
  }
}

TEST_F(HttpAuthorizerTest, RefusesOptions) {
  HttpAuthorizerOptions options = Options();
  options.max_cached_peers = 0;
  EXPECT_THAT(HttpAuthorizer::Create(options),
              IsInvalid(Reason::kConfigInvalid, "max_cached_peers"));
  options = Options();
  options.verifier.roots.clear();
  EXPECT_THAT(HttpAuthorizer::Create(options), IsInvalid(Reason::kConfigInvalid, "roots"));
}

}  // namespace
}  // namespace fleetca::client
