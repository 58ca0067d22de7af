#include "base/memory_trim.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace fleetca {
namespace {

// What is resident and belongs to no file. 0 when /proc is not there: then nothing is ever trimmed.
uint64_t ResidentBytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) {
    return 0;
  }
  unsigned long size = 0;
  unsigned long resident = 0;
  unsigned long shared = 0;
  const bool read = std::fscanf(file, "%lu %lu %lu", &size, &resident, &shared) == 3;
  std::fclose(file);
  return read && resident > shared ? static_cast<uint64_t>(resident - shared) *
                                         static_cast<uint64_t>(sysconf(_SC_PAGESIZE))
                                   : 0;
}

// What is resident and not in use. What the allocator calls free does not tell: it stays free when
// its pages were given back.
uint64_t IdleBytes() {
  const uint64_t resident = ResidentBytes();
  const struct mallinfo2 allocator = mallinfo2();
  const uint64_t used = allocator.uordblks + allocator.hblkhd;
  return resident > used ? resident - used : 0;
}

}  // namespace

bool MemoryTrimmer::Look(absl::Time now) {
  if (now < next_) {
    return false;
  }
  next_ = now + kInterval;
  if (ResidentBytes() < kQuietBytes) {
    return false;
  }
  const uint64_t idle = IdleBytes();
  if (idle < idle_before_ + kFreedBytes) {
    idle_before_ = std::min(idle_before_, idle);
    return false;
  }
  malloc_trim(0);
  idle_before_ = IdleBytes();
  return true;
}

}  // namespace fleetca
