// What `cert inspect` says of a TLS server.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_INSPECT_SERVER_H_
#define FLEETCA_CLIENT_CLI_LOCAL_INSPECT_SERVER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "client/cli/local/inspect_objects.h"
#include "client/cli/local/inspected.h"
#include "client/probe/server_probe.h"

namespace fleetca::client {

struct InspectServerOptions {
  ProbeOptions probe;
  // PEM, DER or PKCS#7 of the roots that are to be trusted; none for the system's.
  std::vector<std::string> roots_files;
};

// One object for the server: how it was reached, whether the system's roots (or those of the files)
// lead to its certificate and why not, what is wrong with the order of its chain, and the
// certificates themselves. The roots are read before anything is sent. The errors of ProbeServer,
// ReadFile, ReadCertificates and LoadSystemRoots.
absl::StatusOr<Inspected> InspectServer(const InspectServerOptions& options,
                                        const InspectContext& context);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_INSPECT_SERVER_H_
