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
  // A process of less is left alone; what files are mapped to is not counted.
  static constexpr uint64_t kQuietBytes = uint64_t{48} << 20;
  // What must be resident and unused beyond what the last trim could not give back.
  static constexpr uint64_t kFreedBytes = uint64_t{16} << 20;
  // Between two looks.
  static constexpr absl::Duration kInterval = absl::Seconds(1);

  // Trims when much is resident that is not in use. Returns whether it trimmed. Does nothing within
  // kInterval of the last look.
  bool Look(absl::Time now);

 private:
  absl::Time next_ = absl::InfinitePast();
  // Resident and unused after the last trim: pages in which something is still used.
  uint64_t idle_before_ = 0;
};

}  // namespace fleetca

#endif  // FLEETCA_BASE_MEMORY_TRIM_H_
