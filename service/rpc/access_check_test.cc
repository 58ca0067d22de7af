#include "service/rpc/access_check.h"

#include <grpc/grpc_security_constants.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/authority/new_ca.h"
#include "service/policy/testing/policy_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"
#include "x509/der/oid.h"
#include "x509/pem.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::FakeTimeWitness;
using ::fleetca::testing::IsError;
using ::grpc::StatusCode;
using ::testing::EndsWith;
using ::testing::HasSubstr;

constexpr char kHealth[] = "/grpc.health.v1.Health/Check";
constexpr char kBundle[] = "/fleetca.v1.CertificateAuthorityService/GetTrustBundle";
constexpr char kReflection[] = "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo";

const auto kDenied = IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed);

// A connection whose peer showed these certificates.
class FakeConnection : public grpc::AuthContext {
 public:
  explicit FakeConnection(std::vector<std::string> pems) : pems_(std::move(pems)) {}

  bool IsPeerAuthenticated() const override { return !pems_.empty(); }
  std::vector<grpc::string_ref> GetPeerIdentity() const override { return {}; }
  std::string GetPeerIdentityPropertyName() const override { return ""; }
  std::vector<grpc::string_ref> FindPropertyValues(const std::string& name) const override {
    std::vector<grpc::string_ref> values;
    if (name == GRPC_X509_PEM_CERT_PROPERTY_NAME) {
      values.assign(pems_.begin(), pems_.end());
    }
    return values;
  }
  grpc::AuthPropertyIterator begin() const override { return NoProperty(); }
  grpc::AuthPropertyIterator end() const override { return NoProperty(); }
  void AddProperty(const std::string&, const grpc::string_ref&) override {}
  bool SetPeerIdentityPropertyName(const std::string&) override { return false; }

 private:
  class NoProperty : public grpc::AuthPropertyIterator {};

  const std::vector<std::string> pems_;
};

std::unique_ptr<const Policy> PolicyWithOperators() {
  RuleOptions operators = TestRule("operators", "/operator/{name}", {});
  operators.rights = {Right::kUseReflection};
  RuleOptions auditor = TestRule("auditor", "/auditor", {});
  auditor.rights = {Right::kGetCertificates};
  RuleOptions issuer = TestRule("issuer", "/issuer", {});
  issuer.rights = {Right::kManageTokens};
  RuleOptions monitor = TestRule("monitor", "/monitor", {});
  monitor.rights = {Right::kReadStatistics};
  return MakePolicy({operators, auditor, issuer, monitor, TestRule("services", "/svc/{name}")});
}

class AccessCheckTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    auto made = NewCa::CreateRoot(
        {.organization = "Fleet", .title = "CA", .lifetime = absl::Hours(1000)}, FakeClock().Now());
    FLEETCA_ASSERT_OK(made);
    ca_ = made->release();
  }
  void SetUp() override {
    auto made = PeerReader::Create({.issuing_cas = {ca_->certificate()},
                                    .trust_domain = "fleet.example",
                                    .store = &store_,
                                    .clock = &clock_});
    FLEETCA_ASSERT_OK(made);
    caller_reader_ = *std::move(made);
  }

  std::string CertificateOf(const std::string& path) {
    const std::string id = absl::StrCat("spiffe://fleet.example", path);
    const auto leaf = ca_->IssueLeaf({.names = {{x509::NameType::kUri, id}},
                                      .extended_key_usage = {std::string(x509::oid::kClientAuth)},
                                      .lifetime = absl::Hours(24)},
                                     clock_.Now());
    FLEETCA_EXPECT_OK(leaf);
    return x509::EncodePem(x509::kPemCertificate, leaf->certificate);
  }
  AccessCheck MakeCheck(bool reflection = false) {
    return AccessCheck(*caller_reader_, policies_, clock_rule_, callers_, reflection);
  }
  grpc::Status Process(std::vector<std::string> pems, const char* path, bool reflection = false) {
    grpc::AuthMetadataProcessor::InputMetadata metadata;
    if (path != nullptr) {
      metadata.emplace(":path", path);
    }
    FakeConnection connection(std::move(pems));
    grpc::AuthMetadataProcessor::OutputMetadata consumed, response;
    const grpc::Status status =
        MakeCheck(reflection).Process(metadata, &connection, &consumed, &response);
    EXPECT_TRUE(consumed.empty());
    return status;
  }

  inline static const NewCa* ca_;
  FakeClock clock_;
  FakeTimeWitness witness_{clock_};
  store::MemoryStore store_;
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  CurrentPolicy policies_{PolicyWithOperators(), nullptr};
  const std::shared_ptr<CallerTable> callers_ = std::make_shared<CallerTable>();
  std::unique_ptr<PeerReader> caller_reader_;
};

