// What the policy decided, in the certificates that the issuer makes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/time_text.h"
#include "service/issuance/issuer.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/authz/fleet_authz.h"
#include "x509/authz/provenance.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CsrOptions;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;
using ::fleetca::testing::TestIssuerOptions;
using ::fleetca::testing::TestPolicyOptions;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr absl::string_view kWeb = "spiffe://fleet.test/svc/web";
constexpr char kRequestId[] = "0123456789abcdef";
constexpr absl::string_view kDb = "spiffe://fleet.test/svc/db";

// The test's policy, where kWeb has grants of every kind.
PolicyOptions GrantingPolicy() {
  PolicyOptions policy = TestPolicyOptions();
  policy.revision = 41;
  policy.rules[0].roles = {"orders.write", "inventory.read"};
  policy.rules[0].audience = {"orders", "inventory"};
  policy.rules[0].attributes = {{"team", "web"}, {"region", "eu-1"}};
  return policy;
}

CsrOptions Named(absl::string_view uri) {
  CsrOptions options;
  options.names = {{x509::NameType::kUri, uri}};
  return options;
}

// What a certificate's authorization extension says; dies loudly without exactly one.
x509::FleetAuthz GrantsIn(const IssuedCertificate& issued, const x509::AuthzOids& oids = {}) {
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(issued.certificate);
  EXPECT_THAT(certificate, testing::IsOk());
  const x509::Extension* extension = certificate->Find(oids.authz);
  EXPECT_NE(extension, nullptr);
  EXPECT_FALSE(extension->critical);
  const absl::StatusOr<x509::FleetAuthz> grants = x509::ParseFleetAuthz(extension->value);
  EXPECT_THAT(grants, testing::IsOk());
  return *grants;
}

TEST(ContentsTest, WritesWhatThePolicyGrants) {
  TestIssuer ca({.policy = GrantingPolicy()});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
  const x509::FleetAuthz grants = GrantsIn(issued);
  EXPECT_EQ(grants.policy_revision, 41u);
  EXPECT_THAT(grants.roles, ElementsAre("inventory.read", "orders.write"));
  ASSERT_TRUE(grants.audience.has_value());
  EXPECT_THAT(*grants.audience, ElementsAre("inventory", "orders"));
  EXPECT_THAT(grants.attributes, ElementsAre(x509::AuthzAttribute{"region", "eu-1"},
                                             x509::AuthzAttribute{"team", "web"}));
}

TEST(ContentsTest, ARuleWithoutGrantsGivesNoneAndNoAudienceIsNoEmptyAudience) {
  TestIssuer ca({.policy = GrantingPolicy()});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr(Named(kDb))));
  const x509::FleetAuthz grants = GrantsIn(issued);
  EXPECT_THAT(grants.roles, IsEmpty());
  EXPECT_FALSE(grants.audience.has_value());
  EXPECT_THAT(grants.attributes, IsEmpty());
}

TEST(ContentsTest, ARoleThatThePolicyTakesBackIsGoneAtTheNextRenewal) {
  TestIssuer ca({.policy = GrantingPolicy()});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate first, ca.Issue(MakeCsr()));
  EXPECT_THAT(GrantsIn(first).roles, ElementsAre("inventory.read", "orders.write"));
  PolicyOptions narrower = GrantingPolicy();
  narrower.revision = 42;
  narrower.rules[0].roles = {"inventory.read"};
  ca.SetPolicy(narrower);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate renewed, ca.Issue(MakeCsr()));
  EXPECT_THAT(GrantsIn(renewed).roles, ElementsAre("inventory.read"));
  EXPECT_EQ(GrantsIn(renewed).policy_revision, 42u);
}

// Where a token issuer's certificates end with their token, the policy's lifetime is no more than a
// bound beside it.
TEST(ContentsTest, ACertificateEndsWithTheTokenThatAskedForIt) {
  TestIssuer ca;
  const std::string csr = MakeCsr();
  const absl::Time now = ca.clock().Now();
  const auto issue_until = [&](absl::Time end) {
    RecordingIssuance issuance(csr);
    issuance.AskAs(JwtCaller{.spiffe_id = std::string(kWeb), .certificates_end = end});
    return ca.Issue(issuance);
  };
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate unbound,
                               issue_until(absl::InfiniteFuture()));
  const absl::Time soon = absl::FromUnixSeconds(absl::ToUnixSeconds(now)) + absl::Minutes(2);
  ASSERT_GT(unbound.not_after, soon);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate bound, issue_until(soon));
  EXPECT_EQ(bound.not_after, soon);
  EXPECT_EQ(x509::ParseCertificate(bound.certificate)->not_after, soon);
  // A token that outlives the profile's lifetime changes nothing.
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate longer,
                               issue_until(unbound.not_after + absl::Hours(1)));
  EXPECT_EQ(longer.not_after, unbound.not_after);
  // Too short to be of use, and the sentence says whose end it is.
  for (const absl::Duration left : {absl::Seconds(30), absl::ZeroDuration(), -absl::Seconds(30)}) {
    const auto refused = issue_until(now + left);
    EXPECT_THAT(refused, IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
    EXPECT_THAT(
        std::string(refused.status().message()),
        ::testing::AllOf(::testing::HasSubstr(absl::StrCat(TimeToWords(now + left), ", less than")),
                         ::testing::HasSubstr("get a new token")));
  }
}

