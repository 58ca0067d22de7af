// The form of what a command writes to standard output.
#ifndef FLEETCA_SERVICE_CLI_OUTPUT_FORM_H_
#define FLEETCA_SERVICE_CLI_OUTPUT_FORM_H_

#include <string>

#include "CLI/App.hpp"
#include "nlohmann/json.hpp"

namespace fleetca::service {

// Adds -o/--output with the forms "text" and "json"; `form` holds the default.
CLI::Option* AddFormFlag(CLI::App& command, std::string* form);

// Indented, with a line break at the end; what is not UTF-8 is replaced.
std::string JsonToText(const nlohmann::ordered_json& json);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_OUTPUT_FORM_H_
