// What store.h promises of blocks, and of the feed of revocations and blocks, of every Store there
// is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <variant>
#include <vector>

#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;

class StoreFeedContractTest : public StoreContractTest {
 protected:
  RevocationChanges Read(uint64_t after, size_t limit = 100) {
    const absl::StatusOr<RevocationChanges> changes = store_->ReadRevocationFeed(after, limit);
    EXPECT_TRUE(changes.ok()) << changes.status();
    return changes.value_or(RevocationChanges());
  }

  static std::vector<uint64_t> Sequences(const RevocationChanges& changes) {
    std::vector<uint64_t> sequences;
    for (const RevocationChange& change : changes.changes) {
      sequences.push_back(SequenceOf(change));
    }
    return sequences;
  }

  std::vector<std::string> Blocked(BlockKind kind, absl::string_view from = "") {
    std::vector<std::string> values;
    const absl::Status status = store_->ForEachBlock(kind, from, [&](const Block& block) {
      EXPECT_EQ(block.target.kind, kind);
      values.push_back(block.target.value);
      return true;
    });
    EXPECT_TRUE(status.ok()) << status;
    return values;
  }

  BlockOutcome::Kind BlockIt(const Block& block) {
    return MustWrite({.blocks = {block}}).blocks.at(0).kind;
  }
  UnblockOutcome UnblockIt(const BlockTarget& target) {
    return MustWrite({.unblocks = {TestUnblock(target)}}).unblocks.at(0);
  }

  const Block identity_ = TestBlock(BlockKind::kIdentity, "spiffe://a/svc/b");
  const Block key_ = TestBlock(BlockKind::kKey, TestSpkiHash(1));
};

TEST_P(StoreFeedContractTest, ABlockIsKeptUntilItIsTakenBack) {
  ExpectNotFound(store_->GetBlock(identity_.target).status());
  EXPECT_EQ(BlockIt(identity_), BlockOutcome::Kind::kBlocked);
  Block expected = identity_;
  expected.sequence = 1;
  EXPECT_EQ(store_->GetBlock(identity_.target).value(), expected);
  // The first stays.
  Block again = identity_;
  again.blocked_at += absl::Hours(1);
  CommitOutcomes outcomes = MustWrite({.blocks = {again}});
  EXPECT_EQ(outcomes.blocks.at(0).kind, BlockOutcome::Kind::kUnchanged);
  EXPECT_EQ(*outcomes.blocks.at(0).earlier, expected);
  EXPECT_EQ(store_->GetBlock(identity_.target).value(), expected);
  EXPECT_EQ(UnblockIt(identity_.target), UnblockOutcome::kUnblocked);
  ExpectNotFound(store_->GetBlock(identity_.target).status());
  EXPECT_EQ(UnblockIt(identity_.target), UnblockOutcome::kNotBlocked);
  EXPECT_EQ(store_->last_sequence(), 2u);
  EXPECT_EQ(store_->latest_time(), TestUnblock(identity_.target).unblocked_at);
  EXPECT_EQ(BlockIt(again), BlockOutcome::Kind::kBlocked);
}

TEST_P(StoreFeedContractTest, APermanentBlockIsForEver) {
  BlockIt(key_);
  Block permanent = key_;
  permanent.permanent = true;
  permanent.blocked_by = "somebody else";
  EXPECT_EQ(BlockIt(permanent), BlockOutcome::Kind::kUpgraded);
  Block expected = key_;
  expected.permanent = true;
  expected.sequence = 2;
  EXPECT_EQ(store_->GetBlock(key_.target).value(), expected);
  EXPECT_EQ(BlockIt(key_), BlockOutcome::Kind::kUnchanged);
  EXPECT_EQ(UnblockIt(key_.target), UnblockOutcome::kPermanent);
  EXPECT_EQ(store_->GetBlock(key_.target).value(), expected);
  EXPECT_THAT(Sequences(Read(0)), ElementsAre(2));
}