TEST(ContentsTest, TheGrantsAreTheSubjectsNotThoseOfWhoAsks) {
  TestIssuer ca({.policy = GrantingPolicy()});
  // kWeb, which has roles, asks for kDb, which has none: roles are no right to hand out.
  const std::string csr = MakeCsr(Named(kDb));
  RecordingIssuance issuance(csr);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(issuance));
  EXPECT_THAT(GrantsIn(issued).roles, IsEmpty());
}

TEST(ContentsTest, TheArcIsTheDeploymentsOwn) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::AuthzOids oids,
                               x509::AuthzOids::FromArc("1.3.6.1.4.1.99999.7"));
  TestIssuer ca({.policy = GrantingPolicy(), .oids = oids});
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
  EXPECT_THAT(GrantsIn(issued, oids).roles, ElementsAre("inventory.read", "orders.write"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  EXPECT_EQ(certificate.Find(x509::AuthzOids().authz), nullptr);
  // A CSR that asks for it is refused under that arc.
  CsrOptions asks;
  asks.extra_extensions = testing::MakeExtension(oids.authz, absl::string_view("\x30\x00", 2));
  EXPECT_THAT(ca.Issue(MakeCsr(asks)), IsInvalid(Reason::kCsrExtensionRefused, "csr.extensions"));
}

TEST(ContentsTest, ProvenanceSaysHowItCameToBeAndThatALineageBegins) {
  TestIssuer ca({.policy = GrantingPolicy(), .provenance = true});
  const std::string csr = MakeCsr(Named(kDb));
  // Who asks for its own identity without renewal begins a lineage as well as who asks for another.
  for (const absl::string_view caller : {kDb, kWeb}) {
    RecordingIssuance issuance(csr, kRequestId);
    const CallerCertificate held{
        .serial = std::string(20, 's'), .lineage = std::string(20, 'l'), .generation = 4};
    issuance.AskAs(CertificateCaller{.spiffe_id = std::string(caller),
                                     .held = std::make_shared<const CallerCertificate>(held)});
    FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(issuance));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                                 x509::ParseCertificate(issued.certificate));
    const x509::Extension* extension = certificate.Find(x509::AuthzOids().provenance);
    ASSERT_NE(extension, nullptr);
    FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Provenance provenance,
                                 x509::ParseProvenance(extension->value));
    EXPECT_EQ(provenance.profile, "service");
    EXPECT_EQ(provenance.attestation, x509::Attestation::kMtls);
    EXPECT_EQ(provenance.request_id, kRequestId);
    EXPECT_EQ(provenance.generation, 0u);
  }
}

// Nobody connected, so no word for a connection may stand there.
TEST(ContentsTest, TheProvenanceOfTheCasOwnSaysSo) {
  TestIssuer ca({.policy = GrantingPolicy(), .provenance = true});
  const std::string csr = MakeCsr(Named(kDb));
  RecordingIssuance issuance(csr, kRequestId);
  issuance.AskAs(OwnCaller{.spiffe_id = std::string(kDb)});
  issuance.request.identity = kDb;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(issuance));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  const x509::Extension* extension = certificate.Find(x509::AuthzOids().provenance);
  ASSERT_NE(extension, nullptr);
  EXPECT_EQ(x509::ParseProvenance(extension->value)->attestation, x509::Attestation::kOwn);
}

TEST(ContentsTest, NoProvenanceUnlessItIsAskedFor) {
  TestIssuer ca;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(MakeCsr()));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  EXPECT_EQ(certificate.Find(x509::AuthzOids().provenance), nullptr);
}

