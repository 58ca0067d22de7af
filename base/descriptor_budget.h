// How many files and sockets the process may have open, and who may have how many of them.
#ifndef FLEETCA_BASE_DESCRIPTOR_BUDGET_H_
#define FLEETCA_BASE_DESCRIPTOR_BUDGET_H_

#include <cstdint>

#include "absl/status/statusor.h"

namespace fleetca {

// The shares add up to at most `limit`, so connections can never take the descriptors that the
// store needs for its files, nor the other way round; the rest is for everything else (standard
// streams, gRPC's own, the log, key and configuration files while they are read).
struct DescriptorBudget {
  uint64_t limit = 0;    // RLIMIT_NOFILE of this process
  uint64_t sockets = 0;  // for connections; one of the listener's costs two
  uint64_t store = 0;    // for the store's files, such as RocksDB's max_open_files and its logs
};

// A process with fewer descriptors does not serve.
inline constexpr uint64_t kFewestDescriptors = 96;
// More are never asked for: what a process has open costs the kernel memory.
inline constexpr uint64_t kMostDescriptors = uint64_t{1} << 20;

// The shares of a process with this limit: two thirds of what is not set aside go to sockets.
DescriptorBudget SplitDescriptors(uint64_t limit);

// Raises the soft limit to the hard one (at most kMostDescriptors), for this process and its
// children, and returns the shares. Call it in main before anything is opened; again is harmless
// and gives the same. A lower limit than kFewestDescriptors is FAILED_PRECONDITION kConfigInvalid
// with what to change.
absl::StatusOr<DescriptorBudget> RaiseDescriptorLimit();

}  // namespace fleetca

#endif  // FLEETCA_BASE_DESCRIPTOR_BUDGET_H_
