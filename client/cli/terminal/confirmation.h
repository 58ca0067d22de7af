// Asking before many certificates are hit.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_CONFIRMATION_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_CONFIRMATION_H_

#include <cstdint>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// "1 certificate", "2 certificates".
std::string CountOfCertificates(uint64_t count);

// A person is asked `question`, "Revoke 2 certificates for good?", and a script has to have said
// --yes. FAILED_PRECONDITION kConfigInvalid for a script, CANCELLED kCancelled for another answer
// than yes: what of `undone`, "2 certificates would be revoked for good, so none was" and "nothing
// was revoked", fits.
struct Undone {
  std::string for_script;
  std::string for_person;
};
absl::Status Confirm(absl::string_view question, const Undone& undone);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_CONFIRMATION_H_
