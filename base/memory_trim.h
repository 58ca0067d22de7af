// Gives memory back to the system that the allocator keeps after a burst.
#ifndef FLEETCA_BASE_MEMORY_TRIM_H_
#define FLEETCA_BASE_MEMORY_TRIM_H_

#include <cstdint>

#include "absl/time/time.h"

namespace fleetca {

// glibc keeps what was freed in each thread's arena, so a process that once needed a gigabyte stays
// that large. Look at it every second or so, from a thread that nobody waits for: a trim of a large
// heap takes some milliseconds. One for a process; thread-compatible.
class MemoryTrimmer {
 public:
  // A process of less is left alone.
  static constexpr uint64_t kQuietBytes = uint64_t{80} << 20;
  // What must have been freed since the last trim.
  static constexpr uint64_t kFreedBytes = uint64_t{16} << 20;
  // Between two looks.
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // Trims when much was freed since the last trim. Returns whether it trimmed. Does nothing within
  // kInterval of the last look.
  bool Look(absl::Time now);

 private:
  absl::Time next_ = absl::InfinitePast();
  // Free in the arenas after the last trim. It stays free, and is counted on, when its pages were
  // given back.
  uint64_t free_before_ = 0;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_MEMORY_TRIM_H_
