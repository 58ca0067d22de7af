// absl::Mutex and absl::CondVar as ThreadSanitizer has to see them.
//
// Debian's libabsl_synchronization is not instrumented, so ThreadSanitizer sees no lock in it and
// reports a race for every correctly guarded member. The definitions below stand before the
// library's (a program's own symbols win), announce each operation, and call the library.
#include <dlfcn.h>
#include <sanitizer/tsan_interface.h>

#include <atomic>
#include <cstdint>
#include <cstdlib>

#include "absl/base/config.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"

namespace {

// The library's own function behind ours.
template <typename Function>
Function* Next(const char* symbol) {
  void* address = dlsym(RTLD_NEXT, symbol);
  if (address == nullptr) {
    std::abort();  // another release of absl: the names below must follow it
  }
  return reinterpret_cast<Function*>(address);
}

// Member functions as the Itanium C++ ABI calls them: `this` first.
using absl::Condition;
using absl::CondVar;
using absl::Duration;
using absl::Mutex;
using absl::Time;
using Plain = void(Mutex*);
using Try = bool(Mutex*);
using When = void(Mutex*, const Condition&);
using WhenTimeout = bool(Mutex*, const Condition&, Duration);
using WhenDeadline = bool(Mutex*, const Condition&, Time);

// Await() gives the lock back while it waits and does not say how it was held: kMuWriter of
// mutex.cc does.
unsigned HeldAs(const Mutex* mutex) {
  constexpr intptr_t kMuWriter = 0x0008;
  const intptr_t word =
      reinterpret_cast<const std::atomic<intptr_t>*>(mutex)->load(std::memory_order_relaxed);
  return (word & kMuWriter) != 0 ? 0 : __tsan_mutex_read_lock;
}

// The mutex that this thread's call into the library is about: the library's functions call each
// other, and only the outermost call is announced.
thread_local const Mutex* announced = nullptr;

class Announced {
 public:
  explicit Announced(const Mutex* mutex) { announced = mutex; }
  ~Announced() { announced = nullptr; }
};

// Runs `take` between the two halves of a lock; `take` returns whether the lock is held after it.
template <typename Take>
bool Locking(Mutex* mutex, unsigned flags, Take take) {
  if (announced == mutex) {
    return take();
  }
  const Announced call(mutex);
  __tsan_mutex_pre_lock(mutex, flags);
  const bool held = take();
  __tsan_mutex_post_lock(mutex, held ? flags : flags | __tsan_mutex_try_lock_failed, 0);
  return held;
}

template <typename Release>
void Unlocking(Mutex* mutex, unsigned flags, Release release) {
  if (announced == mutex) {
    release();
    return;
  }
  const Announced call(mutex);
  __tsan_mutex_pre_unlock(mutex, flags);
  release();
  __tsan_mutex_post_unlock(mutex, flags);
}

// The lock is given back and taken again inside `wait`.
template <typename Wait>
bool Waiting(Mutex* mutex, Wait wait) {
  const unsigned flags = HeldAs(mutex);
  Unlocking(mutex, flags, [] {});
  bool result = false;
  Locking(mutex, flags, [&] {
    result = wait();
    return true;
  });
  return result;
}

}  // namespace

