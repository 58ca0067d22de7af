#include "client/agent/daemon/start_credentials.h"

namespace fleetca::client {

StartCredentials::StartCredentials(const AgentOptions& options) {
  for (const IdentityOptions& identity : options.identities) {
    const EnrollmentOptions& from = identity.enrollment;
    Keep(EnrollmentFile::kCertificate, from.certificate_file, from.certificate_is_credential);
    Keep(EnrollmentFile::kPrivateKey, from.private_key_file, from.private_key_is_credential);
    Keep(EnrollmentFile::kToken, from.jwt_file, from.jwt_is_credential);
    Keep(EnrollmentFile::kToken, from.join_token_file, from.join_token_is_credential);
  }
}

void StartCredentials::Keep(EnrollmentFile what, const std::string& path, bool is_credential) {
  if (is_credential) {
    kept_.emplace(std::pair(what, path), ReadEnrollmentFile(what, path));
  }
}

absl::StatusOr<SecretBytes> StartCredentials::Read(EnrollmentFile what,
                                                   const std::string& path) const {
  const auto kept = kept_.find({what, path});
  if (kept == kept_.end()) {
    return ReadEnrollmentFile(what, path);
  }
  if (!kept->second.ok()) {
    return kept->second.status();
  }
  return SecretBytes(kept->second->view());
}

}  // namespace fleetca::client
