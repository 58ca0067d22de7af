#include "service/revocation/revoker.h"

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/revocation/identity_blocks.h"
#include "store/memory/memory_store.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using Reasons = store::RevocationReason;

auto IsInvalid(Reason reason) { return IsError(absl::StatusCode::kInvalidArgument, reason); }

constexpr char kOperator[] = "spiffe://a/operator/ann";

// Tells of each commit before it is written.
class WatchedStore : public store::MemoryStore {
 public:
  absl::StatusOr<store::CommitOutcomes> Write(const store::Commit& commit) override {
    if (!commit.revocations.empty()) {
      largest = std::max(largest, commit.revocations.size());
      if (before_revocations) {
        std::exchange(before_revocations, nullptr)();
      }
      if (commits_until_failure == 0) {
        FailAppends(Unavailable(Reason::kStoreUnavailable, "The disk is full"));
      }
      --commits_until_failure;
    }
    return MemoryStore::Write(commit);
  }
  size_t largest = 0;
  int commits_until_failure = -1;  // 0: the next one fails
  std::function<void()> before_revocations;
};

class RevokerTest : public ::testing::Test {
 protected:
  void SetUp() override {
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        follower_, RevocationFollower::Start(store_, known_, {.interval = absl::Milliseconds(5)}));
    ASSERT_TRUE(known_.AwaitComplete(absl::Seconds(30)));
    revoker_ = std::make_unique<Revoker>(store_, known_, *follower_, clock_rule_,
                                         [this] { return graces_; });
  }

  // A certificate that is valid for an hour; `change` changes its record.
  std::string Issue(const std::function<void(store::CertificateRecord&)>& change = nullptr,
                    absl::Duration lifetime = absl::Hours(1)) {
    store::CertificateRecord record =
        store::TestIssuedRecord(++number_, 3, clock_.Now() + lifetime);
    record.issued_at = clock_.Now();
    record.request_key.clear();
    record.request_digest.clear();
    record.spki_sha256 = store::TestSpkiHash(number_);
    if (change) {
      change(record);
    }
    FLEETCA_EXPECT_OK(store_.Write({.certificates = {&record, 1}}));
    return record.serial;
  }
  // What the first certificate of a line is renewed by, or `previous` of it.
  std::string Renew(const std::string& first, const std::string& previous = "") {
    store::CertificateRecord record =
        store::TestIssuedRecord(++number_, 3, clock_.Now() + absl::Hours(1));
    record.lineage = first;
    record.generation = 1;
    record.issued_at = clock_.Now();
    const store::LineageStep step{record.serial, previous.empty() ? first : previous, ""};
    FLEETCA_EXPECT_OK(store_.Write({.certificates = {&record, 1}, .lineage_steps = {&step, 1}}));
    return record.serial;
  }
  absl::StatusOr<RevokeResult> Revoke(RevocationSelection selection,
                                      Reasons reason = Reasons::kSuperseded, bool dry_run = false) {
    return revoker_->Revoke({std::move(selection), reason, kOperator, dry_run});
  }
  bool IsRevoked(const std::string& serial) {
    const bool known = known_.Find(serial).has_value();
    EXPECT_EQ(store_.GetRevocation(serial).ok(), known) << "the row and its effect differ";
    return known;
  }

  testing::FakeClock clock_;
  testing::FakeTimeWitness witness_{clock_};
  WatchedStore store_;
  ClockRule clock_rule_{clock_, witness_, store_, ClockLimits()};
  KnownRevocations known_;
  std::unique_ptr<RevocationFollower> follower_;
  RenewalGraces graces_;
  std::unique_ptr<Revoker> revoker_;
  uint64_t number_ = 0;
};

TEST_F(RevokerTest, Checklist23_KeepsTheFirstDateAndReasonAndTakesAnUpgrade) {
  const std::string serial = Issue();
  FLEETCA_ASSERT_OK_AND_ASSIGN(RevokeResult result, Revoke(RevokeSerials{{serial}}));
  EXPECT_EQ(result.revoked, 1u);
  EXPECT_EQ(result.unchanged, 0u);
  EXPECT_EQ(result.sequence, store_.last_sequence());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::Revocation first, store_.GetRevocation(serial));
  EXPECT_EQ(first.reason, Reasons::kSuperseded);
  EXPECT_EQ(first.revoked_by, kOperator);

  clock_.Advance(absl::Minutes(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(result,
                               Revoke(RevokeSerials{{serial}}, Reasons::kCessationOfOperation));
  EXPECT_EQ(result.revoked, 0u);
  EXPECT_EQ(result.unchanged, 1u);
  EXPECT_EQ(store_.GetRevocation(serial)->reason, Reasons::kSuperseded);

  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeSerials{{serial}}, Reasons::kKeyCompromise));
  EXPECT_EQ(result.upgraded, 1u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::Revocation upgraded, store_.GetRevocation(serial));
  EXPECT_EQ(upgraded.reason, Reasons::kKeyCompromise);
  EXPECT_EQ(upgraded.revoked_at, first.revoked_at);
  EXPECT_EQ(known_.Find(serial)->reason, static_cast<uint8_t>(Reasons::kKeyCompromise));
}

