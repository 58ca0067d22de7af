// How far the store got, kept outside the database.
#ifndef FLEETCA_STORE_ROCKSDB_HEAD_FILE_H_
#define FLEETCA_STORE_ROCKSDB_HEAD_FILE_H_

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "store/rocksdb/slot_file.h"

namespace fleetca::store {

// A write-ahead log that was deleted or cut short reads back as a shorter log, and the database
// opens without a word. The head is the number of the last write that was acknowledged, in a file
// of its own; a database that comes back with a lower number has lost something.
//
// Advance comes after the write it speaks of is on stable storage and is itself not synced, which
// costs a microsecond and is right in both ways to die: what a killed process wrote is in the page
// cache, and a power cut at worst leaves an older number, which is still true. Thread-safe.
class HeadFile {
 public:
  static std::string PathIn(const std::string& folder);

  // At zero.
  static absl::StatusOr<std::unique_ptr<HeadFile>> Create(const std::string& folder);
  // DATA_LOSS kStoreCorrupt when there is none or it is damaged.
  static absl::StatusOr<std::unique_ptr<HeadFile>> Open(const std::string& folder);

  HeadFile(const HeadFile&) = delete;
  HeadFile& operator=(const HeadFile&) = delete;

  uint64_t number() const;
  // Lower numbers are passed over: callers come in any order. Ignores errors: the number that
  // stands there stays true.
  void Advance(uint64_t number);

 private:
  HeadFile(std::unique_ptr<SlotFile> file, uint64_t number)
      : file_(std::move(file)), number_(number) {}

  mutable absl::Mutex mutex_;
  const std::unique_ptr<SlotFile> file_ ABSL_PT_GUARDED_BY(mutex_);  // synced when it ends
  uint64_t number_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_HEAD_FILE_H_
