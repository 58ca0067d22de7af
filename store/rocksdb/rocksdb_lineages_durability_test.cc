// Lineages, revocations, blocks and CRL numbers after a SIGKILL, a power cut and a failed write:
// nothing acknowledged is lost, a step and its certificate are both there or both absent, and what
// a refused write wrote over is there again.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <map>
#include <memory>
#include <set>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "store/rocksdb/testing/durability_fixture.h"
#include "store/testing/durability_driver.h"
#include "store/testing/durability_lineages.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 12;
constexpr char kRefused[] = "UNAVAILABLE STORE_UNAVAILABLE";

// What was acknowledged of one lineage.
struct Acknowledged {
  uint32_t renewals = 0;
  bool withdrawn = false;
};

class RocksDbLineagesDurabilityTest : public testing::DurabilityFixture {
 protected:
  RocksDbLineagesDurabilityTest() : DurabilityFixture(20240603) {}

  void FloodAndKill(DurabilityDriver& driver, uint64_t first) {
    CommandAndKill(driver, absl::StrCat("lineages ", first), 200);
  }

  void Note(const std::string& line) override {
    std::istringstream words(line);
    std::string what;
    uint64_t number = 0;
    words >> what >> number;
    ASSERT_TRUE(what == "issued" || what == "renewed" || what == "withdrawn" ||
                what == "numbered" || what == "ordered")
        << line;
    Acknowledged& lineage = acknowledged_[number];
    lineage.renewals += what == "renewed" ? 1 : 0;
    lineage.withdrawn = lineage.withdrawn || what == "withdrawn";
    if (what == "ordered") {
      orders_.insert(number + 1);
    }
    if (what == "numbered") {
      uint64_t& highest = numbers_[TestCrlOf(number)];
      highest = std::max(highest, number);
    }
  }

  // How many acknowledged lineages have lost something.
  size_t CountLost(const Store& store) const {
    size_t lost = 0;
    for (const auto& [number, acknowledged] : acknowledged_) {
      const std::string serial = TestRecord(number).serial;
      const bool whole =
          store.GetBySerial(serial).ok() &&
          store.GetLineage(serial).value_or(LineageState()).generation >= acknowledged.renewals &&
          (!acknowledged.withdrawn || store.GetRevocation(serial).ok());
      lost += whole ? 0 : 1;
    }
    for (const auto& [crl, number] : numbers_) {
      lost += store.GetCrlState(crl).value_or(CrlState()).number >= number ? 0 : 1;
    }
    std::set<uint64_t> lost_orders = orders_;
    EXPECT_TRUE(store
                    .ForEachEarlyRenewal([&lost_orders](const EarlyRenewal& renewal) {
                      lost_orders.erase(renewal.id);
                      return renewal == TestEarlyRenewal(renewal.id);
                    })
                    .ok());
    return lost + lost_orders.size();
  }

  void ExpectStepsAndCertificatesTogether(const Store& store) const {
    for (const auto& [number, acknowledged] : acknowledged_) {
      const absl::StatusOr<LineageState> state = store.GetLineage(TestRecord(number).serial);
      const uint32_t generation = state.ok() ? state->generation : 0;
      for (uint32_t i = 0; i < kFloodBatch; ++i) {
        ASSERT_EQ(store.GetBySerial(TestGeneration(number, i).serial).ok(), i <= generation);
      }
      if (state.ok()) {
        ASSERT_EQ(state->newest, TestGeneration(number, generation).serial);
        ASSERT_EQ(state->parent, TestGeneration(number, generation - 1).serial);
      }
    }
  }

  // The feed has every revocation once, under the number that it says itself.
  void ExpectAWholeFeed(const Store& store) const {
    std::set<std::string> serials;
    uint64_t after = 0;
    while (after < store.last_sequence()) {
      const absl::StatusOr<RevocationChanges> changes = store.ReadRevocationFeed(after, 500);
      ASSERT_TRUE(changes.ok()) << changes.status();
      ASSERT_FALSE(changes->changes.empty());
      for (const RevocationChange& change : changes->changes) {
        const Revocation& revocation = std::get<Revocation>(change);
        ASSERT_GT(revocation.sequence, after);
        after = revocation.sequence;
        ASSERT_TRUE(serials.insert(revocation.serial).second);
      }
    }
    EXPECT_EQ(serials.size(), store.revocation_count());
    size_t counted = 0;
    EXPECT_TRUE(
        store.ForEachRevocation({}, "", [&](const Revocation&) { return ++counted > 0; }).ok());
    EXPECT_EQ(counted, serials.size());
  }

