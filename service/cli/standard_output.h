// Data on standard output.
#ifndef FLEETCA_SERVICE_CLI_STANDARD_OUTPUT_H_
#define FLEETCA_SERVICE_CLI_STANDARD_OUTPUT_H_

#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "nlohmann/json.hpp"

namespace fleetca::service {

// Adds -o/--output with the forms "text" and "json"; `form` holds the default.
void AddFormFlag(CLI::App& command, std::string* form);

// Writes all of it, or says why not: a reader that went away and a full disk are no success.
absl::Status WriteStandardOutput(absl::string_view data);

// Indented, with a line break at the end; what is not UTF-8 is replaced.
std::string JsonToText(const nlohmann::ordered_json& json);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_STANDARD_OUTPUT_H_
