// Whether an error was said already, for logs that have each one once.
#ifndef FLEETCA_CLIENT_AGENT_SAME_PROBLEM_H_
#define FLEETCA_CLIENT_AGENT_SAME_PROBLEM_H_

#include "absl/strings/string_view.h"

namespace fleetca::client {

// Whether the two messages are equal except for the times in them, in the form of TimeToWords
// (base/time_text.h). An error about the clock contains the current time, and the next attempt
// reports the same problem with a later time. Pure.
bool IsSameProblem(absl::string_view message, absl::string_view before);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SAME_PROBLEM_H_
