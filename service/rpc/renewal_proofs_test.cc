#include "service/rpc/renewal_proofs.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/sha256.h"
#include "service/jwt/renewal_proof.h"
#include "service/jwt/testing/jwt_maker.h"
#include "service/policy/testing/policy_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_key.h"
#include "x509/authz/provenance.h"
#include "x509/certificate.h"
#include "x509/serial.h"
#include "x509/testing/test_ca.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeClock;
using ::fleetca::testing::FakeTimeWitness;
using ::fleetca::testing::IsError;
using ::fleetca::testing::TestKey;
using x509::kTestNow;

constexpr absl::string_view kWeb = "spiffe://fleet.example/svc/web";
constexpr absl::string_view kFrom = "192.0.2.1:1000";
constexpr absl::string_view kCsr = "the DER of a CSR";
constexpr uint16_t kInstance = 0xf1ee;
constexpr absl::Duration kGrace = absl::Hours(48);

const auto kIsExpired =
    IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerCertificateExpired);
const auto kIsUnknown = IsError(absl::StatusCode::kUnauthenticated, Reason::kCallerUnknown);
const auto kIsInvalid = IsError(absl::StatusCode::kUnauthenticated, Reason::kRenewalProofInvalid);

const TestKey& Key() { return TestKey::OfType(KeyType::kP256); }

class RenewalProofsTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() {
    const x509::TestCa root = x509::MakeTestRoot(KeyType::kP256);
    issuing_ = new x509::TestCa(x509::MakeTestIssuingCa(root, KeyType::kP256));
    other_ = new x509::TestCa(x509::MakeTestIssuingCa(root, KeyType::kP256));
  }

  void SetUp() override {
    witness_.vouches = true;
    PolicyOptions options = TestPolicy({TestRule("web", "/svc/web")});
    options.profiles[1].renewal_grace = kGrace;  // "user"; "service" has none
    policies_ =
        std::make_unique<CurrentPolicy>(MakePolicy(std::move(options)), [](absl::string_view) {
          return absl::StatusOr<std::unique_ptr<const Policy>>(absl::UnimplementedError(""));
        });
    Make(absl::Hours(24 * 30));
  }

  void Make(absl::Duration retention) {
    auto made = RenewalProofs::Create({.issuing_cas = {issuing_->certificate},
                                       .trust_domain = "fleet.example",
                                       .store = &store_,
                                       .clock = &clock_},
                                      store_, retention, *policies_, clock_rule_);
    FLEETCA_ASSERT_OK(made);
    proofs_ = *std::move(made);
  }

  // A certificate of a day for /svc/web, with a record of the profile where there is one.
  std::string Leaf(const std::string& profile, const x509::TestCa& ca = *issuing_) {
    x509::CertSpec spec = x509::LeafSpec(Key());
    spec.serial = *x509::SerialNumber::Create(spec.not_after, kInstance, kTestNow);
    spec.names = {{x509::NameType::kUri, kWeb}};
    spec.provenance = *x509::BuildProvenance({.profile = "user"});
    const auto tbs_template = x509::TbsTemplate::Create(x509::LeafOptions(ca));
    FLEETCA_EXPECT_OK(tbs_template);
    const std::string tbs = (*tbs_template)->Build(spec);
    std::string der = x509::AssembleCertificate(tbs, ca.scheme, ca.key.Sign(ca.scheme, tbs));
    if (!profile.empty()) {
      Record(der, profile);
    }
    return der;
  }

  void Record(const std::string& der, const std::string& profile) {
    const x509::Certificate leaf = *x509::ParseCertificate(der);
    const auto digest = Sha256(leaf.public_key.spki);
    const store::CertificateRecord record = {
        .serial = std::string(leaf.serial),
        .certificate = der,
        .identity = std::string(kWeb),
        .requester = std::string(kWeb),
        .profile = profile,
        .issued_at = kTestNow,
        .not_before = leaf.not_before,
        .not_after = leaf.not_after,
        .issuer = std::string(leaf.authority_key_id),
        .spki_sha256 = std::string(digest.data(), digest.size())};
    FLEETCA_ASSERT_OK(store_.Write({.certificates = {&record, 1}}));
  }

  void Revoke(const std::string& der) {
    const x509::Certificate leaf = *x509::ParseCertificate(der);
    const auto digest = Sha256(leaf.public_key.spki);
    const store::Revocation revocation = {.serial = std::string(leaf.serial),
                                          .issuer = std::string(leaf.authority_key_id),
                                          .not_after = leaf.not_after,
                                          .revoked_at = kTestNow,
                                          .revoked_by = "spiffe://fleet.example/user/admin",
                                          .spki_sha256 = std::string(digest.data(), digest.size())};
    FLEETCA_ASSERT_OK(store_.Write({.revocations = {&revocation, 1}}));
  }

  // A proof by the certificate, signed now by `key`.
  std::string Proof(const std::string& der, const TestKey& key = Key(),
                    absl::string_view csr = "") const {
    std::string claim;
    if (!csr.empty()) {
      const auto digest = Sha256(csr);
      claim = absl::StrCat(R"(,"csr_sha256":")", testing::Base64Url({digest.data(), digest.size()}),
                           R"(")");
    }
    return testing::MakeToken(
        absl::StrCat(R"({"alg":"ES256","typ":"fleetca-renewal+jwt","x5c":[")",
                     absl::Base64Escape(der), R"("]})"),
        absl::StrCat(R"({"aud":")", RenewalProofAudience("fleet.example"), R"(","iat":)",
                     absl::ToUnixSeconds(clock_.Now()), R"(,"jti":"0123456789abcdef")", claim, "}"),
        key, SignatureScheme::kEcdsaSha256);
  }

  absl::StatusOr<CertificateCaller> Judge(const std::string& der) {
    return proofs_->Judge(Proof(der), "", kFrom);
  }

  inline static const x509::TestCa* issuing_;
  inline static const x509::TestCa* other_;
  FakeClock clock_{kTestNow};
  FakeTimeWitness witness_{clock_};
  store::MemoryStore store_{kInstance};
  ClockRule clock_rule_{clock_, witness_, store_, {}};
  std::unique_ptr<CurrentPolicy> policies_;
  std::unique_ptr<RenewalProofs> proofs_;
};

