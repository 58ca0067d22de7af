// The client of a CA's PolicyService: has the server's policy file applied.
#ifndef FLEETCA_CLIENT_POLICY_CLIENT_H_
#define FLEETCA_CLIENT_POLICY_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/ca_client_options.h"

namespace fleetca::client {

// The policy that is in force now: ApplyPolicyResponse says more.
struct AppliedPolicy {
  std::string file;
  int64_t revision = 0;
  int64_t former_revision = 0;
  std::vector<std::string> changes;
  uint64_t change_count = 0;
};

// Calls over mutual TLS, repeated and explained as CaClient does. Thread-safe.
class PolicyClient {
 public:
  // Reads and judges the identity; does not connect yet.
  static absl::StatusOr<std::unique_ptr<PolicyClient>> Create(CaClientOptions options);

  PolicyClient(const PolicyClient&) = delete;
  PolicyClient& operator=(const PolicyClient&) = delete;
  ~PolicyClient();

  // Has the server read its policy file again; only if it has this SHA-256, unless that is "". When
  // an answer is lost the call is repeated, and then nothing changes any more.
  absl::StatusOr<AppliedPolicy> Apply(absl::string_view file_sha256) const;

 private:
  // A ServiceConnection (client/service_connection.h).
  struct Connection;

  explicit PolicyClient(std::unique_ptr<const Connection> connection);

  const std::unique_ptr<const Connection> connection_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_POLICY_CLIENT_H_