TEST_F(AccessCheckTest, SomeMethodsAreOpenToEveryCallerWhoIsKnown) {
  const Caller web{.spiffe_id = "spiffe://fleet.example/svc/web"};
  const AccessCheck check = MakeCheck();
  for (const char* path : {"/fleetca.v1.CertificateAuthorityService/IssueCertificate",
                           "/fleetca.v1.CertificateAuthorityService/BatchIssueCertificates",
                           "/fleetca.v1.CertificateAuthorityService/StreamIssueCertificates",
                           kBundle, kHealth, "/grpc.health.v1.Health/Watch"}) {
    FLEETCA_EXPECT_OK(check.Check(web, path)) << path;
  }
}

TEST_F(AccessCheckTest, OthersTakeTheRightOfTheirRowAndNoOtherRight) {
  const struct {
    const char* path;
    const char* holder;
  } kRows[] = {
      {"/fleetca.v1.CertificateAuthorityService/GetCertificate", "auditor"},
      {"/fleetca.v1.JoinTokenService/CreateJoinTokens", "issuer"},
      {"/fleetca.v1.JoinTokenService/ListJoinTokens", "issuer"},
      {"/fleetca.v1.JoinTokenService/RevokeJoinTokens", "issuer"},
      {"/fleetca.v1.StatisticsService/GetStatistics", "monitor"},
      {kReflection, "operator/admin"},
  };
  const AccessCheck check = MakeCheck(true);
  for (const auto& row : kRows) {
    for (const absl::string_view who :
         {"auditor", "issuer", "monitor", "operator/admin", "svc/web", "nobody/we/know"}) {
      const Caller caller{.spiffe_id = absl::StrCat("spiffe://fleet.example/", who)};
      const absl::Status status = check.Check(caller, row.path);
      if (who == row.holder) {
        FLEETCA_EXPECT_OK(status) << row.path;
      } else {
        EXPECT_THAT(status, kDenied) << row.path << " as " << who;
      }
    }
  }
}

TEST_F(AccessCheckTest, ARefusalNamesTheRightThatIsMissing) {
  const absl::Status status =
      MakeCheck().Check(Caller{.spiffe_id = "spiffe://fleet.example/svc/web"},
                        "/fleetca.v1.StatisticsService/GetStatistics");
  EXPECT_THAT(std::string(status.message()), HasSubstr("may_read_statistics"));
}

TEST_F(AccessCheckTest, WhatIsNotListedDoesNotExist) {
  const Caller admin{.spiffe_id = "spiffe://fleet.example/operator/admin"};
  for (const bool reflection : {false, true}) {
    const AccessCheck check = MakeCheck(reflection);
    for (const char* path :
         {"", "/", "/fleetca.v1.CertificateAuthorityService/",
          "/fleetca.v1.CertificateAuthorityService/Nothing",
          "/fleetca.v1.CertificateAuthorityService/IssueCertificate/",
          "//fleetca.v1.CertificateAuthorityService/IssueCertificate",
          "/fleetca.v1.certificateauthorityservice/issuecertificate", "/grpc.health.v1.Health/",
          "/grpc.health.v1.Health/List", "/grpc.channelz.v1.Channelz/GetServers",
          "/fleetca.internal.v1.BootstrapRelayService/IssueCertificate"}) {
      EXPECT_THAT(check.Check(admin, path), kDenied) << path;
    }
  }
}

