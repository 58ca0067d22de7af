// What `cert inspect` says of a PKCS#12 file beside its certificates.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_INSPECT_PKCS12_H_
#define FLEETCA_CLIENT_CLI_LOCAL_INSPECT_PKCS12_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/local/inspected.h"
#include "client/objects/pkcs12_reader.h"

namespace fleetca::client {

// What was passed over in it, a line for each kind: "2 entries that are neither ...". Thread-safe.
std::vector<std::string> PassedOver(const Pkcs12& pkcs12);

// Its keys, which are not shown, by their names and fingerprints, and how it is protected. INTERNAL
// where OpenSSL cannot encode a public key.
absl::StatusOr<Inspected> InspectPkcs12(const Pkcs12& pkcs12);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_INSPECT_PKCS12_H_
