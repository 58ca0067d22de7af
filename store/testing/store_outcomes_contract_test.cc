// What store.h promises of the outcomes of a write, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;

using Kind = WriteOutcome::Kind;

class StoreOutcomesContractTest : public StoreContractTest {
 protected:
  std::vector<WriteOutcome> MustWrite(const Commit& commit) {
    absl::StatusOr<CommitOutcomes> outcomes = store_->Write(commit);
    EXPECT_TRUE(outcomes.ok()) << outcomes.status();
    return outcomes.ok() ? std::move(outcomes->certificates) : std::vector<WriteOutcome>();
  }

  static std::vector<Kind> KindsOf(const std::vector<WriteOutcome>& outcomes) {
    std::vector<Kind> kinds;
    for (const WriteOutcome& outcome : outcomes) {
      kinds.push_back(outcome.kind);
      EXPECT_EQ(outcome.earlier != nullptr, outcome.kind == Kind::kReplayed);
    }
    return kinds;
  }

  // With a serial of its own and the request_key of another.
  static CertificateRecord Again(uint64_t number, uint64_t request) {
    CertificateRecord record = TestRecord(number);
    record.request_key = TestRequestKey(request);
    return record;
  }

  void ExpectNothingOf(const CertificateRecord& record) {
    ExpectNotFound(store_->GetBySerial(record.serial).status());
    EXPECT_THAT(SerialsByExpiry(absl::InfinitePast(), absl::InfiniteFuture()),
                ::testing::Not(::testing::Contains(record.serial)));
    EXPECT_THAT(SerialsByIdentity(record.identity),
                ::testing::Not(::testing::Contains(record.serial)));
  }

  uint32_t UsesOf(const JoinToken& token) {
    return store_->GetJoinToken(token.hash).value_or(JoinTokenState()).uses;
  }
};

TEST_P(StoreOutcomesContractTest, ARequestKeyIsRecordedOnce) {
  Append(TestRecord(1));
  const std::vector<CertificateRecord> records = {TestRecord(2), Again(3, 1), TestRecord(4)};
  const std::vector<WriteOutcome> outcomes = MustWrite({.certificates = records});
  ASSERT_THAT(KindsOf(outcomes), ElementsAre(Kind::kStored, Kind::kReplayed, Kind::kStored));
  EXPECT_EQ(*outcomes[1].earlier, TestRecord(1));
  ExpectNothingOf(records[1]);
  EXPECT_EQ(store_->GetByRequestKey(TestRequestKey(1)).value(), TestRecord(1));
  EXPECT_TRUE(store_->GetBySerial(records[0].serial).ok());
  EXPECT_TRUE(store_->GetBySerial(records[2].serial).ok());
}

TEST_P(StoreOutcomesContractTest, ARequestKeyIsRecordedOnceWithinACommit) {
  const std::vector<CertificateRecord> records = {Again(1, 9), TestRecord(2), Again(3, 9),
                                                  Again(4, 9)};
  const std::vector<WriteOutcome> outcomes = MustWrite({.certificates = records});
  ASSERT_THAT(KindsOf(outcomes),
              ElementsAre(Kind::kStored, Kind::kStored, Kind::kReplayed, Kind::kReplayed));
  EXPECT_EQ(*outcomes[2].earlier, records[0]);
  EXPECT_EQ(*outcomes[3].earlier, records[0]);
  EXPECT_EQ(store_->GetByRequestKey(TestRequestKey(9)).value(), records[0]);
  ExpectNothingOf(records[2]);
  ExpectNothingOf(records[3]);
}

TEST_P(StoreOutcomesContractTest, RecordsWithoutRequestKeyAreNoReplays) {
  std::vector<CertificateRecord> records = TestRecords(1, 3);
  for (CertificateRecord& record : records) {
    record.request_key.clear();
  }
  EXPECT_THAT(KindsOf(MustWrite({.certificates = records})),
              ElementsAre(Kind::kStored, Kind::kStored, Kind::kStored));
}

