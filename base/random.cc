#include "base/random.h"

#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>

#include "base/openssl.h"

namespace fleetca {
namespace {

constexpr size_t kBufferSize = 4096;

// Counts the forks of this process, so that a child never reuses its parent's bytes.
std::atomic<unsigned>& ForkCount() {
  static std::atomic<unsigned> count{0};
  static const bool registered = [] {
    pthread_atfork(nullptr, nullptr, [] { ForkCount().fetch_add(1); });
    return true;
  }();
  (void)registered;
  return count;
}

struct Buffer {
  ~Buffer() { OPENSSL_cleanse(bytes, sizeof(bytes)); }
  unsigned char bytes[kBufferSize];
  size_t used = kBufferSize;
  unsigned fork_count = 0;
};

}  // namespace

absl::Status RandomBytes(absl::Span<char> out) {
  thread_local Buffer buffer;
  if (const unsigned forks = ForkCount().load(std::memory_order_relaxed);
      forks != buffer.fork_count) {
    buffer.fork_count = forks;
    buffer.used = kBufferSize;
  }
  size_t done = 0;
  while (done < out.size()) {
    if (buffer.used == kBufferSize) {
      if (RAND_bytes(buffer.bytes, kBufferSize) != 1) {
        return OpenSslError(Reason::kInternal,
                            "The random number generator failed; nothing is issued until it works");
      }
      buffer.used = 0;
    }
    const size_t count = std::min(out.size() - done, kBufferSize - buffer.used);
    std::memcpy(out.data() + done, buffer.bytes + buffer.used, count);
    OPENSSL_cleanse(buffer.bytes + buffer.used, count);
    buffer.used += count;
    done += count;
  }
  return absl::OkStatus();
}

double DrawFraction() {
  uint32_t value = 0;
  if (!RandomBytes(absl::MakeSpan(reinterpret_cast<char*>(&value), sizeof(value))).ok()) {
    return 0.5;
  }
  return static_cast<double>(value) / static_cast<double>(UINT32_MAX);
}

}  // namespace fleetca