TEST_F(RenewalProofsTest, WhoHasTheKeyAsksForTheCertificate) {
  const std::string leaf = Leaf("service");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const CertificateCaller caller, Judge(leaf));
  EXPECT_EQ(caller.spiffe_id, kWeb);
  EXPECT_EQ(caller.address, kFrom);
  EXPECT_EQ(caller.not_after, kTestNow + absl::Hours(24));
  EXPECT_EQ(caller.grace, absl::ZeroDuration());
  ASSERT_TRUE(caller.proof.has_value());
  EXPECT_EQ(caller.proof->expires_at, kTestNow + kRenewalProofLife);
  ASSERT_NE(caller.held, nullptr);
  EXPECT_EQ(caller.held->serial, x509::ParseCertificate(leaf)->serial);
  EXPECT_EQ(caller.held->profile, "service") << "the record says";
  EXPECT_EQ(proofs_->refused(), 0u);
}

TEST_F(RenewalProofsTest, ACertificateAloneIsNoProof) {
  const std::string leaf = Leaf("service");
  EXPECT_THAT(proofs_->Judge(Proof(leaf, TestKey::Make(KeyType::kP256)), "", kFrom), kIsInvalid);
  EXPECT_THAT(proofs_->Judge("", "", kFrom), kIsInvalid);
  EXPECT_EQ(proofs_->refused(), 2u);
}

TEST_F(RenewalProofsTest, ARefusalIsInTheLogWithIdentityAndAddressButNoFlood) {
  const std::string leaf = Leaf("service");
  const TestKey thief = TestKey::Make(KeyType::kP256);
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 20; ++i) {
    EXPECT_THAT(proofs_->Judge(Proof(leaf, thief), "", kFrom), kIsInvalid);
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, ::testing::HasSubstr(absl::StrCat("identity=", kWeb)));
  EXPECT_THAT(log, ::testing::HasSubstr(absl::StrCat("peer=", kFrom)));
  const std::vector<std::string> parts = absl::StrSplit(log, "A renewal proof was refused");
  EXPECT_GE(parts.size(), 11u) << log;
  EXPECT_LT(parts.size(), 20u) << log;
}

