// Lineages, revocations, blocks and CRL numbers on disk: they are there when the store is opened
// again, a store of the release before takes them, and damage is found.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "store/records/keys.h"
#include "store/records/revocation_keys.h"
#include "store/rocksdb/rocksdb_restore.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/rocksdb/store_history.h"
#include "store/testing/test_lineage.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"
#include "store/testing/write_stored.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

class RocksDbRevocationsTest : public ::testing::Test {
 protected:
  RocksDbOptions Options() const {
    RocksDbOptions options;
    options.path = folder_;
    return options;
  }

  std::unique_ptr<Store> MustOpen() const {
    absl::StatusOr<std::unique_ptr<Store>> store = OpenRocksDbStore(Options());
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // Beside record_, which is there.
  void Fill(Store& store) const {
    ASSERT_TRUE(WriteRenewal(store, renewal_, record_).value().stored());
    ASSERT_TRUE(store
                    .Write({.revocations = {revocation_},
                            .blocks = {TestBlock(BlockKind::kLineage, record_.serial),
                                       TestBlock(BlockKind::kKey, TestSpkiHash(1))},
                            .crl_states = {crl_},
                            .early_renewals = {early_, TestEarlyRenewal(8)}})
                    .ok());
    ASSERT_TRUE(store
                    .Write({.unblocks = {TestUnblock({BlockKind::kKey, TestSpkiHash(1)})},
                            .ended_early_renewals = {8}})
                    .ok());
  }

  void ExpectFilled(Store& store) const {
    EXPECT_EQ(store.GetLineage(record_.serial).value_or(LineageState()),
              StateAfter(renewal_, record_));
    EXPECT_EQ(store.GetRevocation(record_.serial).value_or(Revocation()),
              WithSequence(revocation_, 1));
    EXPECT_EQ(store.GetCrlState(crl_.crl).value_or(CrlState()), crl_);
    std::vector<EarlyRenewal> renewals;
    EXPECT_TRUE(store
                    .ForEachEarlyRenewal([&renewals](const EarlyRenewal& renewal) {
                      renewals.push_back(renewal);
                      return true;
                    })
                    .ok());
    EXPECT_EQ(renewals, std::vector<EarlyRenewal>{early_});
    EXPECT_TRUE(store.GetBlock({BlockKind::kLineage, record_.serial}).ok());
    EXPECT_FALSE(store.GetBlock({BlockKind::kKey, TestSpkiHash(1)}).ok());
    EXPECT_EQ(store.last_sequence(), 4u);
    EXPECT_EQ(store.revocation_count(), 1u);
    EXPECT_EQ(store.ReadRevocationFeed(0, 100).value().changes.size(), 3u);
    // That any lineage is blocked is known without a look at the blocks.
    const CertificateRecord next = TestRenewal(9, renewal_);
    EXPECT_EQ(WriteRenewal(store, next, renewal_).value().kind, WriteOutcome::Kind::kBlocked);
  }

  // Runs `change` on the database of the closed store.
  void ChangeDatabase(
      const std::function<void(rocksdb::DB&, const std::vector<rocksdb::ColumnFamilyHandle*>&)>&
          change) const {
    const std::string path = folder_ + "/rocksdb";
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(rocksdb::Options(), path, &names).ok());
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const std::string& name : names) {
      descriptors.emplace_back(name, rocksdb::ColumnFamilyOptions());
    }
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    rocksdb::DB* opened = nullptr;
    const rocksdb::Status status =
        rocksdb::DB::Open(rocksdb::Options(), path, descriptors, &families, &opened);
    ASSERT_TRUE(status.ok()) << status.ToString();
    const std::unique_ptr<rocksdb::DB> db(opened);
    change(*db, families);
    for (rocksdb::ColumnFamilyHandle* family : families) {
      EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
    }
    EXPECT_TRUE(db->Close().ok());
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/store";
  // As the release before wrote it, which kept none of the later fields (record_test has octets).
  const CertificateRecord record_ = TestRecord(1);
  const CertificateRecord renewal_ = TestRenewal(2, record_);
  const Revocation revocation_ = RevocationOf(TestIssuedRecord(1));
  const EarlyRenewal early_ = TestEarlyRenewal(7);
  const CrlState crl_ = {
      {TestIssuer(), 3}, 12, absl::FromUnixSeconds(1000), absl::FromUnixSeconds(2000)};
};

TEST_F(RocksDbRevocationsTest, ReopeningKeepsEverything) {
  {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_TRUE(WriteStored(*store, {.certificates = {record_}}).ok());
    ASSERT_NO_FATAL_FAILURE(Fill(*store));
  }
  for (int round = 0; round < 2; ++round) {
    ExpectFilled(*MustOpen());
  }
}

