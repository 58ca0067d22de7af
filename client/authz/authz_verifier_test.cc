// What the golden vectors (authz_vectors_test) do not show: options, time that goes on, abuse.
#include "client/authz/authz_verifier.h"

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/crypto_types.h"
#include "base/errors.h"
#include "client/authz/grants.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/openssl_ca.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/authz/authz_oids.h"
#include "x509/authz/fleet_authz.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/certificate_pool.h"
#include "x509/der/oid.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::TestKey;
using ::testing::ElementsAre;
using ::testing::IsEmpty;
using x509::kTestNow;

const auto kIsExpired =
    IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired);
const auto kIsUnknown = IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown);

// A root, an issuing CA and a leaf of ours that was granted two roles by revision 7.
class AuthzVerifierTest : public ::testing::Test {
 protected:
  static AuthzVerifierOptions Options() {
    AuthzVerifierOptions options;
    options.roots = {root_->certificate};
    options.trust_domain = "fleet.example";
    options.clock = &clock_;
    return options;
  }

  static void SetUpTestSuite() {
    root_ = new x509::TestCa(x509::MakeTestRoot(KeyType::kP256));
    issuing_ = new x509::TestCa(x509::MakeTestIssuingCa(*root_, KeyType::kP256));
    const x509::FleetAuthz authz = {
        .policy_revision = 7, .roles = {"writer", "reader"}, .attributes = {{"region", "eu-1"}}};
    leaf_ = new std::string(x509::IssueLeaf(*issuing_, TestKey::OfType(KeyType::kP256), &authz));
  }

  void SetUp() override {
    clock_.Set(kTestNow);
    auto made = AuthzVerifier::Create(Options());
    FLEETCA_ASSERT_OK(made);
    verifier_ = *std::move(made);
  }

  absl::StatusOr<VerifiedPeer> Peer() {
    return verifier_->VerifyPeer({*leaf_, issuing_->certificate});
  }

  inline static FakeClock clock_{kTestNow};
  inline static const x509::TestCa* root_;
  inline static const x509::TestCa* issuing_;
  inline static const std::string* leaf_;
  std::unique_ptr<AuthzVerifier> verifier_;
};

TEST_F(AuthzVerifierTest, ReadsWhatOurOwnCaIssued) {
  const auto grants = verifier_->Verify({*leaf_, issuing_->certificate});
  FLEETCA_ASSERT_OK(grants);
  EXPECT_EQ(grants->identity, "spiffe://fleet.example/svc/web");
  EXPECT_EQ(grants->state, GrantState::kGranted);
  EXPECT_THAT(grants->roles, ElementsAre("reader", "writer"));
  EXPECT_TRUE(grants->HasRole("reader"));
  EXPECT_TRUE(grants->HasRole("writer"));
  EXPECT_FALSE(grants->HasRole("read"));
  EXPECT_FALSE(grants->HasRole(""));
  EXPECT_EQ(grants->Attribute("region"), "eu-1");
  EXPECT_EQ(grants->Attribute("zone"), std::nullopt);
  EXPECT_EQ(grants->policy_revision, 7u);
  EXPECT_EQ(grants->not_after, kTestNow + absl::Hours(24));
}

// A connection, and a resumed TLS session, outlives the certificate it began with.
TEST_F(AuthzVerifierTest, APeerExpiresWhileItIsConnected) {
  const auto peer = Peer();
  FLEETCA_ASSERT_OK(peer);
  clock_.Advance(absl::Hours(24));
  FLEETCA_ASSERT_OK(peer->Current());
  EXPECT_TRUE((*peer->Current())->HasRole("reader"));
  clock_.Advance(absl::Nanoseconds(1));
  EXPECT_THAT(peer->Current(), kIsExpired);
  EXPECT_THAT(Peer(), kIsExpired);
  clock_.Set(kTestNow - absl::Minutes(6));
  EXPECT_THAT(peer->Current(), kIsExpired);
  clock_.Set(kTestNow);
  FLEETCA_EXPECT_OK(peer->Current());
}

