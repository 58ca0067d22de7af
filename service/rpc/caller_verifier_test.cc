#include "service/rpc/caller_verifier.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_split.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "service/caller/caller.h"
#include "store/memory/memory_store.h"
#include "store/store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/authz/authz_oids.h"
#include "x509/authz/provenance.h"
#include "x509/cert_spec.h"
#include "x509/certificate.h"
#include "x509/der/oid.h"
#include "x509/san.h"
#include "x509/serial.h"
#include "x509/tbs.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::fleetca::testing::TestKey;
using x509::kTestNow;

constexpr absl::string_view kAdmin = "spiffe://fleet.example/user/admin";
constexpr uint16_t kStoreInstance = 0xf1ee;

const auto kIsUnknown = IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown);

// A leaf for /user/admin with a serial number of the store's, as `ca` would sign it, but for what
// `change` does.
struct LeafPlan {
  uint16_t instance = kStoreInstance;
  bool provenance = false;
  x509::Attestation attestation = x509::Attestation::kMtls;
  x509::TbsTemplateOptions options;
  x509::GeneralNames names = {{x509::NameType::kUri, kAdmin}};
};

std::string Issue(const x509::TestCa& ca, const std::function<void(LeafPlan&)>& change = nullptr) {
  LeafPlan plan;
  plan.options = x509::LeafOptions(ca);
  if (change) {
    change(plan);
  }
  const TestKey& key = TestKey::OfType(KeyType::kP256);
  x509::CertSpec spec = x509::LeafSpec(key);
  spec.serial = *x509::SerialNumber::Create(spec.not_after, plan.instance, kTestNow);
  spec.names = plan.names;
  if (plan.provenance) {
    spec.provenance = *x509::BuildProvenance(
        {.profile = "user", .attestation = plan.attestation, .generation = 4});
  }
  const auto tbs_template = x509::TbsTemplate::Create(plan.options);
  FLEETCA_EXPECT_OK(tbs_template);
  const std::string tbs = (*tbs_template)->Build(spec);
  return x509::AssembleCertificate(tbs, ca.scheme, ca.key.Sign(ca.scheme, tbs));
}

class CallerVerifierTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    root_ = new x509::TestCa(x509::MakeTestRoot(KeyType::kP256));
    issuing_ = new x509::TestCa(x509::MakeTestIssuingCa(*root_, KeyType::kP256));
    // Below the same root and of the same name: what a subordinate's owner can have.
    other_ = new x509::TestCa(x509::MakeTestIssuingCa(*root_, KeyType::kP256));
  }

  void SetUp() override { Make({issuing_->certificate}); }

  void Make(std::vector<std::string> issuing_cas) {
    auto made = CallerVerifier::Create({.issuing_cas = std::move(issuing_cas),
                                        .trust_domain = "fleet.example",
                                        .store = &store_,
                                        .clock = &clock_});
    FLEETCA_ASSERT_OK(made);
    verifier_ = *std::move(made);
  }

  // CheckRecord, for who is only asked whether.
  absl::Status CheckRecord(const std::string& der) const {
    auto caller = verifier_->Verify(der);
    return caller.ok() ? verifier_->CheckRecord(der, &*caller) : caller.status();
  }

  void Record(absl::string_view der) {
    const auto certificate = x509::ParseCertificate(der);
    FLEETCA_ASSERT_OK(certificate);
    store::CertificateRecord record;
    record.serial = std::string(certificate->serial);
    record.certificate = std::string(der);
    record.identity = std::string(kAdmin);
    record.requester = std::string(kAdmin);
    record.profile = "user";
    record.issued_at = kTestNow;
    record.not_before = certificate->not_before;
    record.not_after = certificate->not_after;
    FLEETCA_ASSERT_OK(store_.Write({.certificates = {&record, 1}}));
  }

  inline static const x509::TestCa* root_;
  inline static const x509::TestCa* issuing_;
  inline static const x509::TestCa* other_;
  FakeClock clock_{kTestNow};
  store::MemoryStore store_{kStoreInstance};
  std::unique_ptr<const CallerVerifier> verifier_;
};

