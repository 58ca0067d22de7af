// Join tokens and uses of JWTs on disk: kept, missed when they are lost, and added to a store that
// is older.
#include <gtest/gtest.h>
#include <rocksdb/db.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "base/errors.h"
#include "store/records/join_token_record.h"
#include "store/records/keys.h"
#include "store/records/record.h"
#include "store/records/time_mark.h"
#include "store/records/value.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/rocksdb/witness.h"
#include "store/testing/test_record.h"
#include "store/testing/write_stored.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

class RocksDbTokensTest : public ::testing::Test {
 protected:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& folder) {
    RocksDbOptions options;
    options.path = folder;
    return OpenRocksDbStore(options);
  }

  std::unique_ptr<Store> MustOpen() {
    absl::StatusOr<std::unique_ptr<Store>> store = Open(folder_);
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // A token with a use and a revocation, and a JWT that was used.
  void Fill(Store& store) {
    ASSERT_TRUE(store.Write({.new_tokens = {token_}}).ok());
    ASSERT_TRUE(WriteStored(store, {.certificates = {TestRecord(1)},
                                    .token_uses = {{token_.hash, TestRecord(1).serial}},
                                    .jwt_uses = {TestJwtUse(1)}})
                    .ok());
    ASSERT_TRUE(store.Write({.revoked_tokens = {{token_.hash, revocation_}}}).ok());
  }

  void ExpectFilled(const Store& store) {
    const absl::StatusOr<JoinTokenState> state = store.GetJoinToken(token_.hash);
    ASSERT_TRUE(state.ok()) << state.status();
    EXPECT_EQ(*state, (JoinTokenState{token_, 1, TestRecord(1).serial, revocation_}));
    EXPECT_EQ(store.latest_time(), revocation_.revoked_at);
    EXPECT_EQ(store.GetJwtUse(TestJwtUse(1).id_hash).value_or(JwtUse()), TestJwtUse(1));
  }

  // Leaves in the folder what an earlier release made: one that knew no join tokens, or one that
  // did but not the uses of JWTs. It has TestRecord(7), and with tokens TestJoinToken(7).
  void MakeOldStore(bool with_tokens) {
    MustOpen().reset();
    const std::string database = folder_ + "/rocksdb";
    const absl::StatusOr<std::optional<Witness>> witness = ReadWitness(folder_);
    ASSERT_TRUE(witness.ok() && witness->has_value());
    ASSERT_TRUE(rocksdb::DestroyDB(database, rocksdb::Options()).ok());
    rocksdb::Options options;
    options.create_if_missing = true;
    options.create_missing_column_families = true;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = {
        {rocksdb::kDefaultColumnFamilyName, options},
        {kCertificatesFamily, options},
        {kRequestsFamily, options},
        {kIdentitiesFamily, options}};
    if (with_tokens) {
      descriptors.emplace_back(kTokensFamily, options);
    }
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, database, descriptors, &families, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    const CertificateRecord record = TestRecord(7);
    std::string value;
    EncodeRecord(record, value);
    const rocksdb::WriteOptions write;
    EXPECT_TRUE(db->Put(write, families[0], kWitnessKey, FormatWitness(**witness)).ok());
    EXPECT_TRUE(db->Put(write, families[1], record.serial, value).ok());
    EXPECT_TRUE(db->Put(write, families[2], record.request_key, record.serial).ok());
    EXPECT_TRUE(db->Put(write, families[3], IdentityKey(record.identity, record.serial), "").ok());
    if (with_tokens) {
      const JoinToken token = TestJoinToken(7);
      EXPECT_TRUE(db->Put(write, families[4], token.hash, EncodeJoinToken(token)).ok());
      EXPECT_TRUE(
          db->Put(write, families[0], kClockKey, EncodeMark(ToMark(token.created_at))).ok());
    }
    for (rocksdb::ColumnFamilyHandle* family : families) {
      EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
    }
    EXPECT_TRUE(db->Close().ok());
  }

  fs::path Manifest() const {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ + "/rocksdb")) {
      if (absl::StrContains(entry.path().filename().string(), "MANIFEST")) {
        return entry.path();
      }
    }
    return fs::path();
  }

  const testing::TemporaryFolder temporary_;
  const std::string base_ = temporary_.path();
  const std::string folder_ = base_ + "/store";
  const JoinToken token_ = TestJoinToken(1, 5);
  const JoinTokenRevocation revocation_ = {absl::FromUnixSeconds(1700000500), "spiffe://a/admin"};
};

TEST_F(RocksDbTokensTest, ReopeningKeepsEverything) {
  Fill(*MustOpen());
  for (int round = 0; round < 2; ++round) {
    ExpectFilled(*MustOpen());
  }
  // Also when the latest time was not in the last write.
  ASSERT_TRUE(MustOpen()->Write({.certificates = {TestRecord(2)}}).ok());
  EXPECT_EQ(MustOpen()->latest_time(), revocation_.revoked_at);
}