TEST_F(AuthzVerifierTest, APeerLosesItsRolesWhenTheMinimumRevisionRises) {
  const auto peer = Peer();
  FLEETCA_ASSERT_OK(peer);
  verifier_->SetMinimumPolicyRevision(7);
  EXPECT_EQ((*peer->Current())->state, GrantState::kGranted);
  verifier_->SetMinimumPolicyRevision(8);
  const Grants& stale = **peer->Current();
  EXPECT_EQ(stale.identity, "spiffe://fleet.example/svc/web");
  EXPECT_EQ(stale.state, GrantState::kStalePolicy);
  EXPECT_THAT(stale.roles, IsEmpty());
  EXPECT_THAT(stale.attributes, IsEmpty());
  EXPECT_EQ(verifier_->Verify({*leaf_, issuing_->certificate})->state, GrantState::kStalePolicy);
}

// A peer moved elsewhere keeps what it says: nothing in it points into itself.
TEST_F(AuthzVerifierTest, APeerCanBeMoved) {
  auto peer = Peer();
  FLEETCA_ASSERT_OK(peer);
  const VerifiedPeer moved = *std::move(peer);
  EXPECT_TRUE((*moved.Current())->HasRole("writer"));
}

TEST_F(AuthzVerifierTest, TheArcIsTheDeploymentsOwn) {
  AuthzVerifierOptions options = Options();
  options.oids = *x509::AuthzOids::FromArc("1.3.6.1.4.1.99999.1");
  const auto other = AuthzVerifier::Create(options);
  FLEETCA_ASSERT_OK(other);
  EXPECT_EQ((*other)->Verify({*leaf_, issuing_->certificate})->state, GrantState::kAbsent);
}

TEST_F(AuthzVerifierTest, AsksForThePurposeItIsTold) {
  AuthzVerifierOptions options = Options();
  options.purpose = "\x2b\x06\x01\x05\x05\x07\x03\x03";  // code signing
  const auto other = AuthzVerifier::Create(options);
  FLEETCA_ASSERT_OK(other);
  EXPECT_THAT((*other)->Verify({*leaf_, issuing_->certificate}), kIsUnknown);
  options.purpose.clear();
  const auto any = AuthzVerifier::Create(options);
  FLEETCA_ASSERT_OK(any);
  FLEETCA_EXPECT_OK((*any)->Verify({*leaf_, issuing_->certificate}));
}

TEST_F(AuthzVerifierTest, RefusesOptions) {
  const auto refused = [](absl::string_view field, void (*spoil)(AuthzVerifierOptions&)) {
    AuthzVerifierOptions options = Options();
    spoil(options);
    EXPECT_THAT(AuthzVerifier::Create(options), IsInvalid(Reason::kConfigInvalid, field));
  };
  refused("roots", [](AuthzVerifierOptions& o) { o.roots.clear(); });
  refused("roots", [](AuthzVerifierOptions& o) { o.roots = {*leaf_}; });
  refused("roots", [](AuthzVerifierOptions& o) { o.roots[0].push_back('\0'); });
  refused("trust_domain", [](AuthzVerifierOptions& o) { o.trust_domain = ""; });
  refused("trust_domain", [](AuthzVerifierOptions& o) { o.trust_domain = "Fleet.example"; });
  refused("trust_domain", [](AuthzVerifierOptions& o) { o.trust_domain = "fleet.example/svc"; });
  refused("audience", [](AuthzVerifierOptions& o) { o.audience = "svc orders"; });
}

// One odd root beside a good one: what chains to the good one is as good as before.
TEST_F(AuthzVerifierTest, PassesOverRootsThatCannotBeOne) {
  testing::OpenSslRequest request = {.not_before = kTestNow - absl::Hours(1),
                                     .not_after = kTestNow + absl::Hours(1)};
  request.curve = "P-521";
  AuthzVerifierOptions options = Options();
  options.roots = {testing::MakeByOpenSsl(request).der, *leaf_, "x"};
  request.curve = "P-256";
  for (const std::vector<std::pair<std::string, std::string>>& extensions :
       std::vector<std::vector<std::pair<std::string, std::string>>>{
           {{"basicConstraints", "critical,CA:TRUE"}},
           {{"basicConstraints", "critical,CA:TRUE"},
            {"keyUsage", "critical,keyCertSign"},
            {"1.2.3.4", "critical,DER:0500"}},
           {{"basicConstraints", "critical,CA:TRUE"},
            {"keyUsage", "critical,keyCertSign"},
            {"nameConstraints", "critical,DER:3000"}}}) {
    request.extensions = extensions;
    options.roots.push_back(testing::MakeByOpenSsl(request).der);
  }
  EXPECT_THAT(AuthzVerifier::Create(options), IsInvalid(Reason::kConfigInvalid, "roots"));
  options.roots.push_back(root_->certificate);
  const auto verifier = AuthzVerifier::Create(options);
  FLEETCA_ASSERT_OK(verifier);
  EXPECT_TRUE((*verifier)->Verify({*leaf_, issuing_->certificate})->HasRole("reader"));
}

