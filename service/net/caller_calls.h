// The calls of each caller that cost a port memory: those that arrived and have not ended.
#ifndef FLEETCA_SERVICE_NET_CALLER_CALLS_H_
#define FLEETCA_SERVICE_NET_CALLER_CALLS_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace fleetca::service {

// Of one caller. gRPC 1.51 keeps some 40 KB of a call whose stream was reset until gRPC comes round
// to the call, which is late while more and more streams are opened and reset. So calls that
// arrived and have not begun, and those that their caller gave up, count as debts, until the
// listener's watch forgives them by and by. Thread-safe.
class CallerCalls {
 public:
  // The most calls of one caller that are open or debts: kMost, and kMostOfAConnection for each
  // connection, which cannot have more streams at once, and never more than kMostInAll.
  static constexpr int64_t kMost = 1000;
  static constexpr int64_t kMostOfAConnection = 100;
  static constexpr int64_t kMostInAll = 8000;
  // This many refused calls between two looks are a flood: a client that heeds a refusal has made
  // fewer.
  static constexpr int64_t kFlood = 200;

  // A call has arrived. False when it is one too many, and then it is not counted: to be refused at
  // once, which costs next to nothing.
  [[nodiscard]] bool Arrive();
  // The handler of a call that arrived has begun: of a unary call, when its message is complete. Of
  // one that was refused, or broken off before, none ever does.
  void Begun() {
    Forgive(1);
    open_.fetch_add(1, std::memory_order_relaxed);
  }
  // A call that had begun is gone.
  void Ended(bool given_up) {
    open_.fetch_sub(1, std::memory_order_relaxed);
    if (given_up) {
      debts_.fetch_add(1, std::memory_order_relaxed);
    }
  }

  // Takes up to `calls` off the debts.
  void Forgive(int64_t calls);

  void ConnectionBegun() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void ConnectionEnded() { connections_.fetch_sub(1, std::memory_order_relaxed); }

  // Calls for which Arrive was false since the last time.
  int64_t TakeRefused() { return refused_.exchange(0, std::memory_order_relaxed); }
  int64_t refused() const { return refused_.load(std::memory_order_relaxed); }

  // Calls whose handlers have begun and are not gone.
  int64_t open() const { return open_.load(std::memory_order_relaxed); }
  int64_t debts() const { return debts_.load(std::memory_order_relaxed); }
  int64_t connections() const { return connections_.load(std::memory_order_relaxed); }

 private:
  std::atomic<int64_t> open_{0};
  std::atomic<int64_t> debts_{0};
  std::atomic<int64_t> refused_{0};
  std::atomic<int64_t> connections_{0};
};

// The callers of a port. A port's access check asks for every call when it arrives, before any
// memory but its headers' is spent. Thread-safe.
class CallerTable {
 public:
  // How long a debt counts when it is the caller's only one; 200 are forgiven in a second.
  static constexpr absl::Duration kForgivenAfter = absl::Milliseconds(5);

  // The caller's, made when it is not there yet. Callers have shown a certificate, so that there
  // are not more of them than certificates.
  std::shared_ptr<CallerCalls> Of(absl::string_view caller) ABSL_LOCKS_EXCLUDED(mutex_);

  // `alarm` is called, on any thread, when a caller begins to flood after a look: the next one
  // should come at once. Set it before the first call.
  void SetAlarm(std::function<void()> alarm) { alarm_ = std::move(alarm); }

  // CallerCalls::Arrive, with the alarm.
  [[nodiscard]] bool Arrive(absl::string_view caller) ABSL_LOCKS_EXCLUDED(mutex_);

  // Those who went on and on making calls that were refused, since the last look. Forgives each
  // caller what the time since then is worth, and drops callers that have neither calls nor a debt
  // left. `now` is of SteadyTime().
  absl::flat_hash_set<std::string> Look(absl::Time now) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::function<void()> alarm_ = [] {};
  absl::Time forgiven_until_ = absl::InfinitePast();  // of the thread that looks
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<CallerCalls>> callers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_CALLER_CALLS_H_
