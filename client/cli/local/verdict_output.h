// A verdict, for a person and for a program.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_VERDICT_OUTPUT_H_
#define FLEETCA_CLIENT_CLI_LOCAL_VERDICT_OUTPUT_H_

#include <string>

#include "client/cli/facts/facts_json.h"
#include "client/verdict/verdict.h"

namespace fleetca::client {

// A line a step, and at the end whether it is accepted, or the step that failed first.
std::string VerdictToText(const Verdict& verdict);

// {"accepted": false, "failed_step": "validity", "steps": [{"step", "result", "message",
// "reason"}], "chain": [{"subject", "issuer", "not_after", "sha256"}]}; failed_step is null where
// none failed, reason is there for a failed step.
nlohmann::ordered_json VerdictToJson(const Verdict& verdict);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_VERDICT_OUTPUT_H_
