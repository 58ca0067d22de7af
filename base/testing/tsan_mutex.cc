// Tells ThreadSanitizer about absl::Mutex and absl::CondVar.
//
// Debian's libabsl_synchronization was compiled without ThreadSanitizer, which therefore does not
// see that a mutex orders what it guards, and reports every guarded member as a race. These
// functions stand before the library's own of the same (mangled) names, call them, and add the
// order: who leaves a mutex releases, who enters acquires. A condition is evaluated with its mutex
// held, by whichever thread waits or unlocks. Tests link this; without ThreadSanitizer it is empty.
#include "absl/base/config.h"

#ifdef ABSL_HAVE_THREAD_SANITIZER

#include <dlfcn.h>

extern "C" void __tsan_acquire(void* address);
extern "C" void __tsan_release(void* address);

namespace {

// The mutex inside of which the library may now evaluate conditions on this thread.
thread_local void* g_evaluating = nullptr;

template <typename Function>
Function Real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

// Conditions that `call` evaluates are those of threads that wait for `mutex`.
template <typename Call>
auto Evaluating(void* mutex, const Call& call) {
  struct Scope {
    explicit Scope(void* mutex) : before(g_evaluating) { g_evaluating = mutex; }
    ~Scope() { g_evaluating = before; }
    void* const before;
  };
  const Scope scope(mutex);
  return call();
}

// As Evaluating, for a `call` that begins by giving `mutex` up.
template <typename Call>
auto Leaving(void* mutex, const Call& call) {
  __tsan_release(mutex);
  return Evaluating(mutex, call);
}

}  // namespace

extern "C" {

void _ZN4absl7debian35Mutex4LockEv(void* mutex) {
  static const auto real = Real<void (*)(void*)>("_ZN4absl7debian35Mutex4LockEv");
  real(mutex);
  __tsan_acquire(mutex);
}

bool _ZN4absl7debian35Mutex7TryLockEv(void* mutex) {
  static const auto real = Real<bool (*)(void*)>("_ZN4absl7debian35Mutex7TryLockEv");
  const bool locked = real(mutex);
  if (locked) {
    __tsan_acquire(mutex);
  }
  return locked;
}

void _ZN4absl7debian35Mutex6UnlockEv(void* mutex) {
  static const auto real = Real<void (*)(void*)>("_ZN4absl7debian35Mutex6UnlockEv");
  Leaving(mutex, [mutex] { real(mutex); });
}

void _ZN4absl7debian35Mutex10ReaderLockEv(void* mutex) {
  static const auto real = Real<void (*)(void*)>("_ZN4absl7debian35Mutex10ReaderLockEv");
  real(mutex);
  __tsan_acquire(mutex);
}

void _ZN4absl7debian35Mutex12ReaderUnlockEv(void* mutex) {
  static const auto real = Real<void (*)(void*)>("_ZN4absl7debian35Mutex12ReaderUnlockEv");
  Leaving(mutex, [mutex] { real(mutex); });
}

// LockWhen() and ReaderLockWhen() in all their forms.
bool _ZN4absl7debian35Mutex20LockSlowWithDeadlineEPKNS0_6MuHowSEPKNS0_9ConditionENS0_24synchronization_internal13KernelTimeoutEi(  // NOLINT
    void* mutex, const void* how, const void* condition, long timeout, int flags) {
  static const auto real = Real<bool (*)(void*, const void*, const void*, long, int)>(
      "_ZN4absl7debian35Mutex20LockSlowWithDeadlineEPKNS0_6MuHowSEPKNS0_9ConditionENS0_"
      "24synchronization_internal13KernelTimeoutEi");
  const bool locked =
      Evaluating(mutex, [&] { return real(mutex, how, condition, timeout, flags); });
  __tsan_acquire(mutex);
  return locked;
}

// Await() in all its forms.
bool _ZN4absl7debian35Mutex11AwaitCommonERKNS0_9ConditionENS0_24synchronization_internal13KernelTimeoutE(  // NOLINT
    void* mutex, const void* condition, long timeout) {
  static const auto real = Real<bool (*)(void*, const void*, long)>(
      "_ZN4absl7debian35Mutex11AwaitCommonERKNS0_9ConditionENS0_24synchronization_internal"
      "13KernelTimeoutE");
  const bool result = Leaving(mutex, [&] { return real(mutex, condition, timeout); });
  __tsan_acquire(mutex);
  return result;
}

// CondVar::Wait() in all its forms.
bool _ZN4absl7debian37CondVar10WaitCommonEPNS0_5MutexENS0_24synchronization_internal13KernelTimeoutE(  // NOLINT
    void* variable, void* mutex, long timeout) {
  static const auto real = Real<bool (*)(void*, void*, long)>(
      "_ZN4absl7debian37CondVar10WaitCommonEPNS0_5MutexENS0_24synchronization_internal"
      "13KernelTimeoutE");
  const bool result = Leaving(mutex, [&] { return real(variable, mutex, timeout); });
  __tsan_acquire(mutex);
  return result;
}

bool _ZNK4absl7debian39Condition4EvalEv(const void* condition) {
  static const auto real = Real<bool (*)(const void*)>("_ZNK4absl7debian39Condition4EvalEv");
  if (g_evaluating == nullptr) {
    return real(condition);
  }
  __tsan_acquire(g_evaluating);
  const bool result = real(condition);
  __tsan_release(g_evaluating);
  return result;
}

}  // extern "C"

#endif  // ABSL_HAVE_THREAD_SANITIZER
