// Questions to the store from threads that must not wait for a disk.
#ifndef FLEETCA_SERVICE_CALL_RECORD_LOOKUPS_H_
#define FLEETCA_SERVICE_CALL_RECORD_LOOKUPS_H_

#include <deque>
#include <functional>
#include <memory>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/thread.h"

namespace fleetca::service {

// Look-ups on threads of their own, so that one of gRPC's threads, which serves many connections,
// waits for an answer only so long. A look-up takes microseconds; when the disk hangs, the first
// that waited in vain makes all others fail at once until the store answers again. Thread-safe.
class RecordLookups {
 public:
  // May run when the one who asked has gone: what it refers to outlives the look-ups, or is its
  // own.
  using LookUp = std::function<absl::Status()>;

  struct Options {
    int threads = 2;
    // How long a caller waits, at most.
    absl::Duration patience = absl::Milliseconds(500);
    // How many may wait; the rest fails at once.
    size_t capacity = 256;
  };

  // The errors of Thread::Start.
  static absl::StatusOr<std::unique_ptr<RecordLookups>> Start(Options options);
  // Waits for the look-ups that have begun. No call may be in Ask.
  ~RecordLookups();
  RecordLookups(const RecordLookups&) = delete;
  RecordLookups& operator=(const RecordLookups&) = delete;

  // What the look-up says. UNAVAILABLE kStoreUnavailable when it has not said it in time.
  absl::Status Ask(LookUp look_up) ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  struct Question {
    LookUp look_up;
    bool answered = false;
    absl::Status answer;
  };

  explicit RecordLookups(Options options) : options_(options) {}

  // The next question; null when there will be none.
  std::shared_ptr<Question> Next() ABSL_LOCKS_EXCLUDED(mutex_);
  void Work() ABSL_LOCKS_EXCLUDED(mutex_);
  bool HasWork() const ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return ending_ || !waiting_.empty();
  }

  const Options options_;
  absl::Mutex mutex_;
  // Shared with the caller, who may have gone when the answer comes.
  std::deque<std::shared_ptr<Question>> waiting_ ABSL_GUARDED_BY(mutex_);
  // Someone waited in vain, and nothing was answered since.
  bool hangs_ ABSL_GUARDED_BY(mutex_) = false;
  bool ending_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<Thread> threads_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_RECORD_LOOKUPS_H_
