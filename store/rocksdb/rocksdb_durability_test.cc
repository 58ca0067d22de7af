// What was acknowledged is there after a SIGKILL and after a power cut, and a full disk loses
// nothing.
#include <gtest/gtest.h>
#include <sys/mount.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <random>
#include <thread>
#include <vector>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/rocksdb/testing/durability_fixture.h"
#include "store/testing/durability_driver.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

constexpr int kRounds = 20;

class RocksDbDurabilityTest : public testing::DurabilityFixture {
 protected:
  RocksDbDurabilityTest() : DurabilityFixture(20240601) {}

  // Lets `driver` append for a while, kills it, and adds what it acknowledged to acknowledged_.
  void FloodAndKill(DurabilityDriver& driver, uint64_t first) {
    CommandAndKill(driver, absl::StrCat("flood ", first), 120);
  }

  void Note(const std::string& answer) override {
    absl::string_view line = answer;
    uint64_t number = 0;
    ASSERT_TRUE(absl::ConsumePrefix(&line, "ack ") && absl::SimpleAtoi(line, &number)) << answer;
    acknowledged_.push_back(number);
  }

  // How many acknowledged batches are not there as they were.
  size_t CountLost(const Store& store) {
    size_t lost = 0;
    for (const uint64_t first : acknowledged_) {
      bool whole = true;
      for (uint64_t number = first; number < first + kFloodBatch; ++number) {
        const CertificateRecord expected = TestRecord(number);
        const absl::StatusOr<CertificateRecord> record =
            store.GetByRequestKey(expected.request_key);
        whole = whole && record.ok() && *record == expected;
      }
      lost += whole ? 0 : 1;
    }
    return lost;
  }

  // Appends are whole or absent, acknowledged or not.
  void ExpectWholeBatches(const Store& store) {
    size_t records = 0;
    EXPECT_TRUE(store
                    .ForEachByIdentity(TestRecord(0).identity,
                                       [&records](const CertificateRecord&) {
                                         ++records;
                                         return true;
                                       })
                    .ok());
    EXPECT_EQ(records % kFloodBatch, 0u);
    EXPECT_GE(records, acknowledged_.size() * kFloodBatch);
  }

  // Within ten seconds.
  static bool AppendsAgain(DurabilityDriver& driver, uint64_t number) {
    for (int attempt = 0; attempt < 100; ++attempt) {
      if (driver.Ask(absl::StrCat("append ", number, " 1")) == "OK") {
        return true;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(100));
    }
    return false;
  }

  std::vector<uint64_t> acknowledged_;
};

TEST_F(RocksDbDurabilityTest, NothingAcknowledgedIsLostByAKill) {
  for (int round = 0; round < kRounds; ++round) {
    DurabilityDriver driver(folder_, /*sync_writes=*/true);
    ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(round)));
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    ASSERT_EQ(CountLost(*store), 0u) << "of " << acknowledged_.size() << ", round " << round;
    ExpectWholeBatches(*store);
  }
}

TEST_F(RocksDbDurabilityTest, NothingAcknowledgedIsLostByAPowerCut) {
  for (int round = 0; round < kRounds; ++round) {
    DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
    ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(round)));
    ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    ASSERT_EQ(CountLost(*store), 0u) << "of " << acknowledged_.size() << ", round " << round;
    ExpectWholeBatches(*store);
  }
}

// Shows that the test above can fail: the same cut, of a store that does not sync.
TEST_F(RocksDbDurabilityTest, APowerCutLosesWhatWasNotSynced) {
  DurabilityDriver driver(folder_, /*sync_writes=*/false, watched_, shim_folder_);
  ASSERT_NO_FATAL_FAILURE(FloodAndKill(driver, FirstOfRound(0)));
  ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
  const std::unique_ptr<Store> store = Open();
  ASSERT_NE(store, nullptr);
  EXPECT_GT(CountLost(*store), 0u);
}

TEST_F(RocksDbDurabilityTest, CreationMayBeCutShortAnywhere) {
  for (int round = 0; round < kRounds; ++round) {
    fs::remove_all(folder_);
    {
      DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
      std::this_thread::sleep_for(
          std::chrono::microseconds(std::uniform_int_distribution<int>(5000, 120000)(random_)));
    }
    if (fs::exists(shim_folder_ + "/journal")) {
      ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
    }
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr) << "round " << round;
    EXPECT_TRUE(store->Write({.certificates = TestRecords(1, 1)}).ok());
  }
}

TEST_F(RocksDbDurabilityTest, AFullDiskIsWaitedFor) {
  DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
  ASSERT_EQ(driver.Read(), "open");
  EXPECT_EQ(driver.Ask("append 1 4"), "OK");
  SetControl("write=ENOSPC");
  for (int number = 10; number < 13; ++number) {
    EXPECT_EQ(driver.Ask(absl::StrCat("append ", number, " 1")), "UNAVAILABLE STORE_UNAVAILABLE");
    EXPECT_EQ(driver.Ask(absl::StrCat("get ", number)), "NOT_FOUND NOT_FOUND");
    std::this_thread::sleep_for(std::chrono::milliseconds(600));
  }
  EXPECT_EQ(driver.Ask("get 1"), "OK");
  SetControl("");
  EXPECT_TRUE(AppendsAgain(driver, 20));
  EXPECT_EQ(driver.Ask("get 20"), "OK");
  EXPECT_EQ(driver.Ask("get 10"), "NOT_FOUND NOT_FOUND");
  EXPECT_EQ(driver.Finish(), 0);
  const std::unique_ptr<Store> store = Open();
  ASSERT_NE(store, nullptr);
  for (const uint64_t number : {1, 4, 20}) {
    EXPECT_TRUE(store->GetBySerial(TestRecord(number).serial).ok()) << number;
  }
  for (const uint64_t number : {10, 11, 12}) {
    EXPECT_FALSE(store->GetBySerial(TestRecord(number).serial).ok()) << number;
  }
}