TEST_F(RevokerTest, Checklist12_ACompromisedKeyIsBlockedForEver) {
  const std::string serial = Issue();
  const store::BlockTarget key{store::BlockKind::kKey, store::TestSpkiHash(1)};
  FLEETCA_ASSERT_OK(Revoke(RevokeSerials{{serial}}));
  EXPECT_FALSE(known_.IsBlocked(key.kind, key.value));
  FLEETCA_ASSERT_OK(Revoke(RevokeSerials{{serial}}, Reasons::kKeyCompromise));
  EXPECT_TRUE(known_.IsBlocked(key.kind, key.value));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::Block block, store_.GetBlock(key));
  EXPECT_TRUE(block.permanent);
}

TEST_F(RevokerTest, AKeyOfNoCertificateIsBlockedToo) {
  const std::string hash(32, 'k');
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RevokeResult result,
                               Revoke(RevokeKey{hash}, Reasons::kKeyCompromise));
  EXPECT_EQ(result.revoked, 0u);
  EXPECT_TRUE(known_.IsBlocked(store::BlockKind::kKey, hash));
}

TEST_F(RevokerTest, RevokesByEachSelectorWhatItSelects) {
  const auto of = [](absl::string_view identity) {
    return
        [identity](store::CertificateRecord& record) { record.identity = std::string(identity); };
  };
  const std::string a = Issue(of("spiffe://a/svc/a"));
  const std::string b = Issue(of("spiffe://a/svc/b"));
  FLEETCA_ASSERT_OK(Revoke(RevokeIdentity{"spiffe://a/svc/a"}));
  EXPECT_TRUE(IsRevoked(a));
  EXPECT_FALSE(IsRevoked(b));

  FLEETCA_ASSERT_OK(Revoke(RevokeKey{store::TestSpkiHash(2)}));
  EXPECT_TRUE(IsRevoked(b));

  const std::string by_profile =
      Issue([](store::CertificateRecord& record) { record.profile = "host"; });
  const std::string by_issuer =
      Issue([](store::CertificateRecord& record) { record.issuer = store::TestIssuer(2); });
  clock_.Advance(absl::Minutes(5));
  const std::string late = Issue();
  FLEETCA_ASSERT_OK(Revoke(RevokeIssued{.profile = "host"}));
  EXPECT_TRUE(IsRevoked(by_profile));
  EXPECT_FALSE(IsRevoked(by_issuer));
  FLEETCA_ASSERT_OK(Revoke(RevokeIssued{.issuer = store::TestIssuer(2)}));
  EXPECT_TRUE(IsRevoked(by_issuer));
  EXPECT_FALSE(IsRevoked(late));
  FLEETCA_ASSERT_OK(Revoke(RevokeIssued{.issued_from = clock_.Now() - absl::Minutes(1)}));
  EXPECT_TRUE(IsRevoked(late));
}

TEST_F(RevokerTest, Checklist25_ALineageIsRevokedWholeByAnyOfItsCertificates) {
  const std::string first = Issue();
  const std::string other = Issue();
  const std::string second = Renew(first);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RevokeResult result, Revoke(RevokeLineage{second}));
  EXPECT_EQ(result.revoked, 2u);
  EXPECT_TRUE(IsRevoked(first));
  EXPECT_TRUE(IsRevoked(second));
  EXPECT_FALSE(IsRevoked(other));
}

// What is recorded while the revocation is written is met by the next walk.
TEST_F(RevokerTest, Checklist25_WhatIsIssuedMeanwhileIsRevokedToo) {
  const auto of_web = [](store::CertificateRecord& record) {
    record.identity = "spiffe://a/svc/w";
  };
  Issue(of_web);
  std::string meanwhile;
  store_.before_revocations = [&] { meanwhile = Issue(of_web); };
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RevokeResult result,
                               Revoke(RevokeIdentity{"spiffe://a/svc/w"}));
  EXPECT_EQ(result.revoked, 2u);
  EXPECT_EQ(result.unchanged, 0u);
  EXPECT_TRUE(IsRevoked(meanwhile));
}

