// Serial numbers of any CA's certificates, as a person says them.
#ifndef FLEETCA_CLIENT_CLI_ANY_SERIAL_H_
#define FLEETCA_CLIENT_CLI_ANY_SERIAL_H_

#include <string>

#include "absl/status/statusor.h"

namespace fleetca::client {

// INTEGER contents of the serial number that a certificate's file has, or else that stands in
// `text` in hex, as fleetca or openssl print it: positive, of 1 to 20 octets. INVALID_ARGUMENT
// kFileInvalid, kSerialInvalid; the errors of ReadFile, which say that it is neither.
absl::StatusOr<std::string> ReadAnySerialOrFile(const std::string& text);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ANY_SERIAL_H_
