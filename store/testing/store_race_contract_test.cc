// What store.h promises of writers that ask for the same thing at the same time, on one handle and,
// where the engine has them, on two.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

using Kind = WriteOutcome::Kind;

constexpr int kThreads = 8;
constexpr int kRounds = 10;

// What all threads got.
struct Counts {
  std::atomic<uint32_t> stored{0};
  std::atomic<uint32_t> replayed{0};
  std::atomic<uint32_t> spent{0};
  std::atomic<uint32_t> stale{0};
  std::atomic<uint32_t> blocked{0};
};

class StoreRaceContractTest : public StoreContractTest {
 protected:
  void SetUp() override {
#ifdef __SANITIZE_THREAD__
    if (absl::string_view(GetParam().name) == "RocksDb") {
      GTEST_SKIP() << "ThreadSanitizer does not see how Debian's RocksDB hands writers over";
    }
#endif
    StoreContractTest::SetUp();
    if (GetParam().open_another != nullptr) {
      another_ = GetParam().open_another(*store_);
    }
  }

  // Every second thread has the other handle, where there is one.
  Store& StoreOf(int thread) {
    return another_ != nullptr && thread % 2 == 1 ? *another_ : *store_;
  }

  // All threads write at once what `run` makes them, with a number that none of the others has.
  void Race(const std::function<void(Store&, uint64_t)>& run) {
    std::atomic<int> ready{0};
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] {
        ++ready;
        while (ready < kThreads) {
        }
        run(StoreOf(thread), next_ + static_cast<uint64_t>(thread));
      });
    }
    for (std::thread& thread : threads) {
      thread.join();
    }
    next_ += kThreads;
  }

  static void Write(Store& store, const Commit& commit, Counts& counts) {
    const absl::StatusOr<CommitOutcomes> outcomes = store.Write(commit);
    ASSERT_TRUE(outcomes.ok()) << outcomes.status();
    ASSERT_EQ(outcomes->certificates.size(), commit.certificates.size());
    for (size_t i = 0; i < outcomes->certificates.size(); ++i) {
      const WriteOutcome& outcome = outcomes->certificates[i];
      const std::string& serial = commit.certificates[i].serial;
      switch (outcome.kind) {
        case Kind::kStored:
          ++counts.stored;
          break;
        case Kind::kReplayed:
          ++counts.replayed;
          EXPECT_EQ(*outcome.earlier, store.GetBySerial(outcome.earlier->serial).value());
          break;
        case Kind::kSpent:
          ++counts.spent;
          break;
        case Kind::kStale:
          ++counts.stale;
          break;
        case Kind::kBlocked:
          ++counts.blocked;
          break;
      }
      EXPECT_EQ(store.GetBySerial(serial).ok(), outcome.stored());
    }
  }

  std::unique_ptr<Store> another_;
  uint64_t next_ = 1000;
};

TEST_P(StoreRaceContractTest, ForOneRequestKey) {
  for (int round = 0; round < kRounds; ++round) {
    Counts counts;
    const std::string key = TestRequestKey(static_cast<uint64_t>(round));
    Race([&](Store& store, uint64_t number) {
      // Beside one that nobody else wants, in either order.
      std::vector<CertificateRecord> records = {TestRecord(number), TestRecord(number + 100000)};
      records[number % 2].request_key = key;
      Write(store, {.certificates = records}, counts);
    });
    EXPECT_EQ(counts.stored, kThreads + 1u);
    EXPECT_EQ(counts.replayed, kThreads - 1u);
    EXPECT_EQ(counts.spent, 0u);
  }
}

TEST_P(StoreRaceContractTest, ForTwoRequestKeysInEitherOrder) {
  for (int round = 0; round < kRounds; ++round) {
    Counts counts;
    const uint64_t first = static_cast<uint64_t>(round) * 2;
    Race([&](Store& store, uint64_t number) {
      std::vector<CertificateRecord> records = {TestRecord(number), TestRecord(number + 100000)};
      records[number % 2].request_key = TestRequestKey(first);
      records[1 - number % 2].request_key = TestRequestKey(first + 1);
      Write(store, {.certificates = records}, counts);
    });
    EXPECT_EQ(counts.stored, 2u);
    EXPECT_EQ(counts.replayed, 2u * kThreads - 2u);
  }
}