TEST_F(RevokerTest, WhatHasExpiredIsLeftAloneUnlessItIsNamed) {
  const std::string old = Issue(nullptr, absl::Minutes(1));
  clock_.Advance(absl::Hours(2));
  FLEETCA_ASSERT_OK_AND_ASSIGN(RevokeResult result,
                               Revoke(RevokeIssued{.issued_to = clock_.Now()}));
  EXPECT_EQ(result.revoked, 0u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeIdentity{"spiffe://a/svc/b"}));
  EXPECT_EQ(result.revoked, 0u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeSerials{{old}}));
  EXPECT_EQ(result.revoked, 1u);
}

// What is known forgets a certificate a day after it ended; the store does not.
TEST_F(RevokerTest, Checklist23_OneThatIsForgottenIsRevokedAgainWithoutHarm) {
  const std::string old = Issue(nullptr, absl::Minutes(1));
  FLEETCA_ASSERT_OK(Revoke(RevokeSerials{{old}}));
  clock_.Advance(absl::Hours(48));
  ASSERT_EQ(known_.ForgetBelow(x509::SerialLowerBound(clock_.Now() - absl::Hours(24))), 1u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(RevokeResult result,
                               Revoke(RevokeSerials{{old}}, Reasons::kSuperseded, true));
  EXPECT_EQ(result.revoked, 0u);
  EXPECT_EQ(result.unchanged, 1u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeSerials{{old}}));
  EXPECT_EQ(result.revoked, 0u);
  EXPECT_EQ(result.unchanged, 1u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeSerials{{old}}, Reasons::kKeyCompromise));
  EXPECT_EQ(result.upgraded, 1u);
}

// Else whoever has the key would come back by a proof, after all was revoked that the identity had.
TEST_F(RevokerTest, Checklist25_WhatHasEndedAndCanStillBeRenewedIsRevokedToo) {
  const std::string profile = store::TestIssuedRecord(1, 3, clock_.Now()).profile;
  const std::string identity = store::TestIssuedRecord(1, 3, clock_.Now()).identity;
  const std::string first = Issue();
  const std::string second = Renew(first);
  const std::string third = Renew(first, second);
  const auto count = [&](const RevocationSelection& selection) -> uint64_t {
    const absl::StatusOr<RevokeResult> result = Revoke(selection, Reasons::kSuperseded, true);
    FLEETCA_EXPECT_OK(result);
    return result.ok() ? result->revoked : 0;
  };
  const RevocationSelection selections[] = {RevokeIdentity{identity}, RevokeLineage{first},
                                            RevokeIssued{.profile = profile}};
  const absl::Time end = clock_.Now() + absl::Hours(1);
  clock_.Set(end + absl::Minutes(10));
  for (const RevocationSelection& selection : selections) {
    graces_ = {{"another profile", absl::Hours(1)}};
    EXPECT_EQ(count(selection), 0u);
    graces_ = {{profile, absl::Minutes(10)}};
    EXPECT_EQ(count(selection), 0u) << "the grace is over";
    graces_ = {{profile, absl::Minutes(11)}};
    EXPECT_EQ(count(selection), 2u) << "the newest and its parent, and no older one";
  }
  EXPECT_EQ(count(RevokeKey{store::TestSpkiHash(1)}), 0u) << "the first is stale";
  FLEETCA_ASSERT_OK_AND_ASSIGN(RevokeResult result, Revoke(RevokeLineage{first}));
  EXPECT_EQ(result.revoked, 2u);
  EXPECT_FALSE(IsRevoked(first));
  EXPECT_TRUE(IsRevoked(second));
  EXPECT_TRUE(IsRevoked(third));
  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeIdentity{identity}));
  EXPECT_EQ(result.revoked, 0u);
  EXPECT_EQ(result.unchanged, 2u);

  graces_ = {{profile, absl::Hours(1)}};
  // Alone in its line, and in one that may take a step from any of its certificates.
  const std::string alone = Issue(nullptr, absl::Minutes(1));
  clock_.Advance(absl::Minutes(5));
  EXPECT_EQ(count(RevokeLineage{alone}), 1u);
  store_.SetJwtsNotBefore(clock_.Now());
  EXPECT_EQ(count(RevokeLineage{first}), 1u);
}

