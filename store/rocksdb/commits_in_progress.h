// Keeps commits that ask for the same thing one after the other. Private to the RocksDB target.
#ifndef FLEETCA_STORE_ROCKSDB_COMMITS_IN_PROGRESS_H_
#define FLEETCA_STORE_ROCKSDB_COMMITS_IN_PROGRESS_H_

#include <list>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "store/records/commit_keys.h"

namespace fleetca::store {

// A commit waits for those before it that have a key of its own, from before it looks its keys up
// until it is written. It takes all its keys at once and waits for earlier commits alone, so no two
// wait for each other and none is overtaken for ever. Thread-safe.
class CommitsInProgress {
 public:
  // In progress from its construction, which waits, to its destruction. Without keys it costs
  // nothing.
  class Turn {
   public:
    // `keys`, in their order, and `commits` outlive it.
    Turn(CommitsInProgress& commits, const CommitKeys& keys) ABSL_LOCKS_EXCLUDED(commits.mutex_);
    ~Turn() ABSL_LOCKS_EXCLUDED(commits_.mutex_);
    Turn(const Turn&) = delete;
    Turn& operator=(const Turn&) = delete;

   private:
    bool HasCome() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(commits_.mutex_);

    CommitsInProgress& commits_;
    const CommitKeys& keys_;
    std::list<const CommitKeys*>::iterator place_;
  };

 private:
  absl::Mutex mutex_;
  std::list<const CommitKeys*> commits_ ABSL_GUARDED_BY(mutex_);  // as they came
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_COMMITS_IN_PROGRESS_H_
