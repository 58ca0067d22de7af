// A store whose files were damaged or lost does not open, or says DATA_LOSS for what is gone: never
// silently fewer records.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/test_record.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

constexpr uint64_t kAppends = 40;
constexpr size_t kBatch = 5;
constexpr uint64_t kRecords = kAppends * kBatch;

std::string ReadAll(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteAll(const fs::path& path, const std::string& contents) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << contents;
}

void FlipByte(const fs::path& path, size_t at) {
  std::string contents = ReadAll(path);
  ASSERT_LT(at, contents.size());
  contents[at] = static_cast<char>(contents[at] ^ 0x10);
  WriteAll(path, contents);
}

class Checklist19DamageTest : public ::testing::Test {
 protected:
  static absl::StatusOr<std::unique_ptr<Store>> Open(const std::string& folder) {
    RocksDbOptions options;
    options.path = folder;
    return OpenRocksDbStore(options);
  }

  // A store with kRecords records. `crashed`: all in the log, as after a kill; else all in tables.
  void MakeStore(bool crashed) {
    const std::string live = base_ + "/live";
    {
      const absl::StatusOr<std::unique_ptr<Store>> store = Open(live);
      ASSERT_TRUE(store.ok()) << store.status();
      for (uint64_t number = 0; number < kRecords; number += kBatch) {
        ASSERT_TRUE((*store)->Write({.certificates = TestRecords(number, kBatch)}).ok());
      }
      if (crashed) {
        fs::copy(live, folder_, fs::copy_options::recursive);
      }
    }
    if (!crashed) {
      fs::copy(live, folder_, fs::copy_options::recursive);
    }
    fs::copy(folder_, base_ + "/intact", fs::copy_options::recursive);
  }

  void Restore() {
    fs::remove_all(folder_);
    fs::copy(base_ + "/intact", folder_, fs::copy_options::recursive);
  }

  // The one file of the database with this in its name and at least this size.
  fs::path File(absl::string_view part, size_t size = 1) const {
    std::vector<fs::path> found;
    for (const fs::directory_entry& entry : fs::directory_iterator(folder_ + "/rocksdb")) {
      if (absl::StrContains(entry.path().filename().string(), part) && entry.file_size() >= size) {
        found.push_back(entry.path());
      }
    }
    EXPECT_EQ(found.size(), 1u) << part;
    return found.empty() ? fs::path() : found.front();
  }

  fs::path Log() const { return File(".log", 10000); }
  // The table of the certificates; the indexes' are small.
  fs::path Table() const { return File(".sst", 50000); }

  void ExpectRefused(const std::string& what) {
    const absl::Status status = Open(folder_).status();
    EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << what << ": " << status;
    EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt) << what;
    EXPECT_TRUE(absl::StrContains(status.message(), folder_)) << status;
    // And again: refusing repairs nothing.
    EXPECT_EQ(Open(folder_).status().code(), absl::StatusCode::kDataLoss) << what;
  }

  void ExpectAllThere(uint64_t records) {
    const absl::StatusOr<std::unique_ptr<Store>> store = Open(folder_);
    ASSERT_TRUE(store.ok()) << store.status();
    for (uint64_t number = 0; number < records; ++number) {
      const CertificateRecord expected = TestRecord(number);
      const absl::StatusOr<CertificateRecord> found = (*store)->GetBySerial(expected.serial);
      ASSERT_TRUE(found.ok()) << number << ": " << found.status();
      EXPECT_EQ(*found, expected);
      EXPECT_TRUE((*store)->GetByRequestKey(expected.request_key).ok());
    }
  }

  const testing::TemporaryFolder temporary_;
  const std::string base_ = temporary_.path();
  const std::string folder_ = base_ + "/store";
};

TEST_F(Checklist19DamageTest, UndamagedCopiesOpen) {
  MakeStore(/*crashed=*/true);
  ExpectAllThere(kRecords);
  ExpectAllThere(kRecords);
}

