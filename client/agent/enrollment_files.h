// The files by which an identity has its first certificate.
#ifndef FLEETCA_CLIENT_AGENT_ENROLLMENT_FILES_H_
#define FLEETCA_CLIENT_AGENT_ENROLLMENT_FILES_H_

#include <functional>
#include <string>

#include "absl/status/statusor.h"
#include "base/secret.h"

namespace fleetca::client {

enum class EnrollmentFile {
  kToken,  // a join token or a JWT
  kPrivateKey,
  kCertificate,
};

// What the file holds; of a token, the token alone. Nobody waits for a pipe. A secret is one that
// others may not see or change: by the rule of ReadSecretFile (base/file.h), or of
// ReadCredentialFile for a file that systemd gave this service (LoadCredential=), which is one
// below $CREDENTIALS_DIRECTORY. The errors of these and of ParseBearerToken; kFileInvalid if
// the certificate's path is not a regular file. Thread-safe.
absl::StatusOr<SecretBytes> ReadEnrollmentFile(EnrollmentFile what, const std::string& path);

using EnrollmentReader =
    std::function<absl::StatusOr<SecretBytes>(EnrollmentFile what, const std::string& path)>;

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_ENROLLMENT_FILES_H_
