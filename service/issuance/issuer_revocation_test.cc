// What the issuer refuses because it was revoked or blocked.
#include <array>
#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "base/sha256.h"
#include "base/time_rounding.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/issuance/issuer.h"
#include "service/join/join_token.h"
#include "service/revocation/known_revocations.h"
#include "store/memory/memory_store.h"
#include "tests/testing/csr_maker.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/test_issuer.h"
#include "x509/csr.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsOk;
using ::fleetca::testing::MakeCsr;
using ::fleetca::testing::RecordingIssuance;
using ::fleetca::testing::TestIssuer;

constexpr char kWeb[] = "spiffe://fleet.test/svc/web";
const std::string kSerial(20, '\1');  // of the caller's certificate
const auto kIsRevoked = IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked);
const auto kIsBlocked = IsError(absl::StatusCode::kPermissionDenied, Reason::kIdentityBlocked);

// Does something once a batch is recorded, and before it is answered.
class EventfulStore : public store::MemoryStore {
 public:
  absl::StatusOr<store::CommitOutcomes> Write(const store::Commit& commit) override {
    auto outcomes = MemoryStore::Write(commit);
    if (!commit.certificates.empty() && recorded) {
      recorded();
    }
    return outcomes;
  }
  std::function<void()> recorded;
};

class IssuerRevocationTest : public ::testing::Test {
 protected:
  IssuerRevocationTest() { known_.SetComplete(0); }

  absl::StatusOr<IssuedCertificate> Issue(Caller caller) {
    RecordingIssuance issuance(csr_);
    issuance.AskAs(std::move(caller));
    if (std::holds_alternative<JoinTokenCaller>(*issuance.caller)) {
      issuance.request.profile = "";
    }
    Issuance* batch = &issuance;
    ca_.issuer().IssueBatch(absl::MakeSpan(&batch, 1));
    return issuance.outcome;
  }
  static CertificateCaller Web() {
    CallerCertificate held;
    held.serial = kSerial;
    held.lineage = kSerial;
    return {.spiffe_id = kWeb, .held = std::make_shared<const CallerCertificate>(std::move(held))};
  }
  void Revoke() {
    known_.Apply(store::Revocation{.serial = kSerial, .revoked_at = absl::FromUnixSeconds(1)});
  }
  void Block(absl::string_view identity) {
    known_.Apply(store::Block{.target = {store::BlockKind::kIdentity, std::string(identity)}});
  }
  std::string NewToken() {
    const absl::StatusOr<SecretBytes> token = MakeJoinToken();
    EXPECT_THAT(token, IsOk());
    const absl::Time now = FloorToSecond(ca_.clock().Now());
    const store::JoinToken record{.hash = HashJoinToken(token->view()),
                                  .identity = kWeb,
                                  .profile = "service",
                                  .creator = "spiffe://fleet.test/user/admin",
                                  .created_at = now,
                                  .expires_at = now + absl::Minutes(10),
                                  .uses = 1};
    FLEETCA_EXPECT_OK(store_.Write({.new_tokens = {record}}));
    return record.hash;
  }

  const std::string csr_ = MakeCsr();
  EventfulStore store_;
  KnownRevocations known_;
  TestIssuer ca_{{.store = &store_, .revocations = &known_}};
};

TEST_F(IssuerRevocationTest, Checklist24_ARevokedCertificateGetsNothing) {
  FLEETCA_EXPECT_OK(Issue(Web()));
  Revoke();
  EXPECT_THAT(Issue(Web()), kIsRevoked);
}

TEST_F(IssuerRevocationTest, Checklist28_NothingIsIssuedWhileItIsNotKnownWhoIsRevoked) {
  known_.SetIncomplete();
  EXPECT_THAT(Issue(Web()), IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown));
  // The CA renews its own certificates all the same.
  FLEETCA_EXPECT_OK(Issue(OwnCaller{.spiffe_id = kWeb}));
}

TEST_F(IssuerRevocationTest, ABlockedIdentityGetsNothingByWhateverCredential) {
  Block(kWeb);
  EXPECT_THAT(Issue(Web()), kIsBlocked);
  EXPECT_THAT(Issue(JwtCaller{.spiffe_id = kWeb}), kIsBlocked);
}

