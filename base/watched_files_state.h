// The inside of WatchedFiles.
#ifndef FLEETCA_BASE_WATCHED_FILES_STATE_H_
#define FLEETCA_BASE_WATCHED_FILES_STATE_H_

#include <string>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/watched_files.h"

namespace fleetca {

// Thread-safe: one thread at a time reads and switches.
class WatchedFiles::State {
 public:
  State(absl::string_view what, std::vector<WatchedFile> files, Switch switch_to, Reader reader,
        Faults faults)
      : says_faults_(faults == Faults::kLogged),
        what_(what),
        files_(std::move(files)),
        switch_to_(std::move(switch_to)),
        reader_(std::move(reader)) {}

  absl::Status Load() ABSL_LOCKS_EXCLUDED(mutex_);
  void Look() ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing is read or switched once this has returned.
  void Stop() ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    stopped_ = true;
  }

 private:
  // False for one that is remembered already, or one too many.
  bool RememberFault(absl::string_view message) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteFault(const absl::Status& fault) ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  void NoteSameAgain() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const bool says_faults_;
  const std::string what_;
  const std::vector<WatchedFile> files_;
  const Switch switch_to_;
  const Reader reader_;
  absl::Mutex mutex_;
  bool stopped_ ABSL_GUARDED_BY(mutex_) = false;
  // SHA-256 over contents; "" for none.
  std::string in_force_ ABSL_GUARDED_BY(mutex_);
  std::string last_seen_ ABSL_GUARDED_BY(mutex_);
  // What was wrong since the files were right the last time, each once, and a few at most.
  std::vector<std::string> faults_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_WATCHED_FILES_STATE_H_
