#include "base/file_watcher.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/status_macros.h"
#include "base/watched_files_state.h"

namespace fleetca {

absl::StatusOr<std::unique_ptr<FileWatcher>> FileWatcher::Start(absl::Duration interval,
                                                                WatchedFiles::Reader reader) {
  auto watcher = absl::WrapUnique(new FileWatcher(interval, std::move(reader)));
  FLEETCA_ASSIGN_OR_RETURN(watcher->thread_,
                           Thread::Start("file_watcher", [self = watcher.get()] { self->Run(); }));
  return watcher;
}

FileWatcher::~FileWatcher() {
  {
    absl::MutexLock lock(&mutex_);
    stopping_ = true;
  }
  stop_.Set();
  thread_.Join();
}

void FileWatcher::Watch(const WatchedFiles& files) {
  absl::MutexLock lock(&mutex_);
  watched_.push_back(files.state_);
}

std::vector<std::shared_ptr<WatchedFiles::State>> FileWatcher::Watched() {
  std::vector<std::shared_ptr<WatchedFiles::State>> all;
  std::vector<std::weak_ptr<WatchedFiles::State>> kept;
  for (const std::weak_ptr<WatchedFiles::State>& one : watched_) {
    if (std::shared_ptr<WatchedFiles::State> files = one.lock()) {
      all.push_back(std::move(files));
      kept.push_back(one);
    }
  }
  watched_.swap(kept);
  return all;
}

void FileWatcher::Run() {
  while (true) {
    std::vector<std::shared_ptr<WatchedFiles::State>> all;
    stop_.WaitFor(interval_);
    {
      absl::MutexLock lock(&mutex_);
      if (stopping_) {
        return;
      }
      all = Watched();
    }
    for (const std::shared_ptr<WatchedFiles::State>& files : all) {
      files->Look();
    }
  }
}

}  // namespace fleetca