TEST_P(StoreFeedContractTest, BlocksAreListedByKind) {
  MustWrite({.blocks = {TestBlock(BlockKind::kIdentity, "spiffe://c"),
                        TestBlock(BlockKind::kIdentity, "spiffe://a"),
                        TestBlock(BlockKind::kIdentity, "spiffe://b"), key_,
                        TestBlock(BlockKind::kLineage, TestRecord(1).serial)}});
  EXPECT_THAT(Blocked(BlockKind::kIdentity), ElementsAre("spiffe://a", "spiffe://b", "spiffe://c"));
  EXPECT_THAT(Blocked(BlockKind::kIdentity, "spiffe://b"), ElementsAre("spiffe://b", "spiffe://c"));
  EXPECT_THAT(Blocked(BlockKind::kKey), ElementsAre(TestSpkiHash(1)));
  EXPECT_THAT(Blocked(BlockKind::kLineage), ElementsAre(TestRecord(1).serial));
  size_t seen = 0;
  EXPECT_TRUE(
      store_->ForEachBlock(BlockKind::kIdentity, "", [&](const Block&) { return ++seen < 2; })
          .ok());
  EXPECT_EQ(seen, 2u);
}

TEST_P(StoreFeedContractTest, WhatIsNoBlockIsRefused) {
  for (const Block& block :
       {TestBlock(BlockKind::kIdentity, ""),
        TestBlock(BlockKind::kIdentity, std::string(2049, 'x')),
        TestBlock(BlockKind::kKey, "short"), TestBlock(BlockKind::kLineage, "short"),
        TestBlock(static_cast<BlockKind>(9), "x")}) {
    ExpectInternal(store_->Write({.blocks = {block}}).status());
    ExpectInternal(store_->Write({.unblocks = {TestUnblock(block.target)}}).status());
  }
  Block permanent = identity_;
  permanent.permanent = true;
  ExpectInternal(store_->Write({.blocks = {permanent}}).status());
  ExpectInternal(store_->Write({.blocks = {identity_, identity_}}).status());
  ExpectInternal(
      store_->Write({.blocks = {identity_}, .unblocks = {TestUnblock(identity_.target)}}).status());
  EXPECT_EQ(store_->last_sequence(), 0u);
}

TEST_P(StoreFeedContractTest, EveryChangeIsInTheFeedInOrder) {
  const CertificateRecord record = TestIssuedRecord(1);
  Append(record);
  MustWrite({.revocations = {RevocationOf(record)}, .blocks = {identity_, key_}});
  UnblockIt(identity_.target);
  const RevocationChanges changes = Read(0);
  EXPECT_FALSE(changes.dropped);
  EXPECT_EQ(changes.last_sequence, 4u);
  // Of each target the last change alone.
  ASSERT_THAT(Sequences(changes), ElementsAre(1, 3, 4));
  EXPECT_EQ(std::get<Revocation>(changes.changes[0]), WithSequence(RevocationOf(record), 1));
  EXPECT_EQ(std::get<Block>(changes.changes[1]).target, key_.target);
  Unblock unblock = TestUnblock(identity_.target);
  unblock.sequence = 4;
  EXPECT_EQ(std::get<Unblock>(changes.changes[2]), unblock);
  // An upgrade moves its certificate to the end.
  MustWrite({.revocations = {RevocationOf(record, RevocationReason::kKeyCompromise)}});
  EXPECT_THAT(Sequences(Read(0)), ElementsAre(3, 4, 5));
  EXPECT_THAT(Sequences(Read(3)), ElementsAre(4, 5));
  EXPECT_THAT(Sequences(Read(0, 2)), ElementsAre(3, 4));
  EXPECT_THAT(Sequences(Read(5)), ElementsAre());
  EXPECT_FALSE(Read(5).dropped);
  EXPECT_THAT(Sequences(Read(0, 0)), ElementsAre());
}

