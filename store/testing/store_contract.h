// What the contract tests, which are run on every Store there is, share.
#ifndef FLEETCA_STORE_TESTING_STORE_CONTRACT_H_
#define FLEETCA_STORE_TESTING_STORE_CONTRACT_H_

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "base/errors.h"
#include "store/memory/memory_store.h"
#include "store/rocksdb/rocksdb_restore.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/store.h"
#include "store/testing/write_stored.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {

struct StoreKind {
  const char* name;
  // Opens the store of `folder`, which those without a disk ignore.
  std::function<absl::StatusOr<std::unique_ptr<Store>>(const std::string& folder)> open;
  // Another handle on the engine of `store`, as another server's; null where an engine has one.
  std::function<std::unique_ptr<Store>(const Store& store)> open_another;
  // Takes the store of `folder` for one that was restored at that time.
  std::function<void(std::unique_ptr<Store>& store, const std::string& folder, absl::Time now)>
      restore;
};

inline void RestoreRocksDb(std::unique_ptr<Store>& store, const std::string& folder,
                           absl::Time now) {
  store.reset();
  RocksDbOptions options;
  options.path = folder;
  options.head_file = folder + ".head";
  const absl::StatusOr<RestoreSummary> summary = AcceptLoss(options, now);
  ASSERT_TRUE(summary.ok()) << summary.status();
  absl::StatusOr<std::unique_ptr<Store>> restored = OpenRocksDbStore(options);
  ASSERT_TRUE(restored.ok()) << restored.status();
  store = *std::move(restored);
}

inline std::vector<StoreKind> StoreKinds() {
  return {{"Memory",
           [](const std::string&) -> absl::StatusOr<std::unique_ptr<Store>> {
             return std::make_unique<MemoryStore>();
           },
           [](const Store& store) -> std::unique_ptr<Store> {
             return std::make_unique<MemoryStore>(dynamic_cast<const MemoryStore&>(store), 0xf1ef);
           },
           [](std::unique_ptr<Store>& store, const std::string&, absl::Time now) {
             dynamic_cast<MemoryStore&>(*store).SetRestored(now);
           }},
          {"RocksDb",
           [](const std::string& folder) {
             RocksDbOptions options;
             options.path = folder;
             return OpenRocksDbStore(options);
           },
           nullptr, RestoreRocksDb}};
}

inline std::string StoreKindName(const ::testing::TestParamInfo<StoreKind>& info) {
  return info.param.name;
}

class StoreContractTest : public ::testing::TestWithParam<StoreKind> {
 protected:
  void SetUp() override {
    absl::StatusOr<std::unique_ptr<Store>> store = GetParam().open(folder_);
    ASSERT_TRUE(store.ok()) << store.status();
    store_ = *std::move(store);
  }

  void Append(const CertificateRecord& record) {
    const absl::Status status = WriteStored(*store_, {.certificates = {record}});
    ASSERT_TRUE(status.ok()) << status;
  }

  CommitOutcomes MustWrite(const Commit& commit) {
    absl::StatusOr<CommitOutcomes> outcomes = store_->Write(commit);
    EXPECT_TRUE(outcomes.ok()) << outcomes.status();
    return outcomes.ok() ? *std::move(outcomes) : CommitOutcomes();
  }

  void Restore(absl::Time now) { GetParam().restore(store_, folder_, now); }

  std::vector<std::string> SerialsByExpiry(absl::Time from, absl::Time to) {
    std::vector<std::string> serials;
    const absl::Status status =
        store_->ForEachByExpiry(from, to, [&serials](const CertificateRecord& record) {
          serials.push_back(record.serial);
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    return serials;
  }

  std::vector<std::string> SerialsByIdentity(absl::string_view identity) {
    std::vector<std::string> serials;
    const absl::Status status =
        store_->ForEachByIdentity(identity, [&](const CertificateRecord& record) {
          EXPECT_EQ(record.identity, identity);
          serials.push_back(record.serial);
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    return serials;
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path() + "/store";
  std::unique_ptr<Store> store_;
};

inline void ExpectNotFound(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kNotFound) << status;
  EXPECT_EQ(GetReason(status), Reason::kNotFound);
}

inline void ExpectInternal(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kInternal) << status;
  EXPECT_EQ(GetReason(status), Reason::kInternal);
}

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_TESTING_STORE_CONTRACT_H_
