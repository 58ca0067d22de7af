// The database of a running store, closed and opened again after its disk failed. Private to the
// RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_REOPENING_DATABASE_H_
#define FLEETCA_STORE_ROCKSDB_REOPENING_DATABASE_H_

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "store/rocksdb/rocksdb_database.h"
#include "store/rocksdb/rocksdb_folder.h"

namespace fleetca::store {

// After a write or a sync failed, nobody can say what the disk holds of what it was given, so
// RocksDB refuses all writes. (It resumes by itself after a full disk, not after other failures;
// that is switched off, so that there is one way for all.) Here the next write, at most one in a
// second, looks whether the disk takes and syncs a memtable's worth again, and if it does, opens
// the database anew: what is on the disk is read back and held against the head, as after a crash.
// Meanwhile reads go on; they are refused only while it is being opened. Thread-safe.
class ReopeningDatabase {
 public:
  ReopeningDatabase(const DatabaseOptions& options, StoreFolder folder);

  // Hold it no longer than an operation takes: opening it anew waits for that. UNAVAILABLE
  // kStoreUnavailable while it is closed, or what came of opening it.
  absl::StatusOr<std::shared_ptr<Database>> ForReading() const;
  // As ForReading, and UNAVAILABLE kStoreUnavailable while the disk fails.
  absl::StatusOr<std::shared_ptr<Database>> ForWriting();

  // Says that this was given to the database, which failed. Should what it puts come back with it,
  // that is taken out before anyone sees it, and what `back` puts is put there: what the write put
  // over or deleted. All other keys that it puts must be those of nothing else. (Those of a reset
  // of the time are not; only a command does that, which ends with it.) What it merges may come
  // back.
  void WriteFailed(const rocksdb::WriteBatch& batch, const rocksdb::WriteBatch& back);

  // Says that the write with this number, and all before it, are on stable storage.
  void Acknowledged(uint64_t number, absl::Time noted_at) const;
  // Makes what Acknowledged said outlive a power cut.
  void SyncHead() const;

  uint16_t instance_id() const { return folder_.instance_id; }

 private:
  // What a write that failed has put, and the value that is to stand there; nullopt for none.
  struct Failed {
    uint32_t family;
    std::string key;
    std::optional<std::string> value;
  };
  class FailedCollector;

  [[nodiscard]] bool ReopenIsDue() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status ProbeDisk() const;
  absl::Status Reopen() ABSL_LOCKS_EXCLUDED(mutex_);
  // Takes the database away from all and closes it; UNAVAILABLE when someone keeps it.
  absl::Status Close() ABSL_LOCKS_EXCLUDED(mutex_);
  absl::Status TakeOutFailed(Database& database) ABSL_LOCKS_EXCLUDED(mutex_);

  const DatabaseOptions options_;
  // Without its database, which is below: destroyed first.
  const StoreFolder folder_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<Database> database_ ABSL_GUARDED_BY(mutex_);
  // Why database_ is null.
  absl::Status closed_ ABSL_GUARDED_BY(mutex_);
  bool reopening_ ABSL_GUARDED_BY(mutex_) = false;
  std::chrono::steady_clock::time_point last_attempt_ ABSL_GUARDED_BY(mutex_);
  std::vector<Failed> failed_ ABSL_GUARDED_BY(mutex_);  // a later one goes over an earlier one
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_REOPENING_DATABASE_H_