TEST_P(StoreRaceContractTest, ForTheUsesOfOneToken) {
  constexpr uint32_t kEach = 3;
  constexpr uint32_t kUses = kThreads * kEach - 5;
  for (int round = 0; round < kRounds; ++round) {
    Counts counts;
    const JoinToken token = TestJoinToken(static_cast<uint64_t>(round), kUses);
    ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
    Race([&](Store& store, uint64_t number) {
      const std::vector<CertificateRecord> records = TestRecords(number * 10, kEach);
      std::vector<JoinTokenUse> uses;
      for (const CertificateRecord& record : records) {
        uses.push_back({token.hash, record.serial});
      }
      Write(store, {.certificates = records, .token_uses = uses}, counts);
    });
    EXPECT_EQ(counts.stored, kUses);
    EXPECT_EQ(counts.spent, 5u);
    const JoinTokenState state = store_->GetJoinToken(token.hash).value();
    EXPECT_EQ(state.uses, kUses);
    EXPECT_TRUE(store_->GetBySerial(state.last_serial).ok());
  }
}

// Whatever comes at the same time, of a token's revocations one counts, and none is used after it.
TEST_P(StoreRaceContractTest, ForUsesAndRevocationsOfOneToken) {
  constexpr uint32_t kTries = 50;
  const JoinToken token = TestJoinToken(1, kTries);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  const auto state = [&] { return store_->GetJoinToken(token.hash).value_or(JoinTokenState()); };
  const auto revoke = [&](int thread, int revoker) {
    const JoinTokenRevocation revocation = {TestRevocation().revoked_at, std::to_string(revoker)};
    EXPECT_TRUE(StoreOf(thread).Write({.revoked_tokens = {{token.hash, revocation}}}).ok());
  };
  uint32_t stored = 0;
  std::vector<std::thread> threads;
  threads.emplace_back([&] {
    bool revoked = false;
    for (uint32_t number = 1; number <= kTries; ++number) {
      const CertificateRecord record = TestRecord(number);
      const absl::StatusOr<CommitOutcomes> outcomes =
          store_->Write({.certificates = {record}, .token_uses = {{token.hash, record.serial}}});
      ASSERT_TRUE(outcomes.ok()) << outcomes.status();
      EXPECT_TRUE(!revoked || !outcomes->certificates.front().stored());
      stored += outcomes->certificates.front().stored() ? 1 : 0;
      revoked = state().revocation.has_value();
    }
  });
  for (int i = 0; i < 4; ++i) {
    threads.emplace_back([&, i] {
      revoke(i, i);
      const std::optional<JoinTokenRevocation> first = state().revocation;
      revoke(i + 1, i + 10);
      EXPECT_EQ(state().revocation, first);
      EXPECT_LT(first.value_or(JoinTokenRevocation()).revoker.size(), 2u);
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(state().uses, stored);
  EXPECT_TRUE(state().revocation.has_value());
}

TEST_P(StoreRaceContractTest, ForOneJwt) {
  for (int round = 0; round < kRounds; ++round) {
    Counts counts;
    const JwtUse jwt = TestJwtUse(static_cast<uint64_t>(round));
    Race([&](Store& store, uint64_t number) {
      const CertificateRecord record = TestRecord(number);
      JwtUse use = jwt;
      use.serial = record.serial;
      Write(store, {.certificates = {record}, .jwt_uses = {use}}, counts);
    });
    EXPECT_EQ(counts.stored, 1u);
    EXPECT_EQ(counts.spent, kThreads - 1u);
    EXPECT_TRUE(store_->GetBySerial(store_->GetJwtUse(jwt.id_hash).value().serial).ok());
  }
}

TEST_P(StoreRaceContractTest, TwoHandlesSeeEachOther) {
  if (another_ == nullptr) {
    GTEST_SKIP() << "this engine has one handle at a time";
  }
  const JoinToken token = TestJoinToken(1, 2);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  const auto use = [&](Store& store, uint64_t number) {
    const CertificateRecord record = TestRecord(number);
    return WriteStored(store,
                       {.certificates = {record}, .token_uses = {{token.hash, record.serial}}});
  };
  EXPECT_TRUE(use(*store_, 1).ok());
  EXPECT_TRUE(use(*another_, 2).ok());
  EXPECT_FALSE(use(*store_, 3).ok());
  EXPECT_FALSE(use(*another_, 4).ok());
  EXPECT_EQ(another_->GetBySerial(TestRecord(1).serial).value(), TestRecord(1));
  EXPECT_EQ(store_->GetByRequestKey(TestRequestKey(2)).value(), TestRecord(2));
  EXPECT_EQ(another_->latest_time(), store_->latest_time());
  EXPECT_NE(another_->instance_id(), store_->instance_id());
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreRaceContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