TEST(ContentsTest, AnAgentMintsForItselfAlone) {
  TestIssuer ca({.policy = GrantingPolicy()});
  const std::string csr = MakeCsr(Named(kWeb));
  RecordingIssuance agent(csr);
  agent.AskAs(kDb);
  EXPECT_THAT(ca.Issue(agent),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  // By the field as well as by the CSR.
  const std::string no_uri = MakeCsr({.names = {{x509::NameType::kDns, "db.fleet.test"}}});
  RecordingIssuance by_field(no_uri);
  by_field.AskAs(kDb);
  by_field.request.identity = kWeb;
  EXPECT_THAT(ca.Issue(by_field),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCallerNotAllowed));
  // And no longer than the policy lets it live.
  const std::string own = MakeCsr(Named(kDb));
  RecordingIssuance longer(own);
  longer.AskAs(kDb);
  longer.request.lifetime = absl::Hours(24 * 7 + 1);
  EXPECT_THAT(ca.Issue(longer), IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
  EXPECT_EQ(ca.store().size(), 0u);
}

TEST(ContentsTest, ValidateOnlyAnswersWithTheDecision) {
  TestIssuer ca({.policy = GrantingPolicy()});
  const std::string csr = MakeCsr();
  RecordingIssuance issuance(csr);
  issuance.request.validate_only = true;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(issuance));
  ASSERT_NE(issued.decision, nullptr);
  const DecisionSummary& decision = *issued.decision;
  EXPECT_EQ(decision.identity, kWeb);
  EXPECT_EQ(decision.caller_rule, "agent");
  EXPECT_EQ(decision.subject_rule, "agent");
  EXPECT_EQ(decision.profile, "service");
  EXPECT_THAT(decision.names, ElementsAre("URI:spiffe://fleet.test/svc/web"));
  EXPECT_THAT(decision.roles, ElementsAre("inventory.read", "orders.write"));
  EXPECT_EQ(decision.lifetime, absl::Hours(24));
  EXPECT_EQ(decision.max_lifetime, absl::Hours(24 * 7));
  EXPECT_EQ(decision.policy_revision, 41);
  EXPECT_EQ(ca.store().size(), 0u);
}

TEST(ContentsTest, ALifetimeUnderAMinuteIsTooShort) {
  TestIssuer ca({.policy = GrantingPolicy()});
  const std::string csr = MakeCsr();
  for (const int seconds : {1, 59}) {
    RecordingIssuance issuance(csr);
    issuance.request.lifetime = absl::Seconds(seconds);
    const absl::Status status = ca.Issue(issuance).status();
    EXPECT_THAT(status, IsInvalid(Reason::kLifetimeInvalid, "lifetime"));
    EXPECT_THAT(std::string(status.message()), ::testing::HasSubstr("too short"));
  }
}

TEST(ContentsTest, ABudgetIsSpentByCertificatesAlone) {
  PolicyOptions policy = TestPolicyOptions();
  policy.rules[0].budget = Budget{2, absl::Minutes(1)};
  TestIssuer ca({.policy = policy});
  const std::string csr = MakeCsr();
  std::string unproven = csr;
  unproven.back() ^= 1;
  for (int i = 0; i < 5; ++i) {
    RecordingIssuance validate(csr);
    validate.request.validate_only = true;
    FLEETCA_EXPECT_OK(ca.Issue(validate));
    EXPECT_THAT(ca.Issue(unproven), IsInvalid(Reason::kSignatureInvalid, "csr.signature"));
  }
  FLEETCA_EXPECT_OK(ca.Issue(csr));
  FLEETCA_EXPECT_OK(ca.Issue(csr));
  EXPECT_THAT(ca.Issue(csr),
              IsError(absl::StatusCode::kResourceExhausted, Reason::kBudgetExhausted));
  ca.clock().Advance(absl::Seconds(30));
  FLEETCA_EXPECT_OK(ca.Issue(csr));
}

class SubordinateCaTest : public ::testing::Test {
 protected:
  // kWeb may have a CA's certificate for /svc/edge.
  static PolicyOptions Policy() {
    PolicyOptions policy = TestPolicyOptions();
    PolicyProfileOptions profile;
    profile.profile = testing::ServiceProfileOptions();
    profile.profile.name = "edge-ca";
    profile.profile.client_auth = false;
    SubordinateCa ca;
    ca.permitted.dns_domains = {"edge.fleet.test"};
    profile.subordinate_ca = ca;
    policy.profiles.push_back(profile);
    policy.rules.push_back({.name = "edge", .identity = "/svc/edge", .profiles = {"edge-ca"}});
    return policy;
  }
};

TEST_F(SubordinateCaTest, IsConstrainedAndCarriesNoAuthorization) {
  TestIssuer ca({.policy = Policy()});
  const std::string csr = MakeCsr(Named("spiffe://fleet.test/svc/edge"));
  RecordingIssuance issuance(csr);
  issuance.request.profile = "edge-ca";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const IssuedCertificate issued, ca.Issue(issuance));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const x509::Certificate certificate,
                               x509::ParseCertificate(issued.certificate));
  EXPECT_TRUE(certificate.is_ca);
  EXPECT_EQ(certificate.path_length, 0);
  EXPECT_EQ(certificate.key_usage, x509::kKeyCertSign | x509::kCrlSign);
  ASSERT_NE(certificate.Find(x509::oid::kNameConstraints), nullptr);
  EXPECT_TRUE(certificate.Find(x509::oid::kNameConstraints)->critical);
  EXPECT_EQ(certificate.Find(x509::AuthzOids().authz), nullptr);
  EXPECT_NE(certificate.subject, absl::string_view("\x30\x00", 2));
}

TEST_F(SubordinateCaTest, APolicyThatTheIssuingCertificateForbidsIsNoneAtStart) {
  // The certificate that `fleetca ca init` makes has room for leaves alone.
  TestIssuerOptions options;
  options.policy = Policy();
  options.path_length = 0;
  EXPECT_DEATH(TestIssuer{options}, "path length");
}

}  // namespace
}  // namespace fleetca::service
