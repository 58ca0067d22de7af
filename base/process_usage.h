// What this process has used of the machine.
#ifndef FLEETCA_BASE_PROCESS_USAGE_H_
#define FLEETCA_BASE_PROCESS_USAGE_H_

#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fleetca {

struct ProcessUsage {
  // CPU time of all threads since the start, by getrusage(2).
  absl::Duration user_cpu;
  absl::Duration system_cpu;
  uint64_t resident_bytes = 0;
  uint64_t peak_resident_bytes = 0;
  uint32_t threads = 0;
  uint32_t open_files = 0;
};

// UNAVAILABLE when /proc cannot be read.
absl::StatusOr<ProcessUsage> ReadProcessUsage();

struct Machine {
  std::string cpu_model;      // empty when the kernel does not say
  uint32_t cpus = 0;          // in the machine
  uint32_t cpus_allowed = 0;  // that this process may run on
  std::string kernel;         // such as "Linux 6.1.0"
};

// Processors that this process may run on (sched_getaffinity(2)), at least 1.
uint32_t CpusAllowed();

Machine DescribeMachine();

}  // namespace fleetca

#endif  // FLEETCA_BASE_PROCESS_USAGE_H_
