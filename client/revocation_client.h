// The client of a CA's RevocationService: revokes certificates, and blocks identities.
#ifndef FLEETCA_CLIENT_REVOCATION_CLIENT_H_
#define FLEETCA_CLIENT_REVOCATION_CLIENT_H_

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ca_client_options.h"
#include "x509/serial.h"

namespace fleetca::v1 {
class RevokeCertificatesRequest;
}  // namespace fleetca::v1

namespace fleetca::client {

// How many certificates were revoked, or would be: the message says more.
struct RevokedCounts {
  uint64_t revoked = 0;
  uint64_t upgraded = 0;
  uint64_t unchanged = 0;
  uint64_t sequence = 0;
};

// Who gets no certificates.
struct Blocked {
  // "identity", "lineage" or "key".
  std::string kind;
  // A SPIFFE ID; a serial number or a SHA-256 in hex.
  std::string target;
  absl::Time block_time;
  std::string blocker;
  std::string reason;
  bool permanent = false;
};

// Calls over mutual TLS, repeated and explained as CaClient does: asking again changes nothing.
// Thread-safe.
class RevocationClient {
 public:
  // Reads and judges the identity; does not connect yet.
  static absl::StatusOr<std::unique_ptr<RevocationClient>> Create(CaClientOptions options);

  RevocationClient(const RevocationClient&) = delete;
  RevocationClient& operator=(const RevocationClient&) = delete;
  ~RevocationClient();

  absl::StatusOr<RevokedCounts> Revoke(const v1::RevokeCertificatesRequest& request) const;

  // The block in force, which may be an earlier one.
  absl::StatusOr<Blocked> Block(const std::string& identity, const std::string& reason) const;
  // Whether it was blocked.
  absl::StatusOr<bool> Unblock(const std::string& identity) const;
  // The same of the lineage that this certificate belongs to. NOT_FOUND where the CA has neither it
  // nor such a block.
  absl::StatusOr<bool> UnblockLineage(const x509::SerialNumber& serial) const;
  // All of them.
  absl::StatusOr<std::vector<Blocked>> ListBlocks() const;

 private:
  // A ServiceConnection (client/service_connection.h).
  struct Connection;

  explicit RevocationClient(std::unique_ptr<const Connection> connection);

  const std::unique_ptr<const Connection> connection_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_REVOCATION_CLIENT_H_
