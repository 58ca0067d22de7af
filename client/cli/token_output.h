// Join tokens, for a person or a program.
#ifndef FLEETCA_CLIENT_CLI_TOKEN_OUTPUT_H_
#define FLEETCA_CLIENT_CLI_TOKEN_OUTPUT_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/cli/terminal/output.h"
#include "client/join_token_client.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {

// "usable", "revoked", "used up" or "expired".
absl::string_view StateOf(const JoinToken& token, absl::Time now);

// The header of a table, and then a line for each token; or a JSON array.
std::string FormatTokens(const std::vector<JoinToken>& tokens, OutputForm form, absl::Time now);

// What is known of a token, without the secret.
nlohmann::ordered_json TokenToJson(const JoinToken& token, absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TOKEN_OUTPUT_H_