TEST_F(RocksDbRevocationsTest, AStoreOfTheReleaseBeforeTakesThem) {
  ASSERT_TRUE(WriteStored(*MustOpen(), {.certificates = {record_}}).ok());
  ASSERT_NO_FATAL_FAILURE(ChangeDatabase([](rocksdb::DB& db, const auto& families) {
    for (rocksdb::ColumnFamilyHandle* family : families) {
      if (family->GetName() == kLineagesFamily || family->GetName() == kRevocationsFamily) {
        EXPECT_TRUE(db.DropColumnFamily(family).ok());
      } else if (family->GetName() == rocksdb::kDefaultColumnFamilyName) {
        EXPECT_TRUE(db.Put(rocksdb::WriteOptions(), family, kFamiliesKey, "tokens\njwts\n").ok());
      }
    }
  }));
  {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_NE(store, nullptr);
    EXPECT_EQ(store->GetBySerial(record_.serial).value(), record_);
    EXPECT_EQ(store->last_sequence(), 0u);
    EXPECT_EQ(store->GetRevocation(record_.serial).status().code(), absl::StatusCode::kNotFound);
    ASSERT_NO_FATAL_FAILURE(Fill(*store));
  }
  ExpectFilled(*MustOpen());
}

TEST_F(RocksDbRevocationsTest, DamageIsFound) {
  {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_TRUE(WriteStored(*store, {.certificates = {record_}}).ok());
    ASSERT_NO_FATAL_FAILURE(Fill(*store));
  }
  ASSERT_NO_FATAL_FAILURE(ChangeDatabase([this](rocksdb::DB& db, const auto& families) {
    for (rocksdb::ColumnFamilyHandle* family : families) {
      const auto put = [&](const std::string& key) {
        EXPECT_TRUE(db.Put(rocksdb::WriteOptions(), family, key, "damaged, as it is short").ok());
      };
      if (family->GetName() == kLineagesFamily) {
        put(record_.serial);
      } else if (family->GetName() == kRevocationsFamily) {
        put(RevocationKey(record_.serial));
        put(BlockKey({BlockKind::kLineage, record_.serial}));
        put(CrlStateKey(crl_.crl));
        put(EarlyRenewalKey(early_.id));
      }
    }
  }));
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_NE(store, nullptr);
  for (const absl::Status& status :
       {store->GetLineage(record_.serial).status(), store->GetRevocation(record_.serial).status(),
        store->GetBlock({BlockKind::kLineage, record_.serial}).status(),
        store->GetCrlState(crl_.crl).status(), store->ReadRevocationFeed(0, 10).status(),
        store->Write({.revocations = {revocation_}}).status(),
        store->Write({.crl_states = {crl_}}).status(),
        store->ForEachEarlyRenewal([](const EarlyRenewal&) { return true; }),
        store->Write({.ended_early_renewals = {early_.id}}).status(),
        WriteRenewal(*store, TestRenewal(9, renewal_), renewal_).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
  }
  // Others go on.
  EXPECT_TRUE(store->Write({.certificates = TestIssuedRecords(20, 3)}).ok());
}

// A clock that was ahead has pruned lineages of certificates that are valid: nobody is locked out.
TEST_F(RocksDbRevocationsTest, ALineageThatWasPrunedTooEarlyTakesOneStepFromAnyCertificate) {
  const CertificateRecord third = TestRenewal(3, renewal_);
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_TRUE(WriteStored(*store, {.certificates = {record_}}).ok());
  ASSERT_TRUE(WriteRenewal(*store, renewal_, record_).value().stored());
  ASSERT_TRUE(WriteRenewal(*store, third, renewal_).value().stored());
  ASSERT_TRUE(store->Prune(record_.not_after + absl::Hours(2)).ok());
  EXPECT_FALSE(store->GetLineage(record_.serial).ok());
  const CertificateRecord fourth = TestRenewal(4, third);
  EXPECT_TRUE(WriteRenewal(*store, fourth, third).value().stored());
}

TEST_F(RocksDbRevocationsTest, AHistoryOfTheReleaseBeforeSaysWhenItWasRestored) {
  StoreHistory history;
  history.id = std::string(kStoreIdSize, 'i');
  history.jwts_not_before = absl::FromUnixSeconds(0x01020304);
  const std::string never_restored = EncodeStoreHistory(history);
  EXPECT_EQ(never_restored.substr(4), std::string("\x01\0\0\0\0\0\0\0\0\0\0\0\0\x01\x02\x03\x04\x10"
                                                  "iiiiiiiiiiiiiiii",
                                                  34));
  EXPECT_EQ(DecodeStoreHistory(never_restored).value(), history);
  // Restored by a release that kept no time of its own for that.
  history.epoch = 1;
  const std::string before = EncodeStoreHistory(history);
  history.restored_at = history.jwts_not_before;
  EXPECT_EQ(DecodeStoreHistory(before).value(), history);
  history.restored_at = absl::FromUnixSeconds(0x05060708);
  const std::string restored = EncodeStoreHistory(history);
  EXPECT_EQ(restored[4], 2);
  EXPECT_EQ(DecodeStoreHistory(restored).value(), history);
  for (size_t size = 0; size < restored.size(); ++size) {
    EXPECT_EQ(GetReason(DecodeStoreHistory(restored.substr(0, size)).status()),
              Reason::kStoreCorrupt);
  }
}

}  // namespace
}  // namespace fleetca::store
