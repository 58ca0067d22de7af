// The calls of each caller that cost a port memory: those that arrived and have not ended.
#ifndef FLEETCA_SERVICE_EDGE_LISTENER_CALLER_CALLS_H_
#define FLEETCA_SERVICE_EDGE_LISTENER_CALLER_CALLS_H_

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
#include "base/steady_time.h"

namespace fleetca::service {

// Of one caller. gRPC 1.51 keeps some 40 KB of a call whose stream was reset until gRPC comes round
// to the call, which is late while more and more streams are opened and reset. So calls that their
// caller gave up go on counting until the listener's watch forgives them. Thread-safe.
class CallerCalls {
 public:
  // The most calls of one caller that are open or were given up: kMostOpen, and
  // kMostOpenOfAConnection for each connection, which cannot have more streams at once, and never
  // more than kMostOpenInAll.
  static constexpr int64_t kMostOpen = 1000;
  static constexpr int64_t kMostOpenOfAConnection = 100;
  static constexpr int64_t kMostOpenInAll = 8000;
  // So many refused calls between two looks are a flood: who takes a refusal for an answer has made
  // fewer.
  static constexpr int64_t kFlood = 200;

  // A call has arrived. False when it is one too many, and then it is not counted: to be refused at
  // once, which costs next to nothing.
  [[nodiscard]] bool Arrive();
  // A call that arrived is let through to its handler.
  void Admitted() {
    admitted_ns_.store(absl::ToUnixNanos(SteadyTime()), std::memory_order_relaxed);
    waiting_.fetch_add(1, std::memory_order_relaxed);
  }
  // The handler of a call that was let through has begun: of a unary call, when its message is
  // complete.
  void Begun() { Decrease(waiting_, 1); }
  // A call has come to its end, and its caller did not give it up.
  void Ended() { Decrease(open_, 1); }

  // Takes up to `calls` of those that were given up for gone.
  void Forgive(int64_t calls) { Decrease(open_, calls); }
  // Nobody reports the end of a call whose handler never began, as that of an upload that was
  // broken off: when none was let through since `since`, no message can be on its way any more.
  void ForgetWaitingSince(absl::Time since);

  void ConnectionBegun() { connections_.fetch_add(1, std::memory_order_relaxed); }
  void ConnectionEnded() { connections_.fetch_sub(1, std::memory_order_relaxed); }

  // Calls for which Arrive was false since the last time.
  int64_t TakeRefused() { return refused_.exchange(0, std::memory_order_relaxed); }
  int64_t refused() const { return refused_.load(std::memory_order_relaxed); }

  int64_t open() const { return open_.load(std::memory_order_relaxed); }
  // Calls whose handlers have not begun.
  int64_t waiting() const { return waiting_.load(std::memory_order_relaxed); }
  int64_t connections() const { return connections_.load(std::memory_order_relaxed); }

 private:
  static void Decrease(std::atomic<int64_t>& count, int64_t by);

  std::atomic<int64_t> open_{0};
  std::atomic<int64_t> waiting_{0};
  std::atomic<int64_t> admitted_ns_{0};  // SteadyTime() of the last one
  std::atomic<int64_t> refused_{0};
  std::atomic<int64_t> connections_{0};
};

// The callers of a port. A port's guard asks for every call when it arrives, before any memory but
// its headers' is spent. Thread-safe.
class CallerTable {
 public:
  // How long a call that was given up counts when it is the caller's only one; 200 are forgiven in a
  // second.
  static constexpr absl::Duration kForgivenAfter = absl::Milliseconds(5);

  // The caller's, made when it is not there yet. Callers have shown a certificate, so that there
  // are not more of them than certificates.
  std::shared_ptr<CallerCalls> Of(absl::string_view caller) ABSL_LOCKS_EXCLUDED(mutex_);

  // `alarm` is called, on any thread, when a caller begins to flood after a look: the next one
  // should come at once. Set it before the first call.
  void SetAlarm(std::function<void()> alarm) { alarm_ = std::move(alarm); }

  // A call of the caller has arrived: null when it is one too many, as CallerCalls::Arrive.
  [[nodiscard]] std::shared_ptr<CallerCalls> Arrive(absl::string_view caller)
      ABSL_LOCKS_EXCLUDED(mutex_);

  // Callers that the listener's watch has to know of.
  struct Notable {
    absl::flat_hash_set<std::string> waiting;   // have calls that wait for their handlers
    absl::flat_hash_set<std::string> flooding;  // go on and on making calls that are refused
  };
  // What there is at `now`, of SteadyTime(). Forgives each caller what the time since the last look
  // is worth, and forgets calls that waited for `message_timeout`; drops callers of whom nothing is
  // left.
  Notable Look(absl::Time now, absl::Duration message_timeout) ABSL_LOCKS_EXCLUDED(mutex_);

  size_t size() const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  std::function<void()> alarm_ = [] {};
  absl::Time forgiven_until_ = absl::InfinitePast();  // of the thread that looks
  mutable absl::Mutex mutex_;
  absl::flat_hash_map<std::string, std::shared_ptr<CallerCalls>> callers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_LISTENER_CALLER_CALLS_H_
