#include "store/rocksdb/rocksdb_database.h"

#include <rocksdb/listener.h>
#include <rocksdb/options.h>
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <iterator>
#include <utility>

#include "absl/algorithm/container.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor_budget.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/forbidden_file.h"
#include "store/records/keys.h"
#include "store/rocksdb/folder.h"
#include "store/rocksdb/rocksdb_families.h"
#include "store/rocksdb/rocksdb_file_system.h"
#include "store/rocksdb/rocksdb_log.h"

namespace fleetca::store {
namespace {

// Of the store's share of descriptors, for what is not a table: the log, MANIFEST and the like, and
// what a compaction holds open beyond the tables that are cached.
constexpr uint64_t kOtherFiles = 16;
constexpr uint64_t kMinTables = 16;

int MaxOpenFiles(const DatabaseOptions& options) {
  if (options.max_open_files > 0) {
    return options.max_open_files;
  }
  rlimit limit{};
  getrlimit(RLIMIT_NOFILE, &limit);  // cannot fail for this process
  const uint64_t share = SplitDescriptors(limit.rlim_cur).store;
  return static_cast<int>(std::max(share, kOtherFiles + kMinTables) - kOtherFiles);
}

// Notes that something failed, and keeps RocksDB from mending it: ReopeningDatabase does.
class FailureListener : public rocksdb::EventListener {
 public:
  explicit FailureListener(std::shared_ptr<std::atomic<bool>> failed)
      : failed_(std::move(failed)) {}

  void OnBackgroundError(rocksdb::BackgroundErrorReason /*reason*/,
                         rocksdb::Status* /*status*/) override {
    failed_->store(true);
  }
  void OnErrorRecoveryBegin(rocksdb::BackgroundErrorReason /*reason*/, rocksdb::Status /*status*/,
                            bool* auto_recovery) override {
    *auto_recovery = false;
  }

 private:
  const std::shared_ptr<std::atomic<bool>> failed_;
};

// Counts how long the log's syncs take.
class SyncListener : public rocksdb::EventListener {
 public:
  explicit SyncListener(std::shared_ptr<StoreStats> stats) : stats_(std::move(stats)) {}

  bool ShouldBeNotifiedOnFileIO() override { return true; }
  void OnFileSyncFinish(const rocksdb::FileOperationInfo& info) override {
    if (info.status.ok() && absl::EndsWith(AsView(info.path), ".log")) {
      stats_->sync_microseconds.Record(
          std::chrono::duration_cast<std::chrono::microseconds>(info.duration).count());
    }
  }

