// Facts for a program.
#ifndef FLEETCA_CLIENT_CLI_FACTS_FACTS_JSON_H_
#define FLEETCA_CLIENT_CLI_FACTS_FACTS_JSON_H_

#include <string>

#include "absl/time/time.h"
#include "client/cli/facts/facts.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {

// Members in the order of the text form. Times are RFC 3339, octets lower-case hex.
nlohmann::ordered_json CertificateToJson(const CertificateFacts& facts);
nlohmann::ordered_json CsrToJson(const CsrFacts& facts);

std::string TimeToJson(absl::Time time);

// Indented, with a line break at the end; octets that are not UTF-8 become U+FFFD.
std::string JsonToText(const nlohmann::ordered_json& json);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_FACTS_FACTS_JSON_H_
