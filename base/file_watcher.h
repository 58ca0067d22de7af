// The thread that looks at watched files.
#ifndef FLEETCA_BASE_FILE_WATCHER_H_
#define FLEETCA_BASE_FILE_WATCHER_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/steady_event.h"
#include "base/thread.h"
#include "base/watched_files.h"

namespace fleetca {

// Looks at all files it was given, again and again; a process needs one. Thread-safe.
class FileWatcher {
 public:
  // The errors of Thread::Start. `reader` is for a process that may not open files by itself.
  static absl::StatusOr<std::unique_ptr<FileWatcher>> Start(
      absl::Duration interval = absl::Seconds(1), WatchedFiles::Reader reader = ReadTogether);
  FileWatcher(const FileWatcher&) = delete;
  FileWatcher& operator=(const FileWatcher&) = delete;
  // Waits for a look that is under way.
  ~FileWatcher();

  // How files are read in this process: for those who make the WatchedFiles.
  const WatchedFiles::Reader& reader() const { return reader_; }

  // From now on, for as long as `files` lives.
  void Watch(const WatchedFiles& files) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  FileWatcher(absl::Duration interval, WatchedFiles::Reader reader)
      : interval_(interval), reader_(std::move(reader)) {}

  void Run() ABSL_LOCKS_EXCLUDED(mutex_);
  // Those that are still there.
  std::vector<std::shared_ptr<WatchedFiles::State>> Watched() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);

  const absl::Duration interval_;
  const WatchedFiles::Reader reader_;
  absl::Mutex mutex_;
  std::vector<std::weak_ptr<WatchedFiles::State>> watched_ ABSL_GUARDED_BY(mutex_);
  bool stopping_ ABSL_GUARDED_BY(mutex_) = false;
  SteadyEvent stop_;  // set after stopping_
  Thread thread_;     // the last member: it uses the others
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_FILE_WATCHER_H_
