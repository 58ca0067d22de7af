#include "bench/loadgen/raw_probe.h"

#include <algorithm>
#include <ctime>
#include <numeric>

#include "absl/strings/match.h"

namespace fleetca::loadgen {
namespace {

constexpr absl::Duration kInterval = absl::Milliseconds(10);
// Or so many times what it takes, as a large RSA key would keep a processor busy.
constexpr double kPause = 50;

double ThreadCpuUs() {
  timespec now = {};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

}  // namespace

std::optional<KeyType> KeyTypeOfServerName(absl::string_view name) {
  if (name == "P-256") {
    return KeyType::kP256;
  }
  if (name == "P-384") {
    return KeyType::kP384;
  }
  if (name == "Ed25519") {
    return KeyType::kEd25519;
  }
  if (!absl::StartsWith(name, "RSA")) {
    return std::nullopt;
  }
  return absl::EndsWith(name, "4096")   ? KeyType::kRsa4096
         : absl::EndsWith(name, "3072") ? KeyType::kRsa3072
                                        : KeyType::kRsa2048;
}

std::optional<double> MiddleMean(std::vector<double> values) {
  if (values.empty()) {
    return std::nullopt;
  }
  std::sort(values.begin(), values.end());
  const auto tenth = static_cast<std::ptrdiff_t>(values.size() / 10);
  const auto begin = values.begin() + tenth;
  const auto end = values.end() - tenth;
  return std::accumulate(begin, end, 0.0) / static_cast<double>(end - begin);
}

RawProbe::RawProbe(std::optional<KeyType> subscriber, KeyType issuer)
    : cryptography_(subscriber, issuer), thread_([this] { Run(); }) {}

RawProbe::~RawProbe() {
  {
    absl::MutexLock lock(&mutex_);
    stop_ = true;
  }
  thread_.join();
}

void RawProbe::Reset() {
  absl::MutexLock lock(&mutex_);
  us_.clear();
}

std::optional<double> RawProbe::MeanUs() const {
  absl::MutexLock lock(&mutex_);
  return MiddleMean(us_);
}

void RawProbe::Run() {
  while (true) {
    // Once to have code and tables in the caches again, as in the server, which does nothing else.
    cryptography_.Run();
    const double before = ThreadCpuUs();
    cryptography_.Run();
    const double after = ThreadCpuUs();
    cpu_s_.store(after / 1e6, std::memory_order_relaxed);
    absl::MutexLock lock(&mutex_);
    us_.push_back(after - before);
    const absl::Duration pause = std::max(kInterval, absl::Microseconds(kPause * (after - before)));
    if (mutex_.AwaitWithTimeout(absl::Condition(&stop_), pause)) {
      return;
    }
  }
}

}  // namespace fleetca::loadgen