TEST_F(AccessCheckTest, ReflectionTakesTheFlagAndTheRight) {
  const Caller admin{.spiffe_id = "spiffe://fleet.example/operator/admin"};
  const Caller web{.spiffe_id = "spiffe://fleet.example/svc/web"};
  FLEETCA_EXPECT_OK(MakeCheck(true).Check(admin, kReflection));
  EXPECT_THAT(MakeCheck(true).Check(web, kReflection), kDenied);
  EXPECT_THAT(MakeCheck(false).Check(admin, kReflection), kDenied);
}

TEST_F(AccessCheckTest, ACallIsLetThroughOnAConnectionWithOneCertificateOfThisCa) {
  const std::string web = CertificateOf("/svc/web");
  const grpc::Status open = Process({web}, kBundle);
  EXPECT_TRUE(open.ok()) << open.error_message();
  for (const std::vector<std::string>& pems :
       {std::vector<std::string>{}, std::vector<std::string>{web, web},
        std::vector<std::string>{"junk"}}) {
    const grpc::Status status = Process(pems, kBundle);
    EXPECT_EQ(status.error_code(), StatusCode::UNAUTHENTICATED);
    // gRPC sends no details of this status.
    EXPECT_THAT(status.error_message(), EndsWith(" (fleetca: CALLER_UNKNOWN)"));
  }
  for (const char* path : {static_cast<const char*>(nullptr), "/", kReflection}) {
    const grpc::Status status = Process({web}, path);
    EXPECT_EQ(status.error_code(), StatusCode::PERMISSION_DENIED);
    EXPECT_THAT(status.error_message(), EndsWith(" (fleetca: CALLER_NOT_ALLOWED)"));
  }
}

TEST_F(AccessCheckTest, EveryCallOfACallerCountsWhenItArrives) {
  const std::string web = CertificateOf("/svc/web");
  const auto calls = callers_->Of("spiffe://fleet.example/svc/web");
  EXPECT_TRUE(Process({web}, kBundle).ok());
  EXPECT_EQ(calls->debts(), 1);
  EXPECT_FALSE(Process({web}, "/no/such.method").ok());
  EXPECT_EQ(calls->debts(), 2) << "one that is denied costs memory as well";
  EXPECT_FALSE(Process({}, kBundle).ok());
  EXPECT_EQ(callers_->Of("Whoever has no identity")->debts(), 1);
}

TEST_F(AccessCheckTest, WhoHasTooManyCallsIsRefusedAndNobodyElse) {
  while (callers_->Arrive("spiffe://fleet.example/svc/web")) {
  }
  const grpc::Status status = Process({CertificateOf("/svc/web")}, kBundle);
  EXPECT_EQ(status.error_code(), StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_THAT(status.error_message(), HasSubstr("spiffe://fleet.example/svc/web has too many"));
  EXPECT_TRUE(Process({CertificateOf("/svc/api")}, kBundle).ok());
}

TEST_F(AccessCheckTest, ReflectionIsLetThroughWithTheFlag) {
  EXPECT_TRUE(Process({CertificateOf("/operator/admin")}, kReflection, true).ok());
  EXPECT_FALSE(Process({CertificateOf("/operator/admin")}, kReflection, false).ok());
}

TEST_F(AccessCheckTest, WhileTheClockIsNotBelievedOnlyHealthIsAnswered) {
  const std::string web = CertificateOf("/svc/web");
  FLEETCA_ASSERT_OK(store_.NoteTime(clock_.Now() + absl::Minutes(5) + absl::Milliseconds(1)));
  const grpc::Status refused = Process({web}, kBundle);
  EXPECT_EQ(refused.error_code(), StatusCode::UNAVAILABLE);
  EXPECT_THAT(refused.error_message(), HasSubstr("fleetca store set-clock --i-checked-the-time"));
  EXPECT_THAT(refused.error_message(), EndsWith(" (fleetca: CLOCK_REFUSED)"));
  EXPECT_TRUE(Process({web}, kHealth).ok());
  EXPECT_EQ(Process({}, kHealth).error_code(), StatusCode::UNAUTHENTICATED);

  clock_.Advance(absl::Milliseconds(1));  // within the tolerance
  EXPECT_TRUE(Process({web}, kBundle).ok());
}

}  // namespace
}  // namespace fleetca::service
