// Files of certificates, as relying parties name them.
#ifndef FLEETCA_CLIENT_AUTHZ_CERTIFICATE_FILE_H_
#define FLEETCA_CLIENT_AUTHZ_CERTIFICATE_FILE_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "x509/certificate_pool.h"

namespace fleetca::client {

// The DER of the certificates in a PEM file, in their order. FAILED_PRECONDITION as ReadFile,
// INVALID_ARGUMENT kFileInvalid for what is not PEM of certificates; both name the file.
absl::StatusOr<std::vector<std::string>> LoadCertificates(absl::string_view path);

// The same of a file's text; `path` is for messages.
absl::StatusOr<std::vector<std::string>> ParseCertificateFile(absl::string_view pem,
                                                              absl::string_view path);

// The CAs in a PEM file, for paths from callers' certificates to roots. What cannot stand in a path
// (a certificate that cannot be read here, one that is not a CA's) is left out, and the log says
// which one and why. Errors as above, and INVALID_ARGUMENT kFileInvalid when nothing is left.
absl::StatusOr<x509::CertificatePool> LoadIntermediates(absl::string_view path);
absl::StatusOr<x509::CertificatePool> ParseIntermediates(absl::string_view pem,
                                                         absl::string_view path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_CERTIFICATE_FILE_H_