TEST_P(StoreFeedContractTest, WhatExpiredIsDroppedAndReadersAreTold) {
  const absl::Time soon = absl::FromUnixSeconds(3600 * 1000);
  const CertificateRecord first = TestIssuedRecord(1, 3, soon);
  const CertificateRecord second = TestIssuedRecord(2, 3, soon + absl::Hours(5));
  const CertificateRecord third = TestIssuedRecord(3, 3, soon);
  MustWrite({.certificates = {first, second, third}});
  MustWrite({.revocations = RevocationsOf({first, second, third})});
  EXPECT_EQ(store_->DropRevocations(soon).value(), 0u);
  EXPECT_FALSE(Read(0).dropped);
  EXPECT_EQ(store_->DropRevocations(soon + absl::Hours(1)).value(), 2u);
  ExpectNotFound(store_->GetRevocation(first.serial).status());
  EXPECT_TRUE(store_->GetRevocation(second.serial).ok());
  EXPECT_EQ(store_->revocation_count(), 1u);
  EXPECT_EQ(store_->last_sequence(), 3u);
  size_t in_shard = 0;
  EXPECT_EQ(store_
                ->ForEachRevocation({TestIssuer(), 3}, "",
                                    [&](const Revocation& revocation) {
                                      EXPECT_EQ(revocation.serial, second.serial);
                                      return ++in_shard > 0;
                                    })
                .value(),
            3u);
  EXPECT_EQ(in_shard, 1u);
  for (const uint64_t after : {0, 1, 2}) {
    const RevocationChanges changes = Read(after);
    EXPECT_TRUE(changes.dropped);
    EXPECT_TRUE(changes.changes.empty());
    EXPECT_EQ(changes.last_sequence, 3u);
  }
  // Who had seen all of them goes on, and the numbers do.
  EXPECT_FALSE(Read(3).dropped);
  BlockIt(identity_);
  EXPECT_THAT(Sequences(Read(3)), ElementsAre(4));
  EXPECT_EQ(store_->DropRevocations(soon + absl::Hours(1)).value(), 0u);
}

TEST_P(StoreFeedContractTest, TheEndOfABlockIsDropped) {
  BlockIt(identity_);
  UnblockIt(identity_.target);
  BlockIt(key_);
  const absl::Time at = TestUnblock(identity_.target).unblocked_at;
  EXPECT_EQ(store_->DropRevocations(at).value(), 0u);
  EXPECT_EQ(store_->DropRevocations(at + absl::Seconds(1)).value(), 1u);
  EXPECT_TRUE(Read(1).dropped);
  EXPECT_THAT(Sequences(Read(2)), ElementsAre(3));
  EXPECT_EQ(store_->revocation_count(), 0u);
}

TEST_P(StoreFeedContractTest, ManyAreDropped) {
  const std::vector<CertificateRecord> records = TestIssuedRecords(1, 1300);
  MustWrite({.certificates = records});
  MustWrite({.revocations = RevocationsOf(records)});
  EXPECT_EQ(store_->DropRevocations(records[0].not_after + absl::Hours(2)).value(), 1300u);
  EXPECT_EQ(store_->revocation_count(), 0u);
  EXPECT_TRUE(Read(1299).dropped);
  EXPECT_FALSE(Read(1300).dropped);
}

TEST_P(StoreFeedContractTest, PruningTakesRevocationsAlong) {
  const CertificateRecord record = TestIssuedRecord(1);
  Append(record);
  MustWrite({.revocations = {RevocationOf(record)}});
  ASSERT_TRUE(store_->Prune(record.not_after + absl::Hours(2)).ok());
  ExpectNotFound(store_->GetRevocation(record.serial).status());
  EXPECT_EQ(store_->revocation_count(), 0u);
}

// What readers have seen may be lost, and the same numbers be given anew.
TEST_P(StoreFeedContractTest, AfterARestoreEveryReaderIsTold) {
  const CertificateRecord record = TestIssuedRecord(1);
  Append(record);
  MustWrite({.revocations = {RevocationOf(record)}});
  EXPECT_TRUE(Read(100).dropped);
  Restore(absl::FromUnixSeconds(1750000000));
  EXPECT_TRUE(store_->GetRevocation(record.serial).ok());
  EXPECT_EQ(store_->revocation_count(), 1u);
  for (const uint64_t after : {0, 1, 100, 1000000}) {
    EXPECT_TRUE(Read(after).dropped) << after;
  }
  const uint64_t last = store_->last_sequence();
  EXPECT_FALSE(Read(last).dropped);
  BlockIt(identity_);
  EXPECT_THAT(Sequences(Read(last)), ElementsAre(last + 1));
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreFeedContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
