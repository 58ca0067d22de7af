// Descriptors, memory and file modes do not depend on how much is stored.
#include <gtest/gtest.h>
#include <sys/resource.h>
#include <sys/stat.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "base/errors.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/testing/test_record.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

constexpr rlim_t kDescriptors = 100;

size_t OpenDescriptors() {
  size_t count = 0;
  for ([[maybe_unused]] const fs::directory_entry& entry :
       fs::directory_iterator("/proc/self/fd")) {
    ++count;
  }
  return count;
}

size_t CountTables(const std::string& folder) {
  size_t count = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder + "/rocksdb")) {
    count += entry.path().extension() == ".sst" ? 1 : 0;
  }
  return count;
}

class RocksDbResourcesTest : public ::testing::Test {
 protected:
  absl::StatusOr<std::unique_ptr<Store>> Open() const {
    RocksDbOptions options;
    options.path = folder_;
    options.memtable_bytes = size_t{64} << 10;
    options.table_file_bytes = size_t{4} << 10;
    options.block_cache_bytes = size_t{1} << 20;
    return OpenRocksDbStore(options);
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/store";
};

// A store of more files than descriptors starts and runs.
TEST_F(RocksDbResourcesTest, Checklist65_MoreTablesThanDescriptors) {
  rlimit limit{};
  ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &limit), 0);
  limit.rlim_cur = kDescriptors;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &limit), 0);
  constexpr uint64_t kRecords = 12000;
  for (uint64_t first = 0; first < kRecords; first += kRecords / 4) {
    const absl::StatusOr<std::unique_ptr<Store>> store = Open();
    ASSERT_TRUE(store.ok()) << store.status();
    for (uint64_t number = first; number < first + kRecords / 4; number += 50) {
      const absl::Status status =
          (*store)->Write({.certificates = TestRecords(number, 50)}).status();
      ASSERT_TRUE(status.ok()) << number << ": " << status;
    }
    EXPECT_LT(OpenDescriptors(), kDescriptors);
  }
  EXPECT_GT(CountTables(folder_), kDescriptors + kDescriptors / 2);
  const absl::StatusOr<std::unique_ptr<Store>> store = Open();
  ASSERT_TRUE(store.ok()) << store.status();
  for (uint64_t number = 0; number < kRecords; number += 7) {
    const absl::StatusOr<CertificateRecord> record =
        (*store)->GetByRequestKey(TestRequestKey(number));
    ASSERT_TRUE(record.ok()) << number << ": " << record.status();
    EXPECT_EQ(*record, TestRecord(number));
    EXPECT_FALSE((*store)->GetByRequestKey(TestRequestKey(number + kRecords)).ok());
  }
  size_t seen = 0;
  EXPECT_TRUE((*store)
                  ->ForEachByIdentity(TestRecord(0).identity,
                                      [&seen](const CertificateRecord&) { return ++seen > 0; })
                  .ok());
  EXPECT_EQ(seen, kRecords);
  EXPECT_LT(OpenDescriptors(), kDescriptors);
}

// Whatever the umask; those that an earlier release left too.
TEST_F(RocksDbResourcesTest, EveryFileIsForTheOwnerOnly) {
  const mode_t mask = umask(0);
  Open().value()->Write({.certificates = TestRecords(0, 200)}).status().IgnoreError();
  std::string one;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder_ + "/rocksdb")) {
    if (entry.path().extension() == ".sst") {
      one = entry.path();
      fs::permissions(one, fs::perms(0644));
      break;
    }
  }
  EXPECT_NE(one, "");
  const absl::StatusOr<std::unique_ptr<Store>> store = Open();
  ASSERT_TRUE(store.ok()) << store.status();
  ASSERT_TRUE((*store)->Write({.certificates = TestRecords(200, 400)}).ok());
  umask(mask);
  size_t files = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder_)) {
    if (entry.is_regular_file()) {
      ++files;
      EXPECT_EQ(entry.status().permissions() & fs::perms(0077), fs::perms::none) << entry.path();
    }
  }
  EXPECT_GT(files, 8u);
}

}  // namespace
}  // namespace fleetca::store