TEST_F(Checklist19DamageTest, AFlippedByteInTheLogIsRefused) {
  MakeStore(/*crashed=*/true);
  const size_t size = fs::file_size(Log());
  for (size_t at = 3; at < size; at += size / 60) {
    FlipByte(Log(), at);
    ExpectRefused(absl::StrCat("flipped byte ", at, " of ", size));
    Restore();
  }
  FlipByte(Log(), size - 1);
  ExpectRefused("flipped last byte");
}

TEST_F(Checklist19DamageTest, AShortenedLogIsRefused) {
  MakeStore(/*crashed=*/true);
  const size_t size = fs::file_size(Log());
  std::vector<size_t> sizes = {size - 1, size - 8};
  for (size_t shorter = 0; shorter < size; shorter += size / 25) {
    sizes.push_back(shorter);
  }
  for (const size_t shorter : sizes) {
    fs::resize_file(Log(), shorter);
    ExpectRefused(absl::StrCat("cut to ", shorter, " of ", size));
    Restore();
  }
}

TEST_F(Checklist19DamageTest, ADeletedLogIsRefused) {
  MakeStore(/*crashed=*/true);
  fs::remove(Log());
  ExpectRefused("deleted log");
}

// What a power cut may leave of a write that was never acknowledged.
TEST_F(Checklist19DamageTest, ATornWriteAtTheEndOfTheLogIsDropped) {
  const std::string live = base_ + "/live";
  const absl::StatusOr<std::unique_ptr<Store>> store = Open(live);
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->Write({.certificates = TestRecords(0, 20)}).ok());
  fs::copy(live, folder_, fs::copy_options::recursive);
  const size_t before = fs::file_size(Log());
  ASSERT_TRUE((*store)->Write({.certificates = TestRecords(20, 20)}).ok());
  const std::string log_path = Log().filename().string();
  const std::string log = ReadAll(live + "/rocksdb/" + log_path);
  ASSERT_GT(log.size(), before);
  fs::copy(folder_, base_ + "/intact", fs::copy_options::recursive);
  for (size_t size = before + 1; size < log.size(); size += (log.size() - before) / 10) {
    WriteAll(Log(), log.substr(0, size));
    ExpectAllThere(20);
    {
      const absl::StatusOr<std::unique_ptr<Store>> reopened = Open(folder_);
      ASSERT_TRUE(reopened.ok()) << reopened.status();
      EXPECT_FALSE((*reopened)->GetBySerial(TestRecord(20).serial).ok());
      EXPECT_FALSE((*reopened)->GetBySerial(TestRecord(39).serial).ok());
    }
    Restore();
  }
}

TEST_F(Checklist19DamageTest, ADeletedOrShortenedTableIsRefused) {
  MakeStore(/*crashed=*/false);
  const size_t size = fs::file_size(Table());
  fs::resize_file(Table(), size - 1);
  ExpectRefused("shortened table");
  Restore();
  fs::remove(Table());
  ExpectRefused("deleted table");
}

// A block of a table is read only when it is needed, or opening would cost per certificate.
TEST_F(Checklist19DamageTest, AFlippedByteInATableIsFoundAtTheLatestWhenItIsRead) {
  MakeStore(/*crashed=*/false);
  const size_t size = fs::file_size(Table());
  for (size_t at = 11; at < size; at += size / 40) {
    FlipByte(Table(), at);
    const absl::StatusOr<std::unique_ptr<Store>> store = Open(folder_);
    absl::Status status = store.status();
    size_t seen = 0;
    if (status.ok()) {
      status = (*store)->ForEachByExpiry(absl::InfinitePast(), absl::InfiniteFuture(),
                                         [&seen](const CertificateRecord& record) {
                                           EXPECT_EQ(record, TestRecord(seen));
                                           ++seen;
                                           return true;
                                         });
    }
    // Padding and properties that nothing depends on may flip unseen; records may not.
    if (status.ok()) {
      EXPECT_EQ(seen, kRecords) << at;
    } else {
      EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << at << ": " << status;
      EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
      EXPECT_LT(seen, kRecords) << at;
    }
    Restore();
  }
  FlipByte(Table(), size / 2);
  const absl::StatusOr<std::unique_ptr<Store>> store = Open(folder_);
  ASSERT_TRUE(store.ok()) << store.status();
  int data_loss = 0;
  for (uint64_t number = 0; number < kRecords; ++number) {
    const absl::Status status = (*store)->GetBySerial(TestRecord(number).serial).status();
    EXPECT_TRUE(status.ok() || status.code() == absl::StatusCode::kDataLoss) << status;
    data_loss += status.ok() ? 0 : 1;
  }
  EXPECT_GT(data_loss, 0);
}

