// What OpenSSL alone would cost for a certificate, on this machine, now.
#ifndef FLEETCA_BENCH_LOADGEN_RAW_PROBE_H_
#define FLEETCA_BENCH_LOADGEN_RAW_PROBE_H_

#include <atomic>
#include <optional>
#include <thread>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "bench/raw_cryptography.h"

namespace fleetca::loadgen {

// The type of a key as the server calls it ("P-256"); nullopt for one that fleetca does not make.
std::optional<KeyType> KeyTypeOfServerName(absl::string_view name);

// The middle 80 % of `values`, their mean; nullopt when there are none.
std::optional<double> MiddleMean(std::vector<double> values);

// A thread that, about every 10 ms, verifies one signature as of a CSR and makes one as of a
// certificate, on its own CPU clock: the work that no certificate authority can leave out. The
// server's CPU time for a certificate divided by this says how much the CA adds, and the quotient
// holds where neither number does: on a machine that is slower today, or busy, both are slower.
// They run side by side, so both meet the same clock rate and the same neighbours. Thread-safe.
class RawProbe {
 public:
  // Starts at once. Without a subscriber it signs alone (bench/raw_cryptography.h).
  RawProbe(std::optional<KeyType> subscriber, KeyType issuer);
  // Stops.
  ~RawProbe();
  RawProbe(const RawProbe&) = delete;
  RawProbe& operator=(const RawProbe&) = delete;

  // Forgets what was measured so far.
  void Reset() ABSL_LOCKS_EXCLUDED(mutex_);
  // Microseconds of CPU; nullopt when nothing was measured.
  std::optional<double> MeanUs() const ABSL_LOCKS_EXCLUDED(mutex_);
  // CPU seconds that the thread has used, for whoever accounts for the process.
  double cpu_s() const { return cpu_s_.load(std::memory_order_relaxed); }

 private:
  void Run() ABSL_LOCKS_EXCLUDED(mutex_);

  bench::RawCryptography cryptography_;
  std::atomic<double> cpu_s_{0};
  mutable absl::Mutex mutex_;
  bool stop_ ABSL_GUARDED_BY(mutex_) = false;
  std::vector<double> us_ ABSL_GUARDED_BY(mutex_);
  std::thread thread_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_RAW_PROBE_H_