TEST_F(RocksDbTokensTest, TheLatestTimeIsKeptThroughManyWrites) {
  constexpr uint64_t kWrites = 2000;
  {
    const std::unique_ptr<Store> store = MustOpen();
    for (uint64_t number = kWrites; number > 0; --number) {
      ASSERT_TRUE(store->Write({.certificates = {TestRecord(number)}}).ok());
    }
    fs::copy(folder_, base_ + "/crashed", fs::copy_options::recursive);
  }
  EXPECT_EQ(MustOpen()->latest_time(), TestRecord(kWrites).issued_at);
  const absl::StatusOr<std::unique_ptr<Store>> crashed = Open(base_ + "/crashed");
  ASSERT_TRUE(crashed.ok()) << crashed.status();
  EXPECT_EQ((*crashed)->latest_time(), TestRecord(kWrites).issued_at);
}

TEST_F(RocksDbTokensTest, AnOlderStoreOpensAndTakesTokensAndUsesOfJwts) {
  for (const bool with_tokens : {false, true}) {
    fs::remove_all(folder_);
    ASSERT_NO_FATAL_FAILURE(MakeOldStore(with_tokens));
    const JoinToken old = TestJoinToken(7);
    for (int round = 0; round < 3; ++round) {
      const std::unique_ptr<Store> store = MustOpen();
      ASSERT_NE(store, nullptr);
      EXPECT_EQ(store->GetByRequestKey(TestRequestKey(7)).value(), TestRecord(7));
      EXPECT_EQ(store->GetJoinToken(old.hash).ok(), with_tokens);
      if (round == 0) {
        EXPECT_EQ(store->latest_time(), with_tokens ? old.created_at : absl::UnixEpoch());
        for (const absl::Status& status : {store->GetJoinToken(token_.hash).status(),
                                           store->GetJwtUse(TestJwtUse(1).id_hash).status()}) {
          EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
        }
      } else if (round == 1) {
        Fill(*store);
      }
      if (round > 0) {
        ExpectFilled(*store);
      }
    }
  }
}

// The release before had its callers count the uses; the entries are the same.
TEST_F(RocksDbTokensTest, AStoreOfTheReleaseBeforeGoesOnCounting) {
  ASSERT_NO_FATAL_FAILURE(MakeOldStore(/*with_tokens=*/true));
  {
    rocksdb::Options options;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors;
    for (const char* name : {rocksdb::kDefaultColumnFamilyName.c_str(), kCertificatesFamily,
                             kRequestsFamily, kIdentitiesFamily, kTokensFamily}) {
      descriptors.emplace_back(name, options);
    }
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(
        rocksdb::DB::Open(options, folder_ + "/rocksdb", descriptors, &families, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    const std::string hash = token_.hash;
    EXPECT_TRUE(db->Put(rocksdb::WriteOptions(), families[4], hash, EncodeJoinToken(token_)).ok());
    for (uint32_t uses = 1; uses <= 3; ++uses) {
      // "u" and the number in four octets; checksum, version 1, and the serial after its length.
      const std::string key = hash + std::string("u\0\0\0", 4) + static_cast<char>(uses);
      std::string value = std::string("\0\0\0\0\x01\x14", 6) + TestRecord(7).serial;
      SealValue(key, value);
      EXPECT_TRUE(db->Put(rocksdb::WriteOptions(), families[4], key, value).ok());
    }
    for (rocksdb::ColumnFamilyHandle* family : families) {
      EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
    }
    EXPECT_TRUE(db->Close().ok());
  }
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->GetJoinToken(token_.hash).value(),
            (JoinTokenState{token_, 3, TestRecord(7).serial, std::nullopt}));
  const std::vector<CertificateRecord> records = TestRecords(10, 3);
  std::vector<JoinTokenUse> uses;
  for (const CertificateRecord& record : records) {
    uses.push_back({token_.hash, record.serial});
  }
  const absl::StatusOr<CommitOutcomes> outcomes =
      store->Write({.certificates = records, .token_uses = uses});
  ASSERT_TRUE(outcomes.ok()) << outcomes.status();
  EXPECT_TRUE(outcomes->certificates[0].stored());
  EXPECT_TRUE(outcomes->certificates[1].stored());
  EXPECT_EQ(outcomes->certificates[2].kind, WriteOutcome::Kind::kSpent);
  EXPECT_EQ(store->GetJoinToken(token_.hash).value(),
            (JoinTokenState{token_, 5, records[1].serial, std::nullopt}));
}

TEST_F(RocksDbTokensTest, AnOlderStoreIsCheckedBeforeAnythingIsAdded) {
  ASSERT_NO_FATAL_FAILURE(MakeOldStore(/*with_tokens=*/false));
  const std::string kept = base_ + "/kept";
  fs::copy(folder_, kept, fs::copy_options::recursive);
  for (const char* file : {"MANIFEST", "CURRENT", ".log"}) {
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ + "/rocksdb")) {
      if (absl::StrContains(entry.path().filename().string(), file)) {
        fs::remove(entry.path());
        break;
      }
    }
    for (int again = 0; again < 2; ++again) {
      const absl::Status status = Open(folder_).status();
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << file << ": " << status;
      EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
    }
    fs::remove_all(folder_);
    fs::copy(kept, folder_, fs::copy_options::recursive);
  }
}

