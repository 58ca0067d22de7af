// What systemd gave the user who starts the agent, and no other (LoadCredential=).
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_START_CREDENTIALS_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_START_CREDENTIALS_H_

#include <map>
#include <string>
#include <utility>

#include "absl/status/statusor.h"
#include "base/secret.h"
#include "client/agent/agent_options.h"
#include "client/agent/enrollment_files.h"

namespace fleetca::client {

// Read before the agent becomes another user, who may not read them. Thread-safe after
// construction.
class StartCredentials {
 public:
  // Of no identity.
  StartCredentials() = default;
  // Those of all identities; what cannot be read is said by Read.
  explicit StartCredentials(const AgentOptions& options);

  // What was read at the start; any other file is read now. The errors of ReadEnrollmentFile.
  absl::StatusOr<SecretBytes> Read(EnrollmentFile what, const std::string& path) const;

 private:
  void Keep(EnrollmentFile what, const std::string& path, bool is_credential);

  std::map<std::pair<EnrollmentFile, std::string>, absl::StatusOr<SecretBytes>> kept_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_START_CREDENTIALS_H_
