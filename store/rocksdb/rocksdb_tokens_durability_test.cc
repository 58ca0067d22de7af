// Join tokens and one-use JWTs after a SIGKILL, a power cut and a failed write: a use and its
// certificate are both there or both absent, nothing acknowledged is lost, and nothing refused
// comes back.
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "store/rocksdb/testing/durability_fixture.h"
#include "store/testing/durability_driver.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 15;
constexpr char kRefused[] = "UNAVAILABLE STORE_UNAVAILABLE";

// What was acknowledged of one token.
struct Acknowledged {
  uint32_t uses = 0;
  bool revoked = false;
};

class RocksDbTokensDurabilityTest : public testing::DurabilityFixture {
 protected:
  RocksDbTokensDurabilityTest() : DurabilityFixture(20240602) {}

  void FloodAndKill(DurabilityDriver& driver, uint64_t first) {
    CommandAndKill(driver, absl::StrCat("tokens ", first), 200);
  }

  void Note(const std::string& line) override {
    std::istringstream words(line);
    std::string what;
    uint64_t number = 0;
    words >> what >> number;
    ASSERT_TRUE(what == "added" || what == "used" || what == "revoked") << line;
    Acknowledged& token = acknowledged_[number];
    token.uses += what == "used" ? 1 : 0;
    token.revoked = token.revoked || what == "revoked";
  }

  // How many acknowledged tokens have lost something.
  size_t CountLost(const Store& store) const {
    size_t lost = 0;
    for (const auto& [number, acknowledged] : acknowledged_) {
      const absl::StatusOr<JoinTokenState> state = store.GetJoinToken(TestJoinToken(number).hash);
      const bool whole = state.ok() && state->token == TestJoinToken(number, kFloodBatch) &&
                         state->uses >= acknowledged.uses &&
                         (!acknowledged.revoked || state->revocation == TestRevocation());
      lost += whole ? 0 : 1;
    }
    return lost;
  }

  // Of the tokens from `first` on, acknowledged or not.
  void ExpectUsesAndCertificatesTogether(const Store& store, uint64_t first) const {
    uint64_t end = first + kFloodThreads * kFloodBatch;
    if (!acknowledged_.empty()) {
      end += acknowledged_.rbegin()->first - first;
    }
    for (uint64_t number = first; number < end; number += kFloodBatch) {
      uint32_t certificates = 0;
      while (certificates < kFloodBatch &&
             store.GetBySerial(TestRecord(number + certificates).serial).ok()) {
        ASSERT_EQ(store.GetJwtUse(TestJwtUse(number + certificates).id_hash).value_or(JwtUse()),
                  TestJwtUse(number + certificates));
        ++certificates;
      }
      for (uint64_t i = number + certificates; i < number + kFloodBatch; ++i) {
        ASSERT_FALSE(store.GetJwtUse(TestJwtUse(i).id_hash).ok()) << i;
      }
      const absl::StatusOr<JoinTokenState> state = store.GetJoinToken(TestJoinToken(number).hash);
      ASSERT_EQ(state.ok() ? state->uses : 0, certificates) << number;
      if (certificates > 0) {
        ASSERT_EQ(state->last_serial, TestRecord(number + certificates - 1).serial) << number;
      }
    }
  }

  std::map<uint64_t, Acknowledged> acknowledged_;
};

TEST_F(RocksDbTokensDurabilityTest, NothingAcknowledgedIsLostByAKill) {
  for (int round = 0; round < kRounds; ++round) {
    DurabilityDriver driver(folder_, /*sync_writes=*/true);
    ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(round)));
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    ASSERT_EQ(CountLost(*store), 0u) << "of " << acknowledged_.size() << ", round " << round;
    ASSERT_NO_FATAL_FAILURE(ExpectUsesAndCertificatesTogether(*store, FirstOfRound(round)));
  }
}

TEST_F(RocksDbTokensDurabilityTest, NothingAcknowledgedIsLostByAPowerCut) {
  for (int round = 0; round < kRounds; ++round) {
    DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
    ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(round)));
    ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    ASSERT_EQ(CountLost(*store), 0u) << "of " << acknowledged_.size() << ", round " << round;
    ASSERT_NO_FATAL_FAILURE(ExpectUsesAndCertificatesTogether(*store, FirstOfRound(round)));
  }
}

// Shows that the test above can fail. What is lost is lost with its certificate.
TEST_F(RocksDbTokensDurabilityTest, APowerCutLosesWhatWasNotSynced) {
  DurabilityDriver driver(folder_, /*sync_writes=*/false, watched_, shim_folder_);
  ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(0)));
  ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
  const std::unique_ptr<Store> store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_GT(CountLost(*store), 0u);
  ExpectUsesAndCertificatesTogether(*store, FirstOfRound(0));
}

// A failed sync leaves the write in the log, which is read when the store opens anew.
TEST_F(RocksDbTokensDurabilityTest, WhatFailedIsTakenOutWhenTheStoreReopens) {
  const std::vector<std::string> writes = {"use 2 1", "revoke 1", "token 3 1"};
  for (const char* failure : {"sync=EIO", "write=EIO"}) {
    for (const std::string& write : writes) {
      SCOPED_TRACE(absl::StrCat(failure, " during ", write));
      fs::remove_all(folder_);
      fs::remove(shim_folder_ + "/control");
      fs::remove(shim_folder_ + "/journal");
      DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
      ASSERT_EQ(driver.Read(), "open");
      ASSERT_EQ(driver.Ask("token 1 5"), "OK");
      ASSERT_EQ(driver.Ask("use 1 1"), "OK");
      SetControl(failure);
      EXPECT_EQ(driver.Ask(write), kRefused);
      EXPECT_EQ(driver.Ask("state 1"), "uses 1 revoked 0");
      SetControl("");
      // Reopens; nothing is seen of what failed.
      std::string answer;
      for (int attempt = 0; answer != "OK" && attempt < 100; ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        answer = driver.Ask("append 100 1");
      }
      EXPECT_EQ(answer, "OK");
      EXPECT_EQ(driver.Ask("state 1"), "uses 1 revoked 0");
      EXPECT_EQ(driver.Ask("get 2"), "NOT_FOUND NOT_FOUND");
      EXPECT_EQ(driver.Ask("jwt 2"), "NOT_FOUND NOT_FOUND");
      EXPECT_EQ(driver.Ask("state 3"), "NOT_FOUND NOT_FOUND");
      // The same use is free for another certificate.
      EXPECT_EQ(driver.Ask("use 4 1"), "OK");
      EXPECT_EQ(driver.Ask("state 1"), "uses 2 revoked 0");
      driver.Kill();
      ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
      const std::unique_ptr<Store> store = Open();
      ASSERT_NE(store, nullptr);
      EXPECT_EQ(store->GetJoinToken(TestJoinToken(1).hash).value(),
                (JoinTokenState{TestJoinToken(1, 5), 2, TestRecord(4).serial, std::nullopt}));
      EXPECT_FALSE(store->GetBySerial(TestRecord(2).serial).ok());
      EXPECT_FALSE(store->GetJwtUse(TestJwtUse(2).id_hash).ok());
      EXPECT_EQ(store->GetJwtUse(TestJwtUse(4).id_hash).value(), TestJwtUse(4));
      EXPECT_FALSE(store->GetJoinToken(TestJoinToken(3).hash).ok());
    }
  }
}

}  // namespace
}  // namespace fleetca::store