TEST_P(StoreOutcomesContractTest, AReplayUsesNothing) {
  const JoinToken token = TestJoinToken(1, 2);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  Append(TestRecord(1));
  const CertificateRecord again = Again(2, 1);
  JwtUse jwt = TestJwtUse(2);
  EXPECT_THAT(KindsOf(MustWrite({.certificates = {again},
                                 .token_uses = {{token.hash, again.serial}},
                                 .jwt_uses = {jwt}})),
              ElementsAre(Kind::kReplayed));
  EXPECT_EQ(UsesOf(token), 0u);
  ExpectNotFound(store_->GetJwtUse(jwt.id_hash).status());
}

// The answer that was lost is given again, whatever became of what it used.
TEST_P(StoreOutcomesContractTest, AReplayComesBeforeASpentToken) {
  const JoinToken token = TestJoinToken(1, 1);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  const CertificateRecord first = TestRecord(1);
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {first},
                                    .token_uses = {{token.hash, first.serial}},
                                    .jwt_uses = {TestJwtUse(1)}})
                  .ok());
  const CertificateRecord again = Again(2, 1);
  JwtUse jwt = TestJwtUse(1);
  jwt.serial = again.serial;
  const std::vector<WriteOutcome> outcomes = MustWrite(
      {.certificates = {again}, .token_uses = {{token.hash, again.serial}}, .jwt_uses = {jwt}});
  ASSERT_THAT(KindsOf(outcomes), ElementsAre(Kind::kReplayed));
  EXPECT_EQ(*outcomes[0].earlier, first);
}

TEST_P(StoreOutcomesContractTest, ATokenIsUsedAsOftenAsItWasMadeForWithinACommit) {
  const JoinToken token = TestJoinToken(1, 5);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  std::vector<CertificateRecord> records = TestRecords(1, 8);
  std::vector<JoinTokenUse> uses;
  for (const CertificateRecord& record : records) {
    uses.push_back({token.hash, record.serial});
  }
  uses.erase(uses.begin() + 1);  // the second is without a token
  const std::vector<WriteOutcome> outcomes =
      MustWrite({.certificates = records, .token_uses = uses});
  ASSERT_THAT(KindsOf(outcomes),
              ElementsAre(Kind::kStored, Kind::kStored, Kind::kStored, Kind::kStored, Kind::kStored,
                          Kind::kStored, Kind::kSpent, Kind::kSpent));
  std::vector<uint32_t> counts;
  for (const WriteOutcome& outcome : outcomes) {
    counts.push_back(outcome.token_uses);
  }
  EXPECT_THAT(counts, ElementsAre(1, 0, 2, 3, 4, 5, 0, 0));
  EXPECT_EQ(store_->GetJoinToken(token.hash).value(),
            (JoinTokenState{token, 5, records[5].serial, std::nullopt}));
  ExpectNothingOf(records[6]);
  ExpectNothingOf(records[7]);
  // Its request_key is free: nothing was issued by it.
  ExpectNotFound(store_->GetByRequestKey(records[7].request_key).status());
  EXPECT_THAT(KindsOf(MustWrite({.certificates = {records[7]}})), ElementsAre(Kind::kStored));
}

