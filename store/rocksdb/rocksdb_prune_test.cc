// Pruning on disk: files go whole, what is left of them goes when files are written anew, and a
// store that is opened again still knows what it pruned.
#include "store/rocksdb/rocksdb_prune.h"

#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "store/records/keys.h"
#include "store/records/prune_mark.h"
#include "store/rocksdb/rocksdb_database.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/test_lineage.h"
#include "store/testing/test_record.h"
#include "store/testing/write_stored.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

constexpr size_t kRecords = 4000;

class RocksDbPruneTest : public ::testing::Test {
 protected:
  RocksDbPruneTest() {
    options_.path = temporary_.path() + "/store";
    options_.memtable_bytes = size_t{256} << 10;
    options_.table_file_bytes = size_t{256} << 10;
  }

  std::unique_ptr<Store> MustOpen() {
    absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksDbStore(options_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // A hundred expire each hour.
  CertificateRecord Record(uint64_t number) const {
    return TestRecord(number, hour_ + absl::Hours(static_cast<int64_t>(number / 100)));
  }

  void Fill(Store& store) {
    for (uint64_t first = 0; first < kRecords; first += 100) {
      std::vector<CertificateRecord> records;
      for (uint64_t number = first; number < first + 100; ++number) {
        records.push_back(Record(number));
      }
      ASSERT_TRUE(WriteStored(store, {.certificates = records}).ok());
    }
  }

  std::unique_ptr<Database> OpenDatabase(const std::shared_ptr<PruneCutoff>& cutoff) {
    const DatabaseOptions options{options_, std::make_shared<StoreStats>(), cutoff};
    absl::StatusOr<std::unique_ptr<Database>> database =
        Database::Open(options, options_.path + "/rocksdb");
    EXPECT_TRUE(database.ok()) << database.status();
    return database.ok() ? *std::move(database) : nullptr;
  }

  static void Compact(const Database& database) {
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    for (rocksdb::ColumnFamilyHandle* family : database.families()) {
      ASSERT_TRUE(database.db().CompactRange(options, family, nullptr, nullptr).ok());
    }
  }

  static size_t CountEntries(const Database& database, rocksdb::ColumnFamilyHandle* family) {
    size_t entries = 0;
    const std::unique_ptr<rocksdb::Iterator> it(
        database.db().NewIterator(rocksdb::ReadOptions(), family));
    for (it->SeekToFirst(); it->Valid(); it->Next()) {
      ++entries;
    }
    return entries;
  }

  static uint64_t BytesOfCertificates(const Database& database) {
    uint64_t bytes = 0;
    database.db().GetIntProperty(database.certificates(), "rocksdb.total-sst-files-size", &bytes);
    return bytes;
  }

  const testing::TemporaryFolder temporary_;
  RocksDbOptions options_;
  const absl::Time hour_ = absl::FromUnixSeconds(500000 * 3600LL);
};

TEST_F(RocksDbPruneTest, FilesGoWholeAndTheRestWhenTheyAreWrittenAnew) {
  ASSERT_NO_FATAL_FAILURE(Fill(*MustOpen()));
  uint64_t before = 0;
  {
    const std::unique_ptr<Database> database = OpenDatabase(std::make_shared<PruneCutoff>());
    ASSERT_NO_FATAL_FAILURE(Compact(*database));
    before = BytesOfCertificates(*database);
    EXPECT_EQ(CountEntries(*database, database->certificates()), kRecords);
  }
  // Three quarters of the hours.
  ASSERT_TRUE(MustOpen()->Prune(hour_ + absl::Hours(30)).ok());
  const auto cutoff = std::make_shared<PruneCutoff>();
  const std::unique_ptr<Database> database = OpenDatabase(cutoff);
  EXPECT_EQ(cutoff->mark().before, 0u);
  ASSERT_TRUE(ReadPruneMark(*database, *cutoff).ok());
  EXPECT_EQ(cutoff->mark().before, ExpiryPrefixAt(hour_ + absl::Hours(30)));
  // Without that anything was written anew.
  EXPECT_LT(BytesOfCertificates(*database), before / 2);
  EXPECT_EQ(CountEntries(*database, database->requests()), kRecords);
  ASSERT_NO_FATAL_FAILURE(Compact(*database));
  for (rocksdb::ColumnFamilyHandle* family :
       {database->certificates(), database->requests(), database->identities()}) {
    EXPECT_EQ(CountEntries(*database, family), kRecords / 4) << family->GetName();
  }
}

TEST_F(RocksDbPruneTest, LineagesGoWithTheLastCertificateThatMayBeRenewed) {
  {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_NE(store, nullptr);
    CertificateRecord newest = Record(0);
    ASSERT_TRUE(WriteStored(*store, {.certificates = {newest}}).ok());
    // The parent of the last one outlives it.
    for (const uint64_t number : {100, 200, 100}) {
      CertificateRecord renewal = Record(number + newest.generation);
      renewal.lineage = LineageOf(newest);
      renewal.generation = newest.generation + 1;
      ASSERT_TRUE(WriteRenewal(*store, renewal, newest).value().stored());
      newest = renewal;
    }
  }
  const auto lineages_after = [this](int hours) -> size_t {
    EXPECT_TRUE(MustOpen()->Prune(hour_ + absl::Hours(hours)).ok());
    const auto cutoff = std::make_shared<PruneCutoff>();
    const std::unique_ptr<Database> database = OpenDatabase(cutoff);
    EXPECT_TRUE(ReadPruneMark(*database, *cutoff).ok());
    Compact(*database);
    return CountEntries(*database, database->lineages());
  };
  EXPECT_EQ(lineages_after(1), 4u);
  EXPECT_EQ(lineages_after(2), 2u);
  EXPECT_EQ(lineages_after(3), 0u);
}

TEST_F(RocksDbPruneTest, AStoreThatIsOpenedAgainKnowsWhatItPruned) {
  ASSERT_NO_FATAL_FAILURE(Fill(*MustOpen()));
  ASSERT_TRUE(MustOpen()->Prune(hour_ + absl::Hours(30)).ok());
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_NE(store, nullptr);
  for (const uint64_t number : {0, 1234, 2999}) {
    EXPECT_TRUE(absl::IsNotFound(store->GetBySerial(Record(number).serial).status()));
    EXPECT_TRUE(absl::IsNotFound(store->GetByRequestKey(TestRequestKey(number)).status()));
  }
  EXPECT_EQ(store->GetByRequestKey(TestRequestKey(3000)).value(), Record(3000));
  size_t visited = 0;
  const auto count = [&visited](const CertificateRecord&) { return ++visited > 0; };
  EXPECT_TRUE(store->ForEachByIdentity(Record(0).identity, count).ok());
  EXPECT_TRUE(store->ForEachByExpiry(absl::InfinitePast(), absl::InfiniteFuture(), count).ok());
  EXPECT_EQ(visited, 2 * kRecords / 4);
}

// An entry of an index may outlive its record.
TEST_F(RocksDbPruneTest, WhatIsGoneIsNoDamageAfterTheTimeWasSetBack) {
  ASSERT_NO_FATAL_FAILURE(Fill(*MustOpen()));
  {
    const std::unique_ptr<Database> database = OpenDatabase(std::make_shared<PruneCutoff>());
    ASSERT_NO_FATAL_FAILURE(Compact(*database));
  }
  {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_TRUE(store->Prune(hour_ + absl::Hours(30)).ok());
    ASSERT_TRUE(store->ResetLatestTime(hour_ - absl::Hours(1)).ok());
  }
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_NE(store, nullptr);
  EXPECT_TRUE(absl::IsNotFound(store->GetByRequestKey(TestRequestKey(0)).status()));
  size_t visited = 0;
  const absl::Status status = store->ForEachByIdentity(
      Record(0).identity, [&visited](const CertificateRecord&) { return ++visited > 0; });
  EXPECT_TRUE(status.ok()) << status;
  EXPECT_GE(visited, kRecords / 4);
  EXPECT_LT(visited, kRecords);
}

// Certificates go as whole files, so rewriting them by age would cost a disk's work for nothing.
TEST(PruneFamiliesTest, OnlyTheIndexesAreWrittenAnewByAge) {
  const auto cutoff = std::make_shared<PruneCutoff>();
  rocksdb::ColumnFamilyOptions certificates;
  PruneCertificates(cutoff, certificates);
  EXPECT_EQ(certificates.periodic_compaction_seconds, 0u);
  for (const auto prune : {&PruneRequests, &PruneIdentities, &PruneLineages}) {
    rocksdb::ColumnFamilyOptions index;
    prune(cutoff, index);
    EXPECT_EQ(index.periodic_compaction_seconds, uint64_t{7} * 24 * 3600);
  }
}

TEST(PruneMarkTest, VersionOneStaysAsItIs) {
  const PruneMark mark = {0x01020304, 0x01020305};
  const std::string encoded = EncodePruneMark(mark);
  EXPECT_EQ(encoded.substr(4), std::string("\x01\x01\x02\x03\x04\x01\x02\x03\x05", 9));
  EXPECT_EQ(DecodePruneMark(encoded).value(), mark);
  for (size_t size = 0; size < encoded.size(); ++size) {
    EXPECT_EQ(GetReason(DecodePruneMark(encoded.substr(0, size)).status()), Reason::kStoreCorrupt);
  }
}

TEST(ExpiryPrefixTest, IsOrderedAsSerialsAre) {
  const absl::Time hour = absl::FromUnixSeconds(500000 * 3600LL);
  EXPECT_EQ(SerialBound(ExpiryPrefixAt(hour)), ExpiryLowerBound(hour));
  EXPECT_LT(ExpiryPrefixAt(hour), ExpiryPrefixAt(hour + absl::Seconds(1)));
  EXPECT_EQ(ExpiryPrefixAt(hour), ExpiryPrefixOf(TestSerial(hour, 7)));
  EXPECT_EQ(ExpiryPrefixAt(absl::InfiniteFuture()), 0x02000000u);
  EXPECT_EQ(ExpiryPrefixAt(absl::InfinitePast()), 0x01000000u);
  EXPECT_GT(ExpiryPrefixOf("abc"), ExpiryPrefixAt(absl::InfiniteFuture()));
}

}  // namespace
}  // namespace fleetca::store
