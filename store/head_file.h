// How far the store got, kept outside the database.
#ifndef FLEETCA_STORE_HEAD_FILE_H_
#define FLEETCA_STORE_HEAD_FILE_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"

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

  // Syncs it.
  ~HeadFile();
  HeadFile(const HeadFile&) = delete;
  HeadFile& operator=(const HeadFile&) = delete;

  uint64_t number() const;
  // Lower numbers are passed over: callers come in any order. Ignores errors: the number that
  // stands there stays true.
  void Advance(uint64_t number);

 private:
  HeadFile(int fd, uint64_t number, int slot) : fd_(fd), number_(number), slot_(slot) {}

  const int fd_;
  mutable absl::Mutex mutex_;
  uint64_t number_ ABSL_GUARDED_BY(mutex_);
  // Which of the two slots holds number_; the other is written next, so that a torn write leaves
  // one that is whole.
  int slot_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_HEAD_FILE_H_