TEST_P(StoreOutcomesContractTest, UnknownAndRevokedTokensAreSpent) {
  const JoinToken good = TestJoinToken(1, 5);
  const JoinToken revoked = TestJoinToken(2, 5);
  const JoinToken unknown = TestJoinToken(3, 5);
  ASSERT_TRUE(store_->Write({.new_tokens = {good, revoked}}).ok());
  ASSERT_TRUE(store_->Write({.revoked_tokens = {{revoked.hash, TestRevocation()}}}).ok());
  const std::vector<CertificateRecord> records = TestRecords(1, 3);
  EXPECT_THAT(KindsOf(MustWrite({.certificates = records,
                                 .token_uses = {{revoked.hash, records[0].serial},
                                                {unknown.hash, records[1].serial},
                                                {good.hash, records[2].serial}},
                                 .new_tokens = {unknown}})),
              ElementsAre(Kind::kSpent, Kind::kSpent, Kind::kStored));
  ExpectNothingOf(records[0]);
  ExpectNothingOf(records[1]);
  EXPECT_EQ(UsesOf(good), 1u);
  // It came with the commit: from now on it may be used.
  EXPECT_EQ(UsesOf(unknown), 0u);
  EXPECT_THAT(KindsOf(MustWrite({.certificates = {records[1]},
                                 .token_uses = {{unknown.hash, records[1].serial}}})),
              ElementsAre(Kind::kStored));
}

TEST_P(StoreOutcomesContractTest, AJwtIsUsedOnce) {
  const std::vector<CertificateRecord> records = TestRecords(1, 4);
  std::vector<JwtUse> uses(3, TestJwtUse(7));
  for (size_t i = 0; i < uses.size(); ++i) {
    uses[i].serial = records[i].serial;
  }
  EXPECT_THAT(KindsOf(MustWrite(
                  {.certificates = {records[0], records[1]}, .jwt_uses = {uses[0], uses[1]}})),
              ElementsAre(Kind::kStored, Kind::kSpent));
  EXPECT_THAT(KindsOf(MustWrite({.certificates = {records[2], records[3]}, .jwt_uses = {uses[2]}})),
              ElementsAre(Kind::kSpent, Kind::kStored));
  EXPECT_EQ(store_->GetJwtUse(uses[0].id_hash).value(), uses[0]);
  ExpectNothingOf(records[1]);
  ExpectNothingOf(records[2]);
}

// Both or none: what a spent JWT came with is not used.
TEST_P(StoreOutcomesContractTest, ACertificateUsesAllThatItNamesOrNothing) {
  const JoinToken token = TestJoinToken(1, 5);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  ASSERT_TRUE(
      WriteStored(*store_, {.certificates = {TestRecord(1)}, .jwt_uses = {TestJwtUse(1)}}).ok());
  const CertificateRecord record = TestRecord(2);
  JwtUse used = TestJwtUse(1);
  used.serial = record.serial;
  EXPECT_THAT(KindsOf(MustWrite({.certificates = {record},
                                 .token_uses = {{token.hash, record.serial}},
                                 .jwt_uses = {used}})),
              ElementsAre(Kind::kSpent));
  EXPECT_EQ(UsesOf(token), 0u);
}

TEST_P(StoreOutcomesContractTest, ACertificateNamesOneTokenOfAKind) {
  const JoinToken first = TestJoinToken(1);
  const JoinToken second = TestJoinToken(2);
  ASSERT_TRUE(store_->Write({.new_tokens = {first, second}}).ok());
  const CertificateRecord record = TestRecord(1);
  for (const JoinToken& other : {first, second}) {
    ExpectInternal(
        store_
            ->Write({.certificates = {record},
                     .token_uses = {{first.hash, record.serial}, {other.hash, record.serial}}})
            .status());
  }
  ExpectNothingOf(record);
  EXPECT_EQ(UsesOf(first), 0u);
  EXPECT_EQ(UsesOf(second), 0u);
}

TEST_P(StoreOutcomesContractTest, ACommitOfWhichNothingIsStoredLeavesNoTrace) {
  Append(TestRecord(1));
  const absl::Time before = store_->latest_time();
  const uint64_t commits = store_->stats().commit_records.Snapshot().count();
  EXPECT_THAT(KindsOf(MustWrite({.certificates = {Again(5, 1)}})), ElementsAre(Kind::kReplayed));
  EXPECT_EQ(store_->latest_time(), before);
  EXPECT_EQ(store_->stats().commit_records.Snapshot().count(), commits);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreOutcomesContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