// Every one of the threads that write at that moment is refused, and the process lives.
TEST_F(RocksDbDurabilityTest, ADiskThatFailsUnderLoadRefusesAll) {
  const std::vector<std::string> failures = {"write=ENOSPC", "write=EIO", "sync=EIO"};
  for (int round = 0; round < kRounds; ++round) {
    DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
    ASSERT_EQ(driver.Read(), "open");
    driver.Send(absl::StrCat("flood ", FirstOfRound(round)));
    ASSERT_NO_FATAL_FAILURE(Note(driver.Read()));
    SetControl(failures[static_cast<size_t>(round) % failures.size()]);
    int refused = 0;
    for (std::string line = driver.Read(); !line.empty(); line = driver.Read()) {
      if (line == "UNAVAILABLE STORE_UNAVAILABLE") {
        ++refused;
      } else {
        ASSERT_NO_FATAL_FAILURE(Note(line));
      }
    }
    EXPECT_EQ(refused, kFloodThreads);
    EXPECT_EQ(driver.Finish(), kFloodRefused);
    SetControl("");
    ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    ASSERT_EQ(CountLost(*store), 0u) << "of " << acknowledged_.size() << ", round " << round;
  }
}

// After a failed write or sync nobody knows what the disk holds: the store reads it anew before it
// writes again. What was acknowledged is there then, and what was refused is not.
TEST_F(RocksDbDurabilityTest, AFailingDiskIsWaitedFor) {
  for (const char* failure : {"sync=EIO", "write=EIO"}) {
    fs::remove_all(folder_);
    fs::remove(shim_folder_ + "/control");
    fs::remove(shim_folder_ + "/journal");
    DurabilityDriver driver(folder_, /*sync_writes=*/true, watched_, shim_folder_);
    ASSERT_EQ(driver.Read(), "open");
    EXPECT_EQ(driver.Ask("append 1 4"), "OK");
    SetControl(failure);
    for (int number = 10; number < 13; ++number) {
      EXPECT_EQ(driver.Ask(absl::StrCat("append ", number, " 1")), "UNAVAILABLE STORE_UNAVAILABLE")
          << failure;
      EXPECT_EQ(driver.Ask(absl::StrCat("get ", number)), "NOT_FOUND NOT_FOUND") << failure;
      std::this_thread::sleep_for(std::chrono::milliseconds(600));
    }
    EXPECT_EQ(driver.Ask("get 1"), "OK") << failure;
    SetControl("");
    EXPECT_TRUE(AppendsAgain(driver, 20)) << failure;
    EXPECT_EQ(driver.Ask("get 10"), "NOT_FOUND NOT_FOUND") << failure;
    EXPECT_EQ(driver.Ask("get 20"), "OK") << failure;
    driver.Kill();
    ASSERT_TRUE(ApplyPowerCut(watched_, shim_folder_));
    const std::unique_ptr<Store> store = Open();
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(store->GetBySerial(TestRecord(4).serial).ok());
    EXPECT_TRUE(store->GetBySerial(TestRecord(20).serial).ok());
    EXPECT_FALSE(store->GetBySerial(TestRecord(10).serial).ok());
    EXPECT_FALSE(store->GetByRequestKey(TestRequestKey(10)).ok());
    EXPECT_TRUE(store->Write({.certificates = TestRecords(30, 1)}).ok());
  }
}

// The same on a file system that really is full.
TEST_F(RocksDbDurabilityTest, ASmallFileSystemFillsUpAndIsFreed) {
  if (geteuid() != 0 || mount("tmpfs", watched_.c_str(), "tmpfs", 0, "size=32m") != 0) {
    GTEST_SKIP() << "mounting a small file system needs root";
  }
  const auto unmounter = absl::MakeCleanup([this] { umount(watched_.c_str()); });
  const std::string ballast = watched_ + "/ballast";
  std::ofstream(ballast) << std::string(size_t{16} << 20, 'x');
  const std::unique_ptr<Store> store = Open();
  ASSERT_NE(store, nullptr);
  absl::Status status;
  uint64_t number = 0;
  for (; status.ok() && number < 100000; number += 100) {
    status = store->Write({.certificates = TestRecords(number, 100)}).status();
  }
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kStoreUnavailable);
  const uint64_t failed = number - 100;
  EXPECT_FALSE(store->GetBySerial(TestRecord(failed).serial).ok());
  EXPECT_TRUE(store->GetBySerial(TestRecord(failed - 1).serial).ok());
  fs::remove(ballast);
  for (int attempt = 0; attempt < 200; ++attempt) {
    status = store->Write({.certificates = TestRecords(failed, 1)}).status();
    if (status.ok()) {
      break;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
  }
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_TRUE(store->GetBySerial(TestRecord(failed).serial).ok());
  EXPECT_FALSE(store->GetBySerial(TestRecord(failed + 1).serial).ok());
}

}  // namespace
}  // namespace fleetca::store
