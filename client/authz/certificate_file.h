// Files of certificates, as relying parties name them.
#ifndef FLEETCA_CLIENT_AUTHZ_CERTIFICATE_FILE_H_
#define FLEETCA_CLIENT_AUTHZ_CERTIFICATE_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// The DER of the certificates in a PEM file, in their order. FAILED_PRECONDITION as ReadFile,
// INVALID_ARGUMENT kFileInvalid for what is no PEM of certificates; both name the file.
absl::StatusOr<std::vector<std::string>> LoadCertificates(absl::string_view path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_CERTIFICATE_FILE_H_