// What a renewal may keep: DER of GeneralNames.
TEST_F(CallerVerifierTest, RemembersTheNamesBesideTheIdentity) {
  const auto named = Issue(*issuing_, [](LeafPlan& plan) {
    plan.names.push_back({x509::NameType::kDns, "my_host.fleet.example"});
    plan.names.push_back({x509::NameType::kDns, "xn--99999999.fleet.example"});
    plan.names.push_back({x509::NameType::kIp, "\x0a\x01\x01\x01"});
  });
  FLEETCA_ASSERT_OK_AND_ASSIGN(const CertificateCaller caller, verifier_->Verify(named));
  EXPECT_EQ(caller.other_names,
            x509::BuildSubjectAltName({{x509::NameType::kDns, "my_host.fleet.example"},
                                       {x509::NameType::kIp, "\x0a\x01\x01\x01"}}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const CertificateCaller plain, verifier_->Verify(Issue(*issuing_)));
  EXPECT_EQ(plain.other_names, "");
}

TEST_F(CallerVerifierTest, BelievesWhatItsOwnIssuingCaSigned) {
  const std::string leaf = Issue(*issuing_);
  const auto caller = verifier_->Verify(leaf);
  FLEETCA_ASSERT_OK(caller);
  EXPECT_EQ(caller->spiffe_id, kAdmin);
  EXPECT_EQ(caller->not_after, kTestNow + absl::Hours(24));
  ASSERT_NE(caller->held, nullptr);
  const x509::Certificate parsed = *x509::ParseCertificate(leaf);
  EXPECT_EQ(caller->held->serial, parsed.serial);
  EXPECT_EQ(caller->held->subject_public_key_info, parsed.public_key.spki);
  EXPECT_EQ(caller->held->profile, "");
  EXPECT_EQ(caller->held->lineage, parsed.serial);
  EXPECT_EQ(caller->held->generation, 0u);
  const auto renewed =
      verifier_->Verify(Issue(*issuing_, [](LeafPlan& p) { p.provenance = true; }));
  FLEETCA_ASSERT_OK(renewed);
  EXPECT_EQ(renewed->held->generation, 4u);
  EXPECT_EQ(renewed->held->profile, "user");
}

// Any CA below the root could otherwise call itself the administrator.
TEST_F(CallerVerifierTest, BelievesNoOtherCaOfTheSameRoot) {
  EXPECT_THAT(verifier_->Verify(Issue(*other_)), kIsUnknown);
  EXPECT_THAT(verifier_->Verify(Issue(*root_)), kIsUnknown);
  x509::TestCa edge = x509::MakeTestEdgeCa(
      *root_, {.permitted = {.uri_domains = {"fleet.example"}}, .excluded = {}});
  EXPECT_THAT(verifier_->Verify(Issue(edge)), kIsUnknown);
}

// Name and key identifier are there for the taking; the signature is not.
TEST_F(CallerVerifierTest, BelievesNoOneWhoOnlySaysThatTheIssuingCaSigned) {
  x509::TestCa impostor = x509::MakeTestIssuingCa(*root_, KeyType::kP256);
  impostor.key_id = issuing_->key_id;
  EXPECT_THAT(verifier_->Verify(Issue(impostor)), kIsUnknown);
}

TEST_F(CallerVerifierTest, BelievesFormerIssuingCasThatAreListed) {
  const std::string leaf = Issue(*other_);
  Make({issuing_->certificate, other_->certificate});
  FLEETCA_EXPECT_OK(verifier_->Verify(leaf));
  FLEETCA_EXPECT_OK(verifier_->Verify(Issue(*issuing_)));
}

// The rules for leaves are those of every service (x509/peer_certificate_test.cc); these show that
// they are asked.
TEST_F(CallerVerifierTest, JudgesLeavesAsServicesDo) {
  const auto refused = [this](void (*change)(LeafPlan&)) {
    EXPECT_THAT(verifier_->Verify(Issue(*issuing_, change)), kIsUnknown);
  };
  refused([](LeafPlan& p) { p.options.key_usage = x509::kKeyEncipherment; });
  refused(
      [](LeafPlan& p) { p.options.extended_key_usage = {std::string(x509::oid::kServerAuth)}; });
  refused([](LeafPlan& p) { p.names = {{x509::NameType::kUri, "spiffe://other.example/svc/a"}}; });
  refused([](LeafPlan& p) { p.names = {{x509::NameType::kUri, "spiffe://fleet.example"}}; });
  refused([](LeafPlan& p) {
    p.names.push_back({x509::NameType::kUri, "spiffe://fleet.example/a"});
  });
  EXPECT_THAT(verifier_->Verify("junk"), kIsUnknown);
  EXPECT_THAT(verifier_->Verify(issuing_->certificate), kIsUnknown);
  clock_.Advance(absl::Hours(25));
  EXPECT_THAT(verifier_->Verify(Issue(*issuing_)),
              IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired));
}

TEST_F(CallerVerifierTest, TheRecordMustBeOfTheVeryCertificate) {
  const std::string leaf = Issue(*issuing_, [](LeafPlan& p) { p.provenance = true; });
  Record(leaf);
  FLEETCA_EXPECT_OK(CheckRecord(leaf));
  // The same serial number and names over another signature of the same key.
  std::string twin = leaf;
  do {
    const auto parsed = x509::ParseCertificate(leaf);
    twin = x509::AssembleCertificate(parsed->tbs, issuing_->scheme,
                                     issuing_->key.Sign(issuing_->scheme, parsed->tbs));
  } while (twin == leaf);
  FLEETCA_EXPECT_OK(verifier_->Verify(twin));
  EXPECT_THAT(CheckRecord(twin), kIsUnknown);
}