TEST_F(IssuerRevocationTest, NobodyGetsAnythingForABlockedIdentity) {
  Block("spiffe://fleet.test/svc/db");
  RecordingIssuance issuance(csr_);
  const std::string csr = [] {
    testing::CsrOptions options;
    options.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/db"}};
    return MakeCsr(options);
  }();
  issuance.request.csr_der = csr;
  Issuance* batch = &issuance;
  ca_.issuer().IssueBatch(absl::MakeSpan(&batch, 1));
  EXPECT_THAT(issuance.outcome, kIsBlocked);
}

TEST_F(IssuerRevocationTest, Checklist44_ATokenOfABlockedIdentityIsNotSpent) {
  const std::string hash = NewToken();
  Block(kWeb);
  EXPECT_THAT(Issue(JoinTokenCaller{.hash = hash}), kIsBlocked);
  EXPECT_EQ(store_.GetJoinToken(hash)->uses, 0u);
  known_.Apply(store::Unblock{.target = {store::BlockKind::kIdentity, kWeb}});
  FLEETCA_EXPECT_OK(Issue(JoinTokenCaller{.hash = hash}));
}

// Who revokes looks for what was recorded before that took effect; what is recorded after must not
// be answered.
TEST_F(IssuerRevocationTest, Checklist25_WhatIsRevokedWhileItIsRecordedIsNotAnswered) {
  store_.recorded = [this] { Revoke(); };
  EXPECT_THAT(Issue(Web()), kIsRevoked);
}

TEST_F(IssuerRevocationTest, Checklist25_WhatIsBlockedWhileItIsRecordedIsNotAnswered) {
  store_.recorded = [this] { Block(kWeb); };
  EXPECT_THAT(Issue(Web()), kIsBlocked);
  known_.Apply(store::Unblock{.target = {store::BlockKind::kIdentity, kWeb}});
  store_.recorded = [this] {
    known_.Apply(store::Block{.target = {store::BlockKind::kLineage, kSerial}});
  };
  EXPECT_THAT(Issue(Web()), IsError(absl::StatusCode::kPermissionDenied, Reason::kLineageBlocked));
}

TEST_F(IssuerRevocationTest, Checklist12_AKeyThatIsBlockedWhileItIsRecordedIsNotAnswered) {
  store_.recorded = [this] {
    const x509::Csr csr = *x509::ParseCsr(csr_, {});
    const std::array<char, 32> digest = Sha256(csr.public_key.spki);
    known_.Apply(store::Block{
        .target = {store::BlockKind::kKey, std::string(digest.data(), digest.size())}});
  };
  EXPECT_THAT(Issue(Web()), IsError(absl::StatusCode::kPermissionDenied, Reason::kKeyBlocked));
}

TEST_F(IssuerRevocationTest, Checklist28_NothingIsAnsweredThatIsRecordedWhileNoMoreIsKnown) {
  store_.recorded = [this] { known_.SetIncomplete(); };
  EXPECT_THAT(Issue(Web()), IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown));
}

// What one caller asks is looked at once a batch, and what others ask is theirs.
TEST_F(IssuerRevocationTest, OneCallersRequestsOfABatchAreAllJudgedAsThatCallers) {
  Revoke();
  Block("spiffe://fleet.test/svc/db");
  const auto good = std::make_shared<const Caller>(CertificateCaller{.spiffe_id = kWeb});
  const auto revoked = std::make_shared<const Caller>(Web());
  const auto blocked =
      std::make_shared<const Caller>(CertificateCaller{.spiffe_id = "spiffe://fleet.test/svc/db"});
  const std::string for_blocked =
      MakeCsr({.names = {{x509::NameType::kUri, "spiffe://fleet.test/svc/db"}}});
  std::deque<RecordingIssuance> issuances;
  std::vector<Issuance*> batch;
  for (const auto& caller : {good, good, revoked, revoked, good, blocked, blocked, good}) {
    batch.push_back(&issuances.emplace_back(caller == blocked ? for_blocked : csr_));
    issuances.back().caller = caller;
  }
  ca_.issuer().IssueBatch(batch);
  for (const RecordingIssuance& issuance : issuances) {
    if (issuance.caller == good) {
      FLEETCA_EXPECT_OK(issuance.outcome);
    } else {
      EXPECT_THAT(issuance.outcome, issuance.caller == revoked ? kIsRevoked : kIsBlocked);
    }
  }
}

}  // namespace
}  // namespace fleetca::service
