// One object that was looked at, in each form in which it can be shown.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_INSPECTED_H_
#define FLEETCA_CLIENT_CLI_LOCAL_INSPECTED_H_

#include <string>

#include "nlohmann/json.hpp"

namespace fleetca::client {

struct Inspected {
  // Lines as client/cli/facts/facts_text.h has them.
  std::string text;
  // An object whose "type" says what it is.
  nlohmann::ordered_json json;
  // "" for what is not written as PEM: a private key, and what a PKCS#12 file says of itself.
  std::string pem;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_INSPECTED_H_