// A MANIFEST that ends before a family was made looks like an older store's, and RocksDB passes
// over the log's entries of families it does not know.
TEST_F(RocksDbTokensTest, AMissingFamilyIsNotMadeAnewWhereThereWasOne) {
  const std::string intact = base_ + "/intact";
  {
    const std::unique_ptr<Store> store = MustOpen();
    Fill(*store);
    fs::copy(folder_, intact, fs::copy_options::recursive);
  }
  const auto restore = [&] {
    fs::remove_all(folder_);
    fs::copy(intact, folder_, fs::copy_options::recursive);
  };
  restore();
  const size_t size = fs::file_size(Manifest());
  int refused = 0;
  int lost_tokens = 0;
  int lost_jwts = 0;
  for (size_t cut = 0; cut < size; cut += 5) {
    fs::resize_file(Manifest(), cut);
    const absl::StatusOr<std::unique_ptr<Store>> store = Open(folder_);
    if (store.ok()) {
      ExpectFilled(**store);
      EXPECT_TRUE((*store)->GetByRequestKey(TestRequestKey(1)).ok());
    } else {
      ++refused;
      EXPECT_EQ(store.status().code(), absl::StatusCode::kDataLoss) << cut << store.status();
      EXPECT_EQ(GetReason(store.status()), Reason::kStoreCorrupt);
      lost_tokens += absl::StrContains(store.status().message(), "its join tokens") ? 1 : 0;
      lost_jwts += absl::StrContains(store.status().message(), "its uses of JWTs") ? 1 : 0;
      EXPECT_EQ(Open(folder_).status().code(), absl::StatusCode::kDataLoss) << cut;
    }
    restore();
  }
  EXPECT_GT(refused, 0);
  EXPECT_GT(lost_tokens, 0);
  EXPECT_GT(lost_jwts, 0);
}

TEST_F(RocksDbTokensTest, ADamagedTokenOrUseIsDataLossAndOthersAreRead) {
  const JoinToken other = TestJoinToken(2);
  {
    const std::unique_ptr<Store> store = MustOpen();
    Fill(*store);
    ASSERT_TRUE(store->Write({.new_tokens = {other}}).ok());
  }
  {
    // As a bad disk would, below RocksDB's own checksums; by its own means, to be a valid table.
    rocksdb::Options options;
    std::vector<std::string> names;
    ASSERT_TRUE(rocksdb::DB::ListColumnFamilies(options, folder_ + "/rocksdb", &names).ok());
    names.erase(names.begin());  // The default one, whose entries a merge operator reads.
    rocksdb::DB* opened = nullptr;
    std::vector<rocksdb::ColumnFamilyHandle*> families;
    std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = {
        {rocksdb::kDefaultColumnFamilyName, options}};
    for (const std::string& name : names) {
      descriptors.emplace_back(name, options);
    }
    ASSERT_TRUE(
        rocksdb::DB::Open(options, folder_ + "/rocksdb", descriptors, &families, &opened).ok());
    const std::unique_ptr<rocksdb::DB> db(opened);
    for (const auto& [name, key] :
         {std::pair<std::string, std::string>(kTokensFamily, TokenRevocationKey(token_.hash)),
          std::pair<std::string, std::string>(kJwtsFamily, JwtUseKey(TestJwtUse(1).id_hash))}) {
      const auto found = std::find_if(families.begin(), families.end(),
                                      [&name](auto* family) { return family->GetName() == name; });
      ASSERT_NE(found, families.end());
      std::string value;
      ASSERT_TRUE(db->Get(rocksdb::ReadOptions(), *found, key, &value).ok());
      value.back() = static_cast<char>(value.back() ^ 1);
      ASSERT_TRUE(db->Put(rocksdb::WriteOptions(), *found, key, value).ok());
    }
    for (rocksdb::ColumnFamilyHandle* family : families) {
      EXPECT_TRUE(db->DestroyColumnFamilyHandle(family).ok());
    }
    EXPECT_TRUE(db->Close().ok());
  }
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_NE(store, nullptr);
  for (const absl::Status& status :
       {store->GetJoinToken(token_.hash).status(), store->GetJwtUse(TestJwtUse(1).id_hash).status(),
        store->ForEachJoinToken("", [](const JoinTokenState&) { return true; })}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
    EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
  }
  EXPECT_TRUE(store->GetJoinToken(other.hash).ok());
  // It is still dropped when its time has come.
  EXPECT_EQ(store->DropJoinTokens(absl::InfiniteFuture()).value(), 2u);
}

}  // namespace
}  // namespace fleetca::store
