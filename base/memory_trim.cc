#include "base/memory_trim.h"

#include <malloc.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace fleetca {
namespace {

// 0 when /proc is not there: then nothing is ever trimmed.
uint64_t ResidentBytes() {
  std::FILE* const file = std::fopen("/proc/self/statm", "re");
  if (file == nullptr) {
    return 0;
  }
  unsigned long size = 0;
  unsigned long resident = 0;
  const bool read = std::fscanf(file, "%lu %lu", &size, &resident) == 2;
  std::fclose(file);
  return read ? static_cast<uint64_t>(resident) * static_cast<uint64_t>(sysconf(_SC_PAGESIZE)) : 0;
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
  const uint64_t free = mallinfo2().fordblks;
  if (free < free_before_ + kFreedBytes) {
    free_before_ = std::min(free_before_, free);
    return false;
  }
  malloc_trim(0);
  free_before_ = mallinfo2().fordblks;
  return true;
}

}  // namespace fleetca