TEST_F(CallerVerifierTest, TheRecordSaysTheProfileAndThePlaceInTheLine) {
  const std::string leaf = Issue(*issuing_, [](LeafPlan& p) { p.provenance = true; });
  const auto certificate = x509::ParseCertificate(leaf);
  FLEETCA_ASSERT_OK(certificate);
  FLEETCA_ASSERT_OK_AND_ASSIGN(CertificateCaller caller, verifier_->Verify(leaf));
  const std::string first(20, '\x01');
  store::CertificateRecord record{.serial = std::string(certificate->serial),
                                  .certificate = leaf,
                                  .identity = std::string(kAdmin),
                                  .requester = std::string(kAdmin),
                                  .profile = "operator",
                                  .issued_at = kTestNow,
                                  .not_before = certificate->not_before,
                                  .not_after = certificate->not_after,
                                  .lineage = first,
                                  .generation = 7};
  const store::LineageStep step{.serial = record.serial, .previous = first};
  FLEETCA_ASSERT_OK(store_.Write({.certificates = {&record, 1}, .lineage_steps = {&step, 1}}));
  FLEETCA_ASSERT_OK(verifier_->CheckRecord(leaf, &caller));
  EXPECT_EQ(caller.held->profile, "operator");
  EXPECT_EQ(caller.held->lineage, first);
  EXPECT_EQ(caller.held->generation, 7u);
  EXPECT_EQ(caller.held->serial, record.serial);
}

// Its record has no lineage and says 0, while the certificate counts.
TEST_F(CallerVerifierTest, ARecordOfAReleaseWithoutLineagesBeginsOne) {
  const std::string leaf = Issue(*issuing_, [](LeafPlan& p) { p.provenance = true; });
  Record(leaf);
  FLEETCA_ASSERT_OK_AND_ASSIGN(CertificateCaller caller, verifier_->Verify(leaf));
  FLEETCA_ASSERT_OK(verifier_->CheckRecord(leaf, &caller));
  EXPECT_EQ(caller.held->lineage, caller.held->serial);
  EXPECT_EQ(caller.held->generation, 4u);
}

TEST_F(CallerVerifierTest, WithoutARecordACertificateMustSayHowItCameToBe) {
  EXPECT_THAT(CheckRecord(Issue(*issuing_)), kIsUnknown);
  // Of a server with another store, or of this one before it was restored.
  FLEETCA_EXPECT_OK(CheckRecord(Issue(*issuing_, [](LeafPlan& p) { p.provenance = true; })));
  // One that was renewed offline there.
  FLEETCA_EXPECT_OK(CheckRecord(Issue(*issuing_, [](LeafPlan& p) {
    p.provenance = true;
    p.attestation = x509::Attestation::kOwn;
  })));
  // Of `ca init`, which has no store.
  FLEETCA_EXPECT_OK(CheckRecord(Issue(*issuing_, [](LeafPlan& p) { p.instance = 0; })));
}

TEST_F(CallerVerifierTest, WhoeverIsRefusedAgainAndAgainDoesNotFillTheLog) {
  const std::string leaf = Issue(*issuing_);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) {
    EXPECT_THAT(CheckRecord(leaf), kIsUnknown);
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  const std::vector<std::string> parts = absl::StrSplit(log, "is in no record");
  EXPECT_GE(parts.size(), 2u) << log;
  EXPECT_LT(parts.size(), 50u) << log;
}

TEST_F(CallerVerifierTest, AStoreThatDoesNotAnswerIsNoRefusal) {
  class NoStore : public store::MemoryStore {
   public:
    absl::StatusOr<store::CertificateRecord> GetBySerial(absl::string_view) const override {
      return Unavailable(Reason::kStoreUnavailable, "no disk");
    }
  } no_store;
  const auto verifier = CallerVerifier::Create({.issuing_cas = {issuing_->certificate},
                                                .trust_domain = "fleet.example",
                                                .store = &no_store,
                                                .clock = &clock_});
  FLEETCA_ASSERT_OK(verifier);
  const std::string leaf = Issue(*issuing_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(CertificateCaller caller, (*verifier)->Verify(leaf));
  EXPECT_THAT((*verifier)->CheckRecord(leaf, &caller),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
}

TEST_F(CallerVerifierTest, RefusesWhatIsNoIssuingCa) {
  const auto refused = [this](std::vector<std::string> cas) {
    EXPECT_THAT(CallerVerifier::Create({.issuing_cas = std::move(cas),
                                        .trust_domain = "fleet.example",
                                        .store = &store_,
                                        .clock = &clock_})
                    .status(),
                IsError(absl::StatusCode::kInvalidArgument, Reason::kFileInvalid));
  };
  refused({});
  refused({issuing_->certificate, "junk"});
  refused({Issue(*issuing_)});
}

}  // namespace
}  // namespace fleetca::service
