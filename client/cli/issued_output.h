// An issued certificate in each form of output.
#ifndef FLEETCA_CLIENT_CLI_ISSUED_OUTPUT_H_
#define FLEETCA_CLIENT_CLI_ISSUED_OUTPUT_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/ca_client.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {

// The certificate, with `chain` also the CA certificates above it (JSON always has them).
absl::StatusOr<std::string> FormatIssued(const Issued& issued, OutputForm form, bool chain);

// The same with what the CA recorded about it.
absl::StatusOr<std::string> FormatRecorded(const Recorded& recorded, OutputForm form, bool chain);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_ISSUED_OUTPUT_H_