TEST_F(RenewalProofsTest, AnotherCasCertificateProvesNothing) {
  EXPECT_THAT(Judge(Leaf("", *other_)), kIsUnknown);
  clock_.Advance(absl::Hours(25));
  EXPECT_THAT(Judge(Leaf("", *other_)), kIsUnknown);
}

TEST_F(RenewalProofsTest, ThePartyOnTheWayCannotExchangeTheKey) {
  const std::string leaf = Leaf("service");
  const std::string proof = Proof(leaf, Key(), kCsr);
  FLEETCA_EXPECT_OK(proofs_->Judge(proof, kCsr, kFrom));
  EXPECT_THAT(proofs_->Judge(proof, "the thief's CSR", kFrom),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kRenewalProofInvalid));
  EXPECT_THAT(proofs_->Judge(proof, "", kFrom), kIsInvalid);
  EXPECT_THAT(proofs_->Judge(Proof(leaf), "the thief's CSR", kFrom), kIsInvalid);
}

TEST_F(RenewalProofsTest, WithoutAGraceTheEndIsTheEnd) {
  const std::string leaf = Leaf("service");
  clock_.Set(kTestNow + absl::Hours(24) - absl::Seconds(1));
  FLEETCA_EXPECT_OK(Judge(leaf));
  clock_.Set(kTestNow + absl::Hours(24) + absl::Seconds(1));
  EXPECT_THAT(Judge(leaf), kIsExpired);
}

TEST_F(RenewalProofsTest, WithinTheGraceOfItsProfileItIsRenewedAndNotAfter) {
  const std::string leaf = Leaf("user");
  clock_.Set(kTestNow + absl::Hours(24) + kGrace - absl::Seconds(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const CertificateCaller caller, Judge(leaf));
  EXPECT_EQ(EndOf(caller), kTestNow + absl::Hours(24) + kGrace);
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Judge(leaf), kIsExpired);
}

// Whatever the process remembers of revocations is forgotten a day after the certificate ended.
TEST_F(RenewalProofsTest, ARevokedOneHasNoGrace) {
  const std::string leaf = Leaf("user");
  Revoke(leaf);
  clock_.Set(kTestNow + absl::Hours(25));
  EXPECT_THAT(Judge(leaf),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked));
}

// Nobody knows any more whether it was revoked, or what became of its line.
TEST_F(RenewalProofsTest, AnEndedOneWithoutARecordHasNoGrace) {
  const std::string unrecorded = Leaf("");
  FLEETCA_EXPECT_OK(Judge(unrecorded)) << "as in a handshake: another server's, by its provenance";
  const std::string pruned = Leaf("user");
  clock_.Set(kTestNow + absl::Hours(30));
  EXPECT_THAT(Judge(unrecorded), kIsExpired);
  FLEETCA_EXPECT_OK(Judge(pruned));
  FLEETCA_ASSERT_OK(store_.Prune(kTestNow + absl::Hours(29)));
  EXPECT_THAT(Judge(pruned), kIsExpired);
}

// Its revocation may be gone while its record is still there.
TEST_F(RenewalProofsTest, AGraceIsNoLongerThanTheStoreKeepsWhatItKnows) {
  Make(absl::Hours(24));
  const std::string leaf = Leaf("user");
  clock_.Set(kTestNow + absl::Hours(48) - absl::Seconds(1));
  FLEETCA_EXPECT_OK(Judge(leaf));
  clock_.Advance(absl::Seconds(1));
  EXPECT_THAT(Judge(leaf), kIsExpired);
}

TEST_F(RenewalProofsTest, WithAClockThatIsNotBelievedNothingIsJudged) {
  const std::string leaf = Leaf("service");
  const std::string proof = Proof(leaf);
  clock_.Set(kTestNow - absl::Hours(1));  // behind what the store has noted
  EXPECT_THAT(proofs_->Judge(proof, "", kFrom),
              IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused));
  EXPECT_EQ(proofs_->refused(), 0u);
}

}  // namespace
}  // namespace fleetca::service
