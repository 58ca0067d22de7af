#include "store/rocksdb/reopening_database.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/rocksdb/folder.h"

namespace fleetca::store {
namespace {

constexpr std::chrono::seconds kAttemptInterval(1);
// How long Close waits for operations under way.
constexpr absl::Duration kCloseWait = absl::Seconds(2);
constexpr absl::Duration kClosePoll = absl::Milliseconds(1);

absl::Status Failing() {
  return Unavailable(Reason::kStoreUnavailable,
                     "the store's disk failed, and nothing is issued until it takes writes again; "
                     "look at its space and health");
}

absl::Status StillFails(absl::string_view action, absl::string_view path, int error) {
  return Annotate(StoreFileError(action, path, error), "the store's disk still fails");
}

}  // namespace

class ReopeningDatabase::FailedCollector : public rocksdb::WriteBatch::Handler {
 public:
  // Of a batch that failed, or of one of what is to be put back.
  FailedCollector(bool back, std::vector<Failed>& failed) : back_(back), failed_(failed) {}

  rocksdb::Status PutCF(uint32_t family, const rocksdb::Slice& key,
                        const rocksdb::Slice& value) override {
    failed_.push_back({family, key.ToString(),
                       back_ ? std::optional<std::string>(value.ToString()) : std::nullopt});
    return rocksdb::Status::OK();
  }
  rocksdb::Status MergeCF(uint32_t /*family*/, const rocksdb::Slice& /*key*/,
                          const rocksdb::Slice& /*value*/) override {
    return rocksdb::Status::OK();
  }
  rocksdb::Status DeleteCF(uint32_t /*family*/, const rocksdb::Slice& /*key*/) override {
    return rocksdb::Status::OK();
  }

 private:
  const bool back_;
  std::vector<Failed>& failed_;
};

ReopeningDatabase::ReopeningDatabase(const DatabaseOptions& options, StoreFolder folder)
    : options_(options),
      folder_{.lock = std::move(folder.lock),
              .head = std::move(folder.head),
              .outside = std::move(folder.outside),
              .instance_id = folder.instance_id},
      database_(std::move(folder.database)) {}

void ReopeningDatabase::Acknowledged(uint64_t number, absl::Time noted_at) const {
  folder_.head->Advance(number);
  if (folder_.outside != nullptr) {
    folder_.outside->Advance(number, noted_at);
  }
}

void ReopeningDatabase::SyncHead() const {
  if (folder_.outside != nullptr) {
    folder_.outside->Sync();
  }
}

absl::StatusOr<std::shared_ptr<Database>> ReopeningDatabase::ForReading() const {
  absl::MutexLock lock(&mutex_);
  if (database_ == nullptr) {
    return closed_;
  }
  return database_;
}

absl::StatusOr<std::shared_ptr<Database>> ReopeningDatabase::ForWriting() {
  {
    absl::MutexLock lock(&mutex_);
    if (database_ != nullptr && !database_->failed()) {
      return database_;
    }
  }
  if (!ReopenIsDue()) {
    return Failing();
  }
  const absl::Status status = Reopen();
  {
    absl::MutexLock lock(&mutex_);
    reopening_ = false;
  }
  FLEETCA_RETURN_IF_ERROR(status);
  return ForReading();
}

void ReopeningDatabase::WriteFailed(const rocksdb::WriteBatch& batch,
                                    const rocksdb::WriteBatch& back) {
  absl::MutexLock lock(&mutex_);
  FailedCollector put(/*back=*/false, failed_);
  batch.Iterate(&put).PermitUncheckedError();
  FailedCollector put_back(/*back=*/true, failed_);
  back.Iterate(&put_back).PermitUncheckedError();
}

bool ReopeningDatabase::ReopenIsDue() {
  absl::MutexLock lock(&mutex_);
  const auto now = std::chrono::steady_clock::now();
  if (reopening_ || now - last_attempt_ < kAttemptInterval) {
    return false;
  }
  last_attempt_ = now;
  reopening_ = true;
  return true;
}

absl::Status ReopeningDatabase::ProbeDisk() const {
  const std::string path = absl::StrCat(options_.path, "/probe");
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
  if (fd < 0) {
    return StillFails("create", path, errno);
  }
  const auto remover = absl::MakeCleanup([fd, &path] {
    close(fd);
    unlink(path.c_str());
  });
  const int error = posix_fallocate(fd, 0, static_cast<off_t>(options_.memtable_bytes));
  if (error != 0) {
    return StillFails("have store.memtable_bytes of space in", path, error);
  }
  if (pwrite(fd, "probe", 5, 0) != 5 || fsync(fd) != 0) {
    return StillFails("write and sync", path, errno);
  }
  return absl::OkStatus();
}

absl::Status ReopeningDatabase::Reopen() {
  FLEETCA_RETURN_IF_ERROR(ProbeDisk());
  FLEETCA_RETURN_IF_ERROR(Close());
  absl::StatusOr<std::unique_ptr<Database>> database = OpenDatabase(options_, *folder_.head);
  absl::Status status = database.status();
  if (status.ok()) {
    status = TakeOutFailed(**database);
  }
  absl::MutexLock lock(&mutex_);
  if (status.ok()) {
    database_ = *std::move(database);
  } else {
    closed_ = status;
  }
  return status;
}

absl::Status ReopeningDatabase::Close() {
  std::shared_ptr<Database> closing;
  {
    absl::MutexLock lock(&mutex_);
    closed_ = Unavailable(Reason::kStoreUnavailable,
                          "the store is being opened anew after its disk failed; try again");
    closing = std::move(database_);
    database_ = nullptr;
  }
  const absl::Time deadline = absl::Now() + kCloseWait;
  while (closing.use_count() > 1) {
    if (absl::Now() > deadline) {
      absl::MutexLock lock(&mutex_);
      database_ = std::move(closing);
      return Failing();
    }
    absl::SleepFor(kClosePoll);
  }
  return absl::OkStatus();
}

absl::Status ReopeningDatabase::TakeOutFailed(Database& database) {
  absl::MutexLock lock(&mutex_);
  rocksdb::WriteBatch batch;
  for (const Failed& failed : failed_) {
    for (rocksdb::ColumnFamilyHandle* family : database.families()) {
      if (family->GetID() != failed.family) {
        continue;
      }
      if (failed.value.has_value()) {
        batch.Put(family, failed.key, *failed.value);
      } else {
        batch.Delete(family, failed.key);
      }
    }
  }
  rocksdb::WriteOptions synced;
  synced.sync = true;
  const rocksdb::Status status = database.db().Write(synced, &batch);
  if (!status.ok()) {
    return Unavailable(Reason::kStoreUnavailable,
                       absl::StrCat("the store's disk fails again: ", status.ToString()));
  }
  failed_.clear();
  return absl::OkStatus();
}

}  // namespace fleetca::store
