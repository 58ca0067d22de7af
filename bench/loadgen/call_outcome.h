// What came of one call.
#ifndef FLEETCA_BENCH_LOADGEN_CALL_OUTCOME_H_
#define FLEETCA_BENCH_LOADGEN_CALL_OUTCOME_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace fleetca::loadgen {

// Times are nanoseconds of MonotonicNow. A value.
struct CallOutcome {
  // When it should have been sent, and when the answer was there.
  int64_t intended_ns = 0;
  int64_t done_ns = 0;
  // Whether there was an answer; a batch of which each item was refused has one.
  bool answered = false;
  // Given up by us: it was waited for until done_ns, and would have taken longer.
  bool abandoned = false;
  uint64_t certificates = 0;
  // Of the call, or of single items of it. What was asked for in order to be refused is in
  // `expected_refusals`.
  std::vector<std::string> errors;
  std::vector<std::string> expected_refusals;
  // Parts of calls that make a connection.
  std::optional<int64_t> handshake_ns;
  std::optional<int64_t> issue_ns;
};

// What stands in `errors` for a certificate that should have been refused.
inline constexpr char kUnexpectedSuccess[] = "OK UNEXPECTED_SUCCESS";

// "RESOURCE_EXHAUSTED QUEUE_FULL": the code and the Reason, as reports count errors.
std::string ErrorKey(const absl::Status& status);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_CALL_OUTCOME_H_