namespace absl {
ABSL_NAMESPACE_BEGIN

#define FLEETCA_NEXT(type, symbol) static auto* const next = Next<type>("_ZN4absl7debian3" symbol)

Mutex::~Mutex() {
  FLEETCA_NEXT(Plain, "5MutexD1Ev");
  __tsan_mutex_destroy(this, 0);
  next(this);
}

void Mutex::Lock() {
  FLEETCA_NEXT(Plain, "5Mutex4LockEv");
  Locking(this, 0, [&] { return next(this), true; });
}

void Mutex::Unlock() {
  FLEETCA_NEXT(Plain, "5Mutex6UnlockEv");
  Unlocking(this, 0, [&] { next(this); });
}

bool Mutex::TryLock() {
  FLEETCA_NEXT(Try, "5Mutex7TryLockEv");
  return Locking(this, __tsan_mutex_try_lock, [&] { return next(this); });
}

void Mutex::ReaderLock() {
  FLEETCA_NEXT(Plain, "5Mutex10ReaderLockEv");
  Locking(this, __tsan_mutex_read_lock, [&] { return next(this), true; });
}

void Mutex::ReaderUnlock() {
  FLEETCA_NEXT(Plain, "5Mutex12ReaderUnlockEv");
  Unlocking(this, __tsan_mutex_read_lock, [&] { next(this); });
}

bool Mutex::ReaderTryLock() {
  FLEETCA_NEXT(Try, "5Mutex13ReaderTryLockEv");
  return Locking(this, __tsan_mutex_read_lock | __tsan_mutex_try_lock, [&] { return next(this); });
}

void Mutex::LockWhen(const Condition& cond) {
  FLEETCA_NEXT(When, "5Mutex8LockWhenERKNS0_9ConditionE");
  Locking(this, 0, [&] { return next(this, cond), true; });
}

void Mutex::ReaderLockWhen(const Condition& cond) {
  FLEETCA_NEXT(When, "5Mutex14ReaderLockWhenERKNS0_9ConditionE");
  Locking(this, __tsan_mutex_read_lock, [&] { return next(this, cond), true; });
}

// The four below hold the lock when they return, whatever they return.
bool Mutex::LockWhenWithTimeout(const Condition& cond, Duration timeout) {
  FLEETCA_NEXT(WhenTimeout, "5Mutex19LockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  bool met = false;
  Locking(this, 0, [&] { return met = next(this, cond, timeout), true; });
  return met;
}

bool Mutex::LockWhenWithDeadline(const Condition& cond, Time deadline) {
  FLEETCA_NEXT(WhenDeadline, "5Mutex20LockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  bool met = false;
  Locking(this, 0, [&] { return met = next(this, cond, deadline), true; });
  return met;
}

bool Mutex::ReaderLockWhenWithTimeout(const Condition& cond, Duration timeout) {
  FLEETCA_NEXT(WhenTimeout, "5Mutex25ReaderLockWhenWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  bool met = false;
  Locking(this, __tsan_mutex_read_lock, [&] { return met = next(this, cond, timeout), true; });
  return met;
}

bool Mutex::ReaderLockWhenWithDeadline(const Condition& cond, Time deadline) {
  FLEETCA_NEXT(WhenDeadline, "5Mutex26ReaderLockWhenWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  bool met = false;
  Locking(this, __tsan_mutex_read_lock, [&] { return met = next(this, cond, deadline), true; });
  return met;
}

void Mutex::Await(const Condition& cond) {
  FLEETCA_NEXT(When, "5Mutex5AwaitERKNS0_9ConditionE");
  Waiting(this, [&] { return next(this, cond), true; });
}

bool Mutex::AwaitWithTimeout(const Condition& cond, Duration timeout) {
  FLEETCA_NEXT(WhenTimeout, "5Mutex16AwaitWithTimeoutERKNS0_9ConditionENS0_8DurationE");
  return Waiting(this, [&] { return next(this, cond, timeout); });
}

bool Mutex::AwaitWithDeadline(const Condition& cond, Time deadline) {
  FLEETCA_NEXT(WhenDeadline, "5Mutex17AwaitWithDeadlineERKNS0_9ConditionENS0_4TimeE");
  return Waiting(this, [&] { return next(this, cond, deadline); });
}

void CondVar::Wait(Mutex* mutex) {
  FLEETCA_NEXT(void(CondVar*, Mutex*), "7CondVar4WaitEPNS0_5MutexE");
  Waiting(mutex, [&] { return next(this, mutex), true; });
}

bool CondVar::WaitWithTimeout(Mutex* mutex, Duration timeout) {
  FLEETCA_NEXT(bool(CondVar*, Mutex*, Duration),
               "7CondVar15WaitWithTimeoutEPNS0_5MutexENS0_8DurationE");
  return Waiting(mutex, [&] { return next(this, mutex, timeout); });
}

bool CondVar::WaitWithDeadline(Mutex* mutex, Time deadline) {
  FLEETCA_NEXT(bool(CondVar*, Mutex*, Time), "7CondVar16WaitWithDeadlineEPNS0_5MutexENS0_4TimeE");
  return Waiting(mutex, [&] { return next(this, mutex, deadline); });
}

#undef FLEETCA_NEXT

ABSL_NAMESPACE_END
}  // namespace absl
