// What a port knows about one connection, and what a connection may cost.
#ifndef FLEETCA_SERVICE_NET_CONNECTION_H_
#define FLEETCA_SERVICE_NET_CONNECTION_H_

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/net/caller_calls.h"
#include "service/net/peer_address.h"

namespace fleetca::service {

// Bounds of one port. gRPC 1.51 has none of them: it buffers an unfinished message whatever its
// length, and spends CPU time by the square of the length of a header block that never ends.
struct ConnectionLimits {
  // Connections at once. When they are reached, a new one takes the place of one that was not
  // answered yet or is idle; where there is none, the new one is closed.
  size_t max_connections = 512;
  // Of one IP address; loopback has no such bound.
  size_t max_per_address = 512;
  // Of one caller's certificate.
  size_t max_per_caller = 256;

  // Bytes that a connection may send beyond those that its account was given back.
  uint64_t unanswered_bytes = uint64_t{96} << 10;
  // What a complete message gives back beside its own bytes; 0: a message gives nothing back.
  uint64_t bytes_per_message = 0;
  // What a call that ended OK gives back.
  uint64_t bytes_per_answer = uint64_t{96} << 10;
  // The same bounds over all connections of one caller (of one address, while the caller is not
  // known), and over all connections of the port.
  uint64_t unanswered_bytes_per_caller = uint64_t{64} << 20;
  uint64_t unanswered_bytes_in_all = uint64_t{192} << 20;

  // Bytes that may come in while no call of the connection waits for the rest of its message: those
  // of a header block that does not end.
  uint64_t bytes_outside_calls = uint64_t{256} << 10;
  // The kernel's buffer for what a connection sent and nobody has read; 0 leaves it as it is. What
  // is in it when a connection is cut off was sent for nothing, so it should not be large.
  int receive_buffer_bytes = 0;
  // How often each connection is looked at.
  absl::Duration look_interval = absl::Milliseconds(50);

  // How long bytes may come in without a complete message or an answer.
  absl::Duration message_timeout = absl::Seconds(30);
  // How long a connection may wait for its first answer when nothing of it is being worked on.
  absl::Duration first_answer_timeout = absl::InfiniteDuration();
  // An answered connection that is idle for so long may be closed when a new one needs its place.
  absl::Duration idle_before_replaced = absl::Seconds(60);
};

// The part of a connection that calls touch, from gRPC's threads; the rest is the watch's
// (connection_watch.h). Thread-safe.
class Connection {
 public:
  explicit Connection(const PeerAddress& peer) : peer_(peer) {}
  ~Connection() {
    if (calls_ != nullptr) {
      calls_->ConnectionEnded();
    }
  }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  const PeerAddress& peer() const { return peer_; }

  // A call has begun, and waits for the rest of its first message.
  void CallBegun() { unfinished_.fetch_add(1, std::memory_order_relaxed); }
  // It waits no more: the message is complete, or the call has ended without it.
  void CallComplete() {
    unfinished_.fetch_sub(1, std::memory_order_relaxed);
    completed_.fetch_add(1, std::memory_order_relaxed);
  }

  // A complete message came in, and `credit` bytes are given back to the account.
  void MessageReceived(uint64_t credit) {
    credit_.fetch_add(credit, std::memory_order_relaxed);
    messages_.fetch_add(1, std::memory_order_relaxed);
    working_.fetch_add(1, std::memory_order_relaxed);
  }

  // `messages` of those that came in are not worked on any more.
  void MessagesDone(int messages) { working_.fetch_sub(messages, std::memory_order_relaxed); }

  // The peer got an answer, and `credit` bytes are given back to the account.
  void Answered(uint64_t credit) {
    credit_.fetch_add(credit, std::memory_order_relaxed);
    answers_.fetch_add(1, std::memory_order_relaxed);
  }

  uint64_t TakeCredit() { return credit_.exchange(0, std::memory_order_relaxed); }
  // Complete messages and answers so far.
  uint64_t progress() const {
    return messages_.load(std::memory_order_relaxed) + answers_.load(std::memory_order_relaxed);
  }
  bool answered() const { return answers_.load(std::memory_order_relaxed) > 0; }
  // Whether there are complete messages without an answer.
  bool working() const { return working_.load(std::memory_order_relaxed) > 0; }

  // Calls that wait for the rest of their first message.
  int64_t unfinished() const { return unfinished_.load(std::memory_order_relaxed); }
  // Grows with whatever is a reason for bytes to have come.
  uint64_t signs() const { return progress() + completed_.load(std::memory_order_relaxed); }

  // The caller, once a call of his has begun; empty before. The first one stays.
  std::string caller() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return caller_;
  }
  bool caller_known() const { return caller_known_.load(std::memory_order_acquire); }
  // The calls of the caller; null until he is known.
  CallerCalls* calls() const { return caller_known() ? calls_.get() : nullptr; }
  void SetCaller(absl::string_view caller, std::shared_ptr<CallerCalls> calls)
      ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    if (!caller_known_.load(std::memory_order_relaxed)) {
      caller_ = std::string(caller);
      calls_ = std::move(calls);
      calls_->ConnectionBegun();
      caller_known_.store(true, std::memory_order_release);
    }
  }

 private:
  const PeerAddress peer_;
  std::atomic<uint64_t> credit_{0};
  std::atomic<uint64_t> messages_{0};
  std::atomic<uint64_t> answers_{0};
  std::atomic<int64_t> working_{0};
  std::atomic<int64_t> unfinished_{0};
  std::atomic<uint64_t> completed_{0};
  std::atomic<bool> caller_known_{false};
  mutable absl::Mutex mutex_;
  std::string caller_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<CallerCalls> calls_;  // does not change once the caller is known
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_CONNECTION_H_
