// Threads: the one door to starting them.
#ifndef FLEETCA_BASE_THREAD_H_
#define FLEETCA_BASE_THREAD_H_

#include <pthread.h>

#include <functional>
#include <optional>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca {

// A thread, joined when this object ends. std::thread throws when the system has no thread left to
// give, which ends the process without a word; this is an error that can be told. The layering test
// keeps std::thread out of everything but tests. Move-only, thread-compatible.
class Thread {
 public:
  // Runs `body`, which must not throw, on a new thread. `name` is what ps and gdb show, cut to 15
  // octets. UNAVAILABLE kInternal when the system refuses, with what to do about it.
  [[nodiscard]] static absl::StatusOr<Thread> Start(absl::string_view name,
                                                    std::function<void()> body);

  // No thread.
  Thread() = default;
  Thread(Thread&& other) noexcept;
  // Joins the thread that was here.
  Thread& operator=(Thread&& other) noexcept;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { Join(); }

  // Waits until `body` has returned. Does nothing when this object has no thread, or when the
  // thread was joined already.
  void Join();

 private:
  explicit Thread(pthread_t id) : id_(id) {}

  std::optional<pthread_t> id_;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_THREAD_H_
