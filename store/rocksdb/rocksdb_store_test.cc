// What is particular to the store on disk: opening, locking, keeping.
#include "store/rocksdb/rocksdb_store.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "store/rocksdb/witness.h"
#include "store/testing/durability_driver.h"
#include "store/testing/test_record.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

class RocksDbStoreTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> Open() {
    RocksDbOptions options;
    options.path = folder_;
    return OpenRocksDbStore(options);
  }

  std::unique_ptr<Store> MustOpen() {
    absl::StatusOr<std::unique_ptr<Store>> store = Open();
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/store";
};

void ExpectLocked(const absl::Status& status, const std::string& folder) {
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(GetReason(status), Reason::kStoreLocked);
  EXPECT_TRUE(absl::StrContains(status.message(), folder)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "stop")) << status;
}

TEST_F(RocksDbStoreTest, ReopeningKeepsEverything) {
  uint16_t instance_id = 0;
  for (uint64_t round = 0; round < 3; ++round) {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_NE(store, nullptr);
    if (round == 0) {
      instance_id = store->instance_id();
    }
    EXPECT_EQ(store->instance_id(), instance_id);
    EXPECT_TRUE(store->Write({.certificates = TestRecords(round * 100, 100)}).ok());
    for (uint64_t number = 0; number < (round + 1) * 100; ++number) {
      const CertificateRecord expected = TestRecord(number);
      const absl::StatusOr<CertificateRecord> record = store->GetByRequestKey(expected.request_key);
      ASSERT_TRUE(record.ok()) << record.status();
      EXPECT_EQ(*record, expected);
    }
    size_t seen = 0;
    EXPECT_TRUE(store
                    ->ForEachByIdentity(TestRecord(0).identity,
                                        [&seen](const CertificateRecord& record) {
                                          EXPECT_EQ(record, TestRecord(seen++));
                                          return true;
                                        })
                    .ok());
    EXPECT_EQ(seen, (round + 1) * 100);
  }
}

TEST_F(RocksDbStoreTest, InstanceIdsDiffer) {
  std::set<uint16_t> ids;
  for (int i = 0; i < 8; ++i) {
    ids.insert(MustOpen()->instance_id());
    fs::remove_all(folder_);
  }
  EXPECT_GT(ids.size(), 5u);
}

TEST_F(RocksDbStoreTest, TheFoldersAreForTheOwnerOnly) {
  const mode_t mask = umask(0);
  const std::unique_ptr<Store> store = MustOpen();
  umask(mask);
  for (const std::string& path : {folder_, folder_ + "/rocksdb"}) {
    EXPECT_EQ(fs::status(path).permissions(), fs::perms::owner_all) << path;
  }
  for (const char* file : {"/fleetca.store", "/head", "/lock"}) {
    EXPECT_EQ(fs::status(folder_ + file).permissions(),
              fs::perms::owner_read | fs::perms::owner_write)
        << file;
  }
}

TEST_F(RocksDbStoreTest, ASecondOpeningInThisProcessIsRefused) {
  const std::unique_ptr<Store> store = MustOpen();
  const absl::Status status = Open().status();
  ExpectLocked(status, folder_);
  EXPECT_TRUE(absl::StrContains(status.message(), absl::StrCat("process ", getpid()))) << status;
  EXPECT_TRUE(store->Write({.certificates = TestRecords(1, 1)}).ok());
}

TEST_F(RocksDbStoreTest, ASecondOpeningInAnotherProcessIsRefusedUntilThisOneEnds) {
  DurabilityDriver driver(folder_, /*sync_writes=*/true);
  ASSERT_EQ(driver.Read(), "open");
  ExpectLocked(Open().status(), folder_);
  driver.Kill();
  EXPECT_NE(MustOpen(), nullptr);
}

TEST_F(RocksDbStoreTest, AnotherProcessIsRefusedWhileThisOneHasItOpen) {
  const std::unique_ptr<Store> store = MustOpen();
  DurabilityDriver driver(folder_, /*sync_writes=*/true);
  EXPECT_EQ(driver.Read(), "FAILED_PRECONDITION STORE_LOCKED");
}

TEST_F(RocksDbStoreTest, AnUnfinishedStoreIsStartedAgain) {
  MustOpen().reset();
  const absl::StatusOr<std::optional<Witness>> witness = ReadWitness(folder_);
  ASSERT_TRUE(witness.ok() && witness->has_value());
  Witness unfinished = **witness;
  unfinished.finished = false;
  ASSERT_TRUE(WriteWitness(folder_, unfinished).ok());
  fs::remove(folder_ + "/rocksdb/CURRENT");
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->instance_id(), unfinished.instance_id);
  EXPECT_TRUE(store->Write({.certificates = TestRecords(1, 1)}).ok());
}

TEST_F(RocksDbStoreTest, CountsTheSyncsOfItsLog) {
  const std::unique_ptr<Store> store = MustOpen();
  const uint64_t before = store->stats().sync_microseconds.Snapshot().count();
  for (int i = 0; i < 3; ++i) {
    ASSERT_TRUE(store->Write({.certificates = TestRecords(i, 1)}).ok());
  }
  EXPECT_EQ(store->stats().sync_microseconds.Snapshot().count(), before + 3);
}

// Never wipe what holds records, whatever the witness says.
TEST_F(RocksDbStoreTest, AnUnfinishedWitnessOverRecordsIsRefused) {
  EXPECT_TRUE(MustOpen()->Write({.certificates = TestRecords(1, 1)}).ok());
  const absl::StatusOr<std::optional<Witness>> witness = ReadWitness(folder_);
  ASSERT_TRUE(witness.ok() && witness->has_value());
  Witness unfinished = **witness;
  unfinished.finished = false;
  ASSERT_TRUE(WriteWitness(folder_, unfinished).ok());
  const absl::Status status = Open().status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
  ASSERT_TRUE(WriteWitness(folder_, **witness).ok());
  EXPECT_TRUE(MustOpen()->GetBySerial(TestRecord(1).serial).ok());
}

TEST_F(RocksDbStoreTest, AFolderThatCannotBeMadeIsUnavailable) {
  RocksDbOptions options;
  options.path = folder_ + "/no/parent";
  absl::Status status = OpenRocksDbStore(options).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
  EXPECT_EQ(GetReason(status), Reason::kStoreUnavailable);
  EXPECT_TRUE(absl::StrContains(status.message(), options.path)) << status;
}

}  // namespace
}  // namespace fleetca::store
