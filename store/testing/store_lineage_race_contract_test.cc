// What store.h promises of those who renew, revoke, block and number CRLs at the same time, on one
// handle and, where the engine has them, on two.
#include <gtest/gtest.h>

#include <atomic>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "absl/synchronization/mutex.h"
#include "store/testing/store_race.h"
#include "store/testing/test_lineage.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

class StoreLineageRaceContractTest : public StoreRaceTest {};

// Some renew from the newest certificate and some from its parent. Whichever comes first decides
// which of the two is a copy: those from the other are stale.
TEST_P(StoreLineageRaceContractTest, ForTheNextStep) {
  for (int round = 0; round < kRounds; ++round) {
    const CertificateRecord first = TestRecord(static_cast<uint64_t>(round));
    const CertificateRecord second = TestRenewal(static_cast<uint64_t>(round) + 500, first);
    Append(first);
    ASSERT_TRUE(WriteRenewal(*store_, second, first).value().stored());
    absl::Mutex mutex;
    std::set<std::string> previous_of_stored;
    std::set<std::string> stored;
    Race([&](Store& store, uint64_t number) {
      const CertificateRecord& previous = number % 3 == 0 ? first : second;
      const CertificateRecord renewal = TestRenewal(number, previous);
      const absl::StatusOr<WriteOutcome> outcome = WriteRenewal(store, renewal, previous);
      ASSERT_TRUE(outcome.ok()) << outcome.status();
      EXPECT_EQ(store.GetBySerial(renewal.serial).ok(), outcome->stored());
      absl::MutexLock lock(&mutex);
      if (outcome->stored()) {
        previous_of_stored.insert(previous.serial);
        stored.insert(renewal.serial);
      } else {
        EXPECT_EQ(outcome->kind, WriteOutcome::Kind::kStale);
      }
    });
    ASSERT_EQ(previous_of_stored.size(), 1u);
    const LineageState state = store_->GetLineage(first.serial).value();
    EXPECT_EQ(state.parent, *previous_of_stored.begin());
    EXPECT_TRUE(stored.contains(state.newest));
    EXPECT_EQ(state.generation, store_->GetBySerial(state.newest).value().generation);
    // All but the one that came last are from a certificate that was replaced.
    for (const std::string& serial : stored) {
      const CertificateRecord previous = store_->GetBySerial(serial).value();
      const absl::StatusOr<WriteOutcome> outcome =
          WriteRenewal(*store_, TestRenewal(next_++, previous), previous);
      EXPECT_EQ(outcome.value().stored(), serial == state.newest);
    }
  }
}

// No step is stored after a block of its lineage returned.
TEST_P(StoreLineageRaceContractTest, ForStepsAndABlock) {
  const CertificateRecord first = TestRecord(1);
  Append(first);
  std::atomic<bool> blocked{false};
  std::thread blocker([&] {
    while (store_->GetLineage(first.serial).value_or(LineageState()).generation < 5) {
    }
    EXPECT_TRUE(StoreOf(1).Write({.blocks = {TestBlock(BlockKind::kLineage, first.serial)}}).ok());
    blocked = true;
  });
  CertificateRecord newest = first;
  for (WriteOutcome outcome; outcome.stored();) {
    const CertificateRecord renewal = TestRenewal(next_++, newest);
    const bool was_blocked = blocked;
    absl::StatusOr<WriteOutcome> written = WriteRenewal(*store_, renewal, newest);
    if (!written.ok()) {
      ADD_FAILURE() << written.status();
      break;
    }
    outcome = *std::move(written);
    EXPECT_FALSE(was_blocked && outcome.stored());
    newest = outcome.stored() ? renewal : newest;
  }
  blocker.join();
  EXPECT_EQ(store_->GetLineage(first.serial).value().newest, newest.serial);
}

TEST_P(StoreLineageRaceContractTest, ForOneRevocation) {
  for (int round = 0; round < kRounds; ++round) {
    const CertificateRecord record = TestIssuedRecord(static_cast<uint64_t>(round));
    Append(record);
    std::atomic<int> revoked{0};
    std::atomic<int> upgraded{0};
    Race([&](Store& store, uint64_t number) {
      Revocation revocation =
          RevocationOf(record, number % 2 == 0 ? RevocationReason::kKeyCompromise
                                               : RevocationReason::kSuperseded);
      revocation.revoked_by = std::to_string(number);
      const absl::StatusOr<CommitOutcomes> outcomes = store.Write({.revocations = {revocation}});
      ASSERT_TRUE(outcomes.ok()) << outcomes.status();
      const RevocationOutcome::Kind kind = outcomes->revocations.at(0).kind;
      revoked += kind == RevocationOutcome::Kind::kRevoked ? 1 : 0;
      upgraded += kind == RevocationOutcome::Kind::kUpgraded ? 1 : 0;
    });
    EXPECT_EQ(revoked, 1);
    const Revocation kept = store_->GetRevocation(record.serial).value();
    EXPECT_EQ(kept.reason, RevocationReason::kKeyCompromise);
    EXPECT_EQ(upgraded, std::stoi(kept.revoked_by) % 2);
    EXPECT_EQ(kept.sequence, store_->last_sequence());
    EXPECT_EQ(store_->revocation_count(), static_cast<uint64_t>(round) + 1);
  }
}

TEST_P(StoreLineageRaceContractTest, ForOneCrlNumber) {
  for (uint64_t round = 1; round <= kRounds; ++round) {
    std::atomic<int> stored{0};
    Race([&](Store& store, uint64_t number) {
      const CrlState state = {{TestIssuer(), 1},
                              round,
                              absl::FromUnixSeconds(1),
                              absl::FromUnixSeconds(static_cast<int64_t>(number))};
      const absl::StatusOr<CommitOutcomes> outcomes = store.Write({.crl_states = {state}});
      ASSERT_TRUE(outcomes.ok()) << outcomes.status();
      stored += outcomes->crl_states.at(0).kind == CrlStateOutcome::Kind::kStored ? 1 : 0;
    });
    EXPECT_EQ(stored, 1);
    EXPECT_EQ(store_->GetCrlState({TestIssuer(), 1}).value().number, round);
  }
}

// Who follows the feed while many write misses nothing.
TEST_P(StoreLineageRaceContractTest, ForTheOrderOfTheFeed) {
  constexpr uint64_t kEach = 20;
  const std::vector<CertificateRecord> records = TestIssuedRecords(1, kThreads * kEach);
  MustWrite({.certificates = records});
  std::vector<uint64_t> seen;
  std::thread reader([&] {
    for (uint64_t after = 0; after < records.size();) {
      const absl::StatusOr<RevocationChanges> changes = StoreOf(1).ReadRevocationFeed(after, 7);
      ASSERT_TRUE(changes.ok()) << changes.status();
      for (const RevocationChange& change : changes->changes) {
        after = SequenceOf(change);
        seen.push_back(after);
      }
    }
  });
  Race([&](Store& store, uint64_t number) {
    const uint64_t first = number % kThreads * kEach;
    for (uint64_t i = first; i < first + kEach; i += 2) {
      EXPECT_TRUE(
          store.Write({.revocations = {RevocationOf(records[i]), RevocationOf(records[i + 1])}})
              .ok());
      EXPECT_GE(store.last_sequence(), store.GetRevocation(records[i].serial).value().sequence);
    }
  });
  reader.join();
  ASSERT_EQ(seen.size(), records.size());
  for (uint64_t i = 0; i < seen.size(); ++i) {
    ASSERT_EQ(seen[i], i + 1);
  }
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreLineageRaceContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