TEST_F(RevokerTest, ManyAreRevokedInCommitsOfAHundred) {
  std::vector<store::CertificateRecord> records;
  for (int i = 0; i < 1250; ++i) {
    records.push_back(store::TestIssuedRecord(1000 + i, 3, clock_.Now() + absl::Hours(1)));
    records.back().issued_at = clock_.Now();
  }
  FLEETCA_ASSERT_OK(store_.Write({.certificates = records}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      RevokeResult result,
      Revoke(RevokeIssued{.profile = records[0].profile}, Reasons::kSuperseded, true));
  EXPECT_EQ(result.revoked, 1250u);
  EXPECT_EQ(store_.revocation_count(), 0u) << "a dry run revoked something";
  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeIssued{.profile = records[0].profile}));
  EXPECT_EQ(result.revoked, 1250u);
  EXPECT_EQ(store_.largest, 100u);
  EXPECT_EQ(known_.counts().revoked, 1250u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(result, Revoke(RevokeIssued{.profile = records[0].profile}));
  EXPECT_EQ(result.unchanged, 1250u);
}

TEST_F(RevokerTest, ADiskThatFailsInTheMiddleLeavesWhatWasRevokedAndTheSameCallGoesOn) {
  std::vector<store::CertificateRecord> records;
  for (int i = 0; i < 250; ++i) {
    records.push_back(store::TestIssuedRecord(1000 + i, 3, clock_.Now() + absl::Hours(1)));
    records.back().issued_at = clock_.Now();
  }
  FLEETCA_ASSERT_OK(store_.Write({.certificates = records}));
  const RevocationSelection all = RevokeIssued{.profile = records[0].profile};
  // From here on nobody but the call looks.
  revoker_.reset();
  FLEETCA_ASSERT_OK_AND_ASSIGN(
      follower_, RevocationFollower::Start(store_, known_, {.interval = absl::Hours(1)}));
  ASSERT_TRUE(known_.AwaitComplete(absl::Seconds(30)));
  revoker_ = std::make_unique<Revoker>(store_, known_, *follower_, clock_rule_,
                                       [this] { return graces_; });
  store_.commits_until_failure = 1;
  const absl::Status failed = Revoke(all).status();
  EXPECT_THAT(failed, IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  EXPECT_THAT(std::string(failed.message()),
              ::testing::HasSubstr("100 certificates were revoked before this failed"));
  EXPECT_EQ(store_.revocation_count(), 100u);
  EXPECT_EQ(known_.counts().revoked, 100u) << "what is written has its effect";

  store_.FailAppends(absl::OkStatus());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const RevokeResult result, Revoke(all));
  EXPECT_EQ(result.revoked, 150u);
  EXPECT_EQ(result.unchanged, 100u);
}

