// A decision and its reasons for scripts.
#ifndef FLEETCA_SERVICE_CLI_EXPLANATION_JSON_H_
#define FLEETCA_SERVICE_CLI_EXPLANATION_JSON_H_

#include "nlohmann/json.hpp"
#include "service/policy/explanation.h"

namespace fleetca::service {

// {"allowed", "caller", "subject", "checks", and "certificate" or "refusal"}.
nlohmann::ordered_json ExplanationToJson(const Explanation& explanation);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_EXPLANATION_JSON_H_