  void ExpectWhole(int round) {
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    ASSERT_EQ(CountLost(*store), 0u) << "of " << acknowledged_.size() << ", round " << round;
    ASSERT_NO_FATAL_FAILURE(ExpectStepsAndCertificatesTogether(*store));
    ASSERT_NO_FATAL_FAILURE(ExpectAWholeFeed(*store));
  }

  std::map<uint64_t, Acknowledged> acknowledged_;
  std::map<CrlId, uint64_t> numbers_;
  std::set<uint64_t> orders_;
};

TEST_F(RocksDbLineagesDurabilityTest, NothingAcknowledgedIsLostByAKill) {
  for (int round = 0; round < kRounds; ++round) {
    DurabilityDriver driver(folder_, /*sync_writes=*/true);
    ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(round)));
    ASSERT_NO_FATAL_FAILURE(ExpectWhole(round));
  }
}

TEST_F(RocksDbLineagesDurabilityTest, NothingAcknowledgedIsLostByAPowerCut) {
  for (int round = 0; round < kRounds; ++round) {
    DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
    ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(round)));
    ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
    ASSERT_NO_FATAL_FAILURE(ExpectWhole(round));
  }
}

// Shows that the test above can fail. What is lost is lost with its certificate.
TEST_F(RocksDbLineagesDurabilityTest, APowerCutLosesWhatWasNotSynced) {
  DurabilityDriver driver(folder_, /*sync_writes=*/false, watched_, shim_folder_);
  ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(0)));
  ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
  const std::unique_ptr<Store> store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_GT(CountLost(*store), 0u);
  ExpectAWholeFeed(*store);
}

// A failed sync leaves the write in the log, which is read when the store opens anew: it wrote over
// what is to be there.
TEST_F(RocksDbLineagesDurabilityTest, WhatAFailedWriteWroteOverIsPutBack) {
  const std::vector<std::string> writes = {"renew 2", "withdraw 1", "unblock", "number 8",
                                           "drop",    "order 6",    "cancel 5"};
  const std::string before =
      "generation 1 reason 4 blocked 1 crl 7 feed 1 2 of 2 revoked 1 early 5";
  for (const char* failure : {"sync=EIO", "write=EIO"}) {
    for (const std::string& write : writes) {
      SCOPED_TRACE(absl::StrCat(failure, " during ", write));
      fs::remove_all(folder_);
      fs::remove(shim_folder_ + "/control");
      fs::remove(shim_folder_ + "/journal");
      DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
      ASSERT_EQ(driver.Read(), "open");
      for (const char* command :
           {"append 1 1", "renew 1", "withdraw 4", "block", "number 7", "order 5"}) {
        ASSERT_EQ(driver.Ask(command), "OK") << command;
      }
      ASSERT_EQ(driver.Ask("describe"), before);
      SetControl(failure);
      EXPECT_EQ(driver.Ask(write), kRefused);
      EXPECT_EQ(driver.Ask("describe"), before);
      SetControl("");
      std::string answer;
      for (int attempt = 0; answer != "OK" && attempt < 100; ++attempt) {
        std::this_thread::sleep_for(std::chrono::milliseconds(100));
        answer = driver.Ask("append 100 1");
      }
      EXPECT_EQ(answer, "OK");
      EXPECT_EQ(driver.Ask("describe"), before);
      EXPECT_EQ(driver.Ask("get 3"), "NOT_FOUND NOT_FOUND");
      // And each of them goes on from there.
      for (const char* command :
           {"renew 2", "withdraw 1", "unblock", "number 8", "order 6", "cancel 5"}) {
        EXPECT_EQ(driver.Ask(command), "OK") << command;
      }
      const std::string after =
          "generation 2 reason 1 blocked 0 crl 8 feed 3 4 of 4 revoked 1 early 6";
      EXPECT_EQ(driver.Ask("describe"), after);
      driver.Kill();
      ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
      DurabilityDriver again(folder_, /*sync_writes=*/true);
      ASSERT_EQ(again.Read(), "open");
      EXPECT_EQ(again.Ask("describe"), after);
    }
  }
}

}  // namespace
}  // namespace fleetca::store