TEST_F(RevokerTest, AnUnknownSerialChangesNothing) {
  const std::string known = Issue();
  const std::string unknown = store::TestSerial(clock_.Now() + absl::Hours(1), 99);
  const absl::Status status = Revoke(RevokeSerials{{known, unknown}}).status();
  EXPECT_THAT(status, IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  EXPECT_EQ(GetField(status), "serial_numbers[1]");
  EXPECT_FALSE(IsRevoked(known));
  EXPECT_THAT(Revoke(RevokeLineage{unknown}).status(),
              IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
}

TEST_F(RevokerTest, SelectionsThatMakeNoSenseAreRefused) {
  EXPECT_THAT(Revoke(RevokeSerials{}).status(), IsInvalid(Reason::kRequestEmpty));
  EXPECT_THAT(Revoke(RevokeSerials{{"short"}}).status(), IsInvalid(Reason::kSerialInvalid));
  EXPECT_THAT(
      Revoke(RevokeSerials{std::vector<std::string>(kMaxSerialsPerCall + 1, std::string(20, 1))})
          .status(),
      IsInvalid(Reason::kRequestTooLarge));
  EXPECT_THAT(Revoke(RevokeIdentity{""}).status(), IsInvalid(Reason::kRequestEmpty));
  EXPECT_THAT(Revoke(RevokeIdentity{"web"}).status(), IsInvalid(Reason::kSanInvalid));
  EXPECT_THAT(Revoke(RevokeLineage{""}).status(), IsInvalid(Reason::kSerialInvalid));
  EXPECT_THAT(Revoke(RevokeKey{"short"}).status(), IsInvalid(Reason::kKeyInvalid));
  EXPECT_THAT(Revoke(RevokeIssued{}).status(), IsInvalid(Reason::kRequestEmpty));
  EXPECT_THAT(Revoke(RevokeIssued{.issued_from = clock_.Now(), .issued_to = clock_.Now()}).status(),
              IsInvalid(Reason::kConfigInvalid));
}

TEST_F(RevokerTest, IdentitiesAreBlockedAndUnblocked) {
  IdentityBlocks blocks(store_, *follower_, clock_rule_);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::Block first,
                               blocks.Block("spiffe://a/svc/b", "lost", kOperator));
  EXPECT_THAT(known_.CheckIdentity("spiffe://a/svc/b"),
              IsError(absl::StatusCode::kPermissionDenied, Reason::kIdentityBlocked));
  clock_.Advance(absl::Minutes(1));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const store::Block again,
                               blocks.Block("spiffe://a/svc/b", "again", "spiffe://a/operator/b"));
  EXPECT_EQ(again.reason, "lost");
  EXPECT_EQ(again.blocked_at, first.blocked_at);
  FLEETCA_ASSERT_OK(blocks.Block("spiffe://a/svc/c", "", kOperator));
  FLEETCA_ASSERT_OK(Revoke(RevokeKey{std::string(32, 'k')}, Reasons::kKeyCompromise));

  std::set<std::string> listed;
  std::string from;
  do {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const BlockPage page, blocks.List(from, 1));
    ASSERT_EQ(page.blocks.size(), 1u);
    EXPECT_TRUE(listed.insert(page.blocks[0].target.value).second);
    from = page.next;
  } while (!from.empty());
  EXPECT_EQ(listed.size(), 3u);
  EXPECT_THAT(blocks.List("\xff", 1).status(), IsInvalid(Reason::kConfigInvalid));

  FLEETCA_ASSERT_OK_AND_ASSIGN(bool was, blocks.Unblock("spiffe://a/svc/b", kOperator));
  EXPECT_TRUE(was);
  FLEETCA_EXPECT_OK(known_.CheckIdentity("spiffe://a/svc/b"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(was, blocks.Unblock("spiffe://a/svc/b", kOperator));
  EXPECT_FALSE(was);
  EXPECT_THAT(blocks.Block("web", "", kOperator).status(), IsInvalid(Reason::kSanInvalid));
  EXPECT_THAT(blocks.Block("spiffe://a/svc/b", std::string(2000, 'x'), kOperator).status(),
              IsInvalid(Reason::kConfigInvalid));
}

TEST_F(RevokerTest, ALineageIsUnblockedByAnyOfItsCertificates) {
  IdentityBlocks blocks(store_, *follower_, clock_rule_);
  const std::string first = Issue();
  const std::string second = Renew(first);
  const store::Block block{.target = {store::BlockKind::kLineage, first},
                           .blocked_at = clock_.Now(),
                           .blocked_by = kOperator};
  for (const std::string& serial : {first, second}) {
    FLEETCA_ASSERT_OK(store_.Write({.blocks = {&block, 1}}));
    FLEETCA_ASSERT_OK_AND_ASSIGN(bool was, blocks.UnblockLineage(serial, kOperator));
    EXPECT_TRUE(was);
    EXPECT_TRUE(absl::IsNotFound(store_.GetBlock(block.target).status()));
    FLEETCA_ASSERT_OK_AND_ASSIGN(was, blocks.UnblockLineage(serial, kOperator));
    EXPECT_FALSE(was);
  }
}

TEST_F(RevokerTest, ALineageIsUnblockedByItsIdWhereItsFirstCertificateIsPruned) {
  IdentityBlocks blocks(store_, *follower_, clock_rule_);
  std::string pruned = Issue();
  pruned.back() = static_cast<char>(pruned.back() ^ 1);
  const store::Block block{.target = {store::BlockKind::kLineage, pruned},
                           .blocked_at = clock_.Now(),
                           .blocked_by = kOperator};
  EXPECT_THAT(blocks.UnblockLineage(pruned, kOperator).status(),
              IsError(absl::StatusCode::kNotFound, Reason::kNotFound));
  FLEETCA_ASSERT_OK(store_.Write({.blocks = {&block, 1}}));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool was, blocks.UnblockLineage(pruned, kOperator));
  EXPECT_TRUE(was);
  EXPECT_THAT(blocks.UnblockLineage("short", kOperator).status(),
              IsInvalid(Reason::kSerialInvalid));
}

}  // namespace
}  // namespace fleetca::service