 private:
  const std::shared_ptr<StoreStats> stats_;
};

rocksdb::DBOptions MakeDbOptions(
    const DatabaseOptions& store_options, bool create, const std::string& folder,
    const std::vector<std::shared_ptr<rocksdb::EventListener>>& listeners) {
  rocksdb::DBOptions options;
  options.env = OwnerOnlyEnv();
  options.listeners = listeners;
  options.max_bgerror_resume_count = 0;
  options.create_if_missing = create;
  options.create_missing_column_families = create;
  options.error_if_exists = create;
  // Damage is found, not read around. The one thing let pass is a log's torn end, which a power cut
  // leaves of a write that was never acknowledged; HeadFile finds it when it was.
  options.paranoid_checks = true;
  options.verify_sst_unique_id_in_manifest = true;
  options.track_and_verify_wals_in_manifest = true;
  options.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  options.max_total_wal_size = uint64_t{256} << 20;
  options.max_background_jobs = 2;
  options.max_open_files = MaxOpenFiles(store_options);
  // Needed for the insertion hints below; the leader of a group inserts for all anyway.
  options.allow_concurrent_memtable_write = false;
  options.info_log = MakeRocksDbLog(folder + ".log");
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  return options;
}

// The families that the database there lacks because an earlier release made it.
std::vector<absl::string_view> MissingFamilies(const rocksdb::DBOptions& options,
                                               const std::string& folder) {
  std::vector<absl::string_view> missing;
  std::vector<std::string> names;
  // What cannot be listed does not open, and that says why.
  if (rocksdb::DB::ListColumnFamilies(options, folder, &names).ok()) {
    for (const LaterFamily& later : kLaterFamilies) {
      if (!absl::c_linear_search(names, later.name)) {
        missing.push_back(later.name);
      }
    }
  }
  return missing;
}

// What DB::Open says when a file is missing depends on the file.
bool IsDamage(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsInvalidArgument() || status.IsNotFound() ||
         status.IsPathNotFound();
}

absl::Status OpenError(const rocksdb::Status& status, const std::string& folder) {
  const std::string text = status.ToString();
  // Before all else: what RocksDB makes of a file that it may not read depends on the file.
  if (const std::string why = WhyForbidden(folder); !why.empty()) {
    return Unavailable(
        Reason::kStoreUnavailable,
        absl::StrCat("the database in ", folder, " does not open: ", why, " (", text, ")"));
  }
  if (IsDamage(status)) {
    return DataLoss(Reason::kStoreCorrupt,
                    absl::StrCat("the database in ", folder,
                                 " is damaged or not complete; restore the whole store from a "
                                 "backup: ",
                                 text));
  }
  if (status.IsIOError() && absl::StrContains(text, "lock")) {
    return FailedPrecondition(
        Reason::kStoreLocked,
        absl::StrCat("another program has the database in ", folder,
                     " open; stop it first, or give this one a folder of its own: ", text));
  }
  return Unavailable(Reason::kStoreUnavailable,
                     absl::StrCat("the database in ", folder, " does not open: ", text));
}

}  // namespace

absl::Status ReadError(const rocksdb::Status& status) {
  if (IsDamage(status)) {
    return DataLoss(
        Reason::kStoreCorrupt,
        absl::StrCat("the store is damaged; restore it from a backup: ", status.ToString()));
  }
  return Unavailable(Reason::kStoreUnavailable,
                     absl::StrCat("the store cannot be read: ", status.ToString()));
}

absl::StatusOr<std::unique_ptr<Database>> Database::Create(const DatabaseOptions& options,
                                                           const std::string& folder) {
  const rocksdb::Status status = rocksdb::DestroyDB(folder, rocksdb::Options());
  if (!status.ok()) {
    return OpenError(status, folder);
  }
  // RocksDB would make it readable for all.
  FLEETCA_RETURN_IF_ERROR(MakeFolder(folder));
  return OpenOrCreate(options, folder, /*create=*/true);
}

absl::StatusOr<std::unique_ptr<Database>> Database::Open(const DatabaseOptions& options,
                                                         const std::string& folder) {
  return OpenOrCreate(options, folder, /*create=*/false);
}

absl::StatusOr<std::unique_ptr<Database>> Database::OpenOrCreate(const DatabaseOptions& options,
                                                                 const std::string& folder,
                                                                 bool create) {
  rocksdb::DB* db = nullptr;
  const auto failed = std::make_shared<std::atomic<bool>>(false);
  const rocksdb::DBOptions db_options = MakeDbOptions(
      options, create, folder,
      {std::make_shared<FailureListener>(failed), std::make_shared<SyncListener>(options.stats)});
  std::vector<rocksdb::ColumnFamilyDescriptor> descriptors = MakeFamilies(options);
  std::vector<absl::string_view> missing;
  if (!create) {
    missing = MissingFamilies(db_options, folder);
  }
  KeepForOwner(folder);
  std::vector<rocksdb::ColumnFamilyDescriptor> there;
  std::vector<size_t> numbers;
  for (size_t i = 0; i < descriptors.size(); ++i) {
    if (!absl::c_linear_search(missing, descriptors[i].name)) {
      there.push_back(descriptors[i]);
      numbers.push_back(i);
    }
  }
  std::vector<rocksdb::ColumnFamilyHandle*> families;
  const rocksdb::Status status = rocksdb::DB::Open(db_options, folder, there, &families, &db);
  if (!status.ok()) {
    return OpenError(status, folder);
  }
  auto database = std::unique_ptr<Database>(new Database(
      failed, options.cutoff, std::unique_ptr<rocksdb::DB>(db), std::move(descriptors)));
  for (size_t i = 0; i < families.size(); ++i) {
    database->families_[numbers[i]] = families[i];
  }
  return database;
}

absl::Status Database::CreateFamily(Family family) {
  const size_t number = static_cast<size_t>(family);
  const rocksdb::Status status = db_->CreateColumnFamily(
      descriptors_[number].options, descriptors_[number].name, &families_[number]);
  return status.ok() ? absl::OkStatus() : OpenError(status, db_->GetName());
}

std::vector<rocksdb::ColumnFamilyHandle*> Database::families() const {
  std::vector<rocksdb::ColumnFamilyHandle*> there;
  absl::c_copy_if(families_, std::back_inserter(there),
                  [](rocksdb::ColumnFamilyHandle* family) { return family != nullptr; });
  return there;
}

Database::~Database() {
  // A flush that fails or is left out loses nothing: the log holds it all.
  if (!failed()) {
    db_->Flush(rocksdb::FlushOptions(), families()).PermitUncheckedError();
  }
  for (rocksdb::ColumnFamilyHandle* family : families()) {
    db_->DestroyColumnFamilyHandle(family).PermitUncheckedError();
  }
  db_->Close().PermitUncheckedError();
}

}  // namespace fleetca::store
