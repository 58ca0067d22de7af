// How much memory this process may use.
#ifndef FLEETCA_BASE_MEMORY_LIMIT_H_
#define FLEETCA_BASE_MEMORY_LIMIT_H_

#include <cstdint>

namespace fleetca {

// The machine's memory, or less where the control group (version 1 or 2) or RLIMIT_AS allows less.
// In bytes; 1 GiB when nothing says.
uint64_t MemoryLimit();

}  // namespace fleetca

#endif  // FLEETCA_BASE_MEMORY_LIMIT_H_
