// What the kernel says of a process.
#ifndef FLEETCA_CLIENT_AGENT_PROCESS_FACTS_H_
#define FLEETCA_CLIENT_AGENT_PROCESS_FACTS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/descriptor.h"

namespace fleetca::client {

struct ProcessFacts {
  uid_t user = 0;
  // Since the machine started, suspended times included: CLOCK_BOOTTIME, which nobody sets.
  absl::Duration started;
  // A bit for each signal, the lowest for signal 1.
  uint64_t pending = 0;
  uint64_t ignored = 0;
  // It is caught, or blocked, as it is by who waits for signals in a thread.
  uint64_t handled = 0;
};

// Of /proc/PID/stat alone.
struct ProcessStat {
  char state = 0;      // 'Z' and 'X' for one that has ended
  uint64_t start = 0;  // in ticks since the machine started
};

// nullopt where it is not what the kernel writes. Thread-safe.
[[nodiscard]] std::optional<ProcessStat> ParseProcessStat(absl::string_view stat);

// Of /proc/PID/stat and /proc/PID/status; nullopt where they are not what the kernel writes.
// Thread-safe, as the rest.
[[nodiscard]] std::optional<ProcessFacts> ParseProcessFacts(absl::string_view stat,
                                                            absl::string_view status,
                                                            int64_t ticks_per_second);

// nullopt where there is no such process, or it is hidden. Who holds a descriptor of the process
// and finds it alive afterwards knows that the facts are that process's.
[[nodiscard]] std::optional<ProcessFacts> FactsOf(pid_t pid);

// Holds a process, so that another that has its number later is not taken for it; readable once it
// has ended. Empty with errno where there is none.
[[nodiscard]] Descriptor HoldProcess(pid_t pid);

// 0, or -1 with errno.
[[nodiscard]] int SignalHeldProcess(const Descriptor& process, int signal);

// CLOCK_BOOTTIME.
absl::Duration SinceBoot();

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_PROCESS_FACTS_H_