TEST_F(AuthzVerifierTest, RefusesBytesThatAreNoCertificates) {
  const auto is_invalid = IsError(absl::StatusCode::kUnauthenticated, Reason::kAuthzInvalid);
  EXPECT_THAT(verifier_->Verify({}), kIsUnknown);
  EXPECT_THAT(verifier_->Verify({"x"}), is_invalid);
  EXPECT_THAT(verifier_->Verify({*leaf_ + "x", issuing_->certificate}), is_invalid);
  EXPECT_THAT(verifier_->Verify({*leaf_, "x"}), kIsUnknown);
  const std::vector<absl::string_view> many(17, *leaf_);
  EXPECT_THAT(verifier_->Verify(many), kIsUnknown);
}

// What a caller sends along, or a file lists, for someone else to read harms nobody.
TEST_F(AuthzVerifierTest, PassesOverWhatAPathDoesNotNeed) {
  FLEETCA_EXPECT_OK(verifier_->Verify({*leaf_, "x", "", issuing_->certificate, *leaf_}));
  AuthzVerifierOptions options = Options();
  options.intermediates = x509::CertificatePool::OfCas({"x", *leaf_, issuing_->certificate});
  const auto other = AuthzVerifier::Create(options);
  FLEETCA_ASSERT_OK(other);
  FLEETCA_EXPECT_OK((*other)->Verify({*leaf_}));
  // However many there are.
  options.intermediates = x509::CertificatePool::OfCas(
      std::vector<std::string>(100, x509::MakeTestRoot(KeyType::kP256).certificate));
  const auto many = AuthzVerifier::Create(options);
  FLEETCA_ASSERT_OK(many);
  FLEETCA_EXPECT_OK((*many)->Verify({*leaf_, issuing_->certificate}));
}

// Every one of these CAs issued every other, so there are 15! ways up, none to a root.
TEST_F(AuthzVerifierTest, AKnotOfCertificatesCostsABoundedTime) {
  const TestKey& key = TestKey::OfType(KeyType::kP256);
  x509::TestCa knot = {.key = TestKey::Make(KeyType::kP256),
                       .scheme = SignatureScheme::kEcdsaSha256,
                       .subject = root_->subject,
                       .not_after = root_->not_after};
  knot.key_id = x509::KeyIdentifier(x509::KeyBits(knot.key));
  x509::TbsTemplateOptions options;
  options.issuer = knot.subject;
  options.authority_key_id = knot.key_id;
  options.is_ca = true;
  options.key_usage = x509::kKeyCertSign;
  const auto maker = x509::TbsTemplate::Create(options);
  FLEETCA_ASSERT_OK(maker);
  std::vector<std::string> chain = {x509::IssueLeaf(knot, key)};
  while (chain.size() < 16) {
    x509::CertSpec spec = x509::LeafSpec(knot.key);
    spec.subject = knot.subject;
    spec.names.clear();
    const std::string tbs = (*maker)->Build(spec);
    chain.push_back(x509::AssembleCertificate(tbs, knot.scheme, knot.key.Sign(knot.scheme, tbs)));
  }
  const std::vector<absl::string_view> views(chain.begin(), chain.end());
  EXPECT_THAT(verifier_->Verify(views), kIsUnknown);
  // The knot is what it says: listed as a root, one of them would do.
  AuthzVerifierOptions trusting = Options();
  trusting.roots = {chain[1]};
  const auto other = AuthzVerifier::Create(trusting);
  FLEETCA_ASSERT_OK(other);
  FLEETCA_EXPECT_OK((*other)->Verify(views));
}

}  // namespace
}  // namespace fleetca::client