TEST_F(Checklist19DamageTest, MissingFilesAreRefused) {
  MakeStore(/*crashed=*/true);
  const std::vector<std::pair<std::string, std::function<void()>>> damages = {
      {"deleted MANIFEST", [this] { fs::remove(File("MANIFEST")); }},
      {"deleted CURRENT", [this] { fs::remove(File("CURRENT")); }},
      {"deleted head", [this] { fs::remove(folder_ + "/head"); }},
      {"deleted witness", [this] { fs::remove(folder_ + "/fleetca.store"); }},
      {"deleted witness and database",
       [this] {
         fs::remove(folder_ + "/fleetca.store");
         fs::remove_all(folder_ + "/rocksdb");
       }},
      {"deleted database", [this] { fs::remove_all(folder_ + "/rocksdb"); }},
      {"emptied database",
       [this] {
         fs::remove_all(folder_ + "/rocksdb");
         fs::create_directory(folder_ + "/rocksdb");
       }},
      {"another store's database",
       [this] {
         ASSERT_TRUE(Open(base_ + "/other").ok());
         fs::remove_all(folder_ + "/rocksdb");
         fs::rename(base_ + "/other/rocksdb", folder_ + "/rocksdb");
       }},
      {"emptied CURRENT", [this] { fs::resize_file(File("CURRENT"), 0); }},
      {"emptied witness", [this] { fs::resize_file(folder_ + "/fleetca.store", 0); }},
      {"flipped instance id", [this] { FlipByte(folder_ + "/fleetca.store", 35); }},
  };
  for (const auto& [what, damage] : damages) {
    damage();
    ExpectRefused(what);
    Restore();
  }
  ExpectAllThere(kRecords);
}

TEST_F(Checklist19DamageTest, ADamagedManifestIsRefused) {
  for (const bool crashed : {false, true}) {
    fs::remove_all(base_);
    fs::create_directories(base_);
    MakeStore(crashed);
    const size_t size = fs::file_size(File("MANIFEST"));
    for (size_t at = 0; at < size; at += 1 + size / 40) {
      FlipByte(File("MANIFEST"), at);
      ExpectRefused(absl::StrCat("flipped byte ", at, " of ", size, crashed ? ", crashed" : ""));
      Restore();
      // Cut within its last entries it is an older one, which is refused when records came after.
      if (!crashed) {
        fs::resize_file(File("MANIFEST"), at);
        ExpectRefused(absl::StrCat("cut to ", at, " of ", size));
        Restore();
      }
    }
  }
}

TEST_F(Checklist19DamageTest, AnOlderDatabaseIsRefused) {
  const std::string old = base_ + "/old";
  {
    const absl::StatusOr<std::unique_ptr<Store>> store = Open(folder_);
    ASSERT_TRUE(store.ok()) << store.status();
    ASSERT_TRUE((*store)->Write({.certificates = TestRecords(0, 5)}).ok());
    fs::copy(folder_, old, fs::copy_options::recursive);
    ASSERT_TRUE((*store)->Write({.certificates = TestRecords(5, 1)}).ok());
  }
  fs::remove_all(folder_ + "/rocksdb");
  fs::copy(old + "/rocksdb", folder_ + "/rocksdb", fs::copy_options::recursive);
  ExpectRefused("older database");
}

}  // namespace
}  // namespace fleetca::store
