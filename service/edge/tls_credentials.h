// The server's side of TLS: client certificates required, files watched.
#ifndef FLEETCA_SERVICE_EDGE_TLS_CREDENTIALS_H_
#define FLEETCA_SERVICE_EDGE_TLS_CREDENTIALS_H_

#include <grpcpp/security/server_credentials.h>

#include <memory>

#include "absl/status/statusor.h"
#include "service/edge/server_config.h"

namespace fleetca::service {

// TLS 1.2 or newer, AEAD suites, a client certificate that chains to client_ca_file. The three
// files are read again every few seconds, and what they say then is used for new connections.
// Checks now that they are there, that the key is the certificate's and that no one else can read
// it: kFileMissing, kFileInvalid, kFilePermissions.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CreateTlsCredentials(
    const ListenerConfig& config);

// The same for callers without a certificate: none is asked for.
absl::StatusOr<std::shared_ptr<grpc::ServerCredentials>> CreateBootstrapCredentials(
    const ListenerConfig& config);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_TLS_CREDENTIALS_H_
