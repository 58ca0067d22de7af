// The client of a CA's RenewalService: orders that certificates are renewed early.
#ifndef FLEETCA_CLIENT_RENEWAL_CLIENT_H_
#define FLEETCA_CLIENT_RENEWAL_CLIENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ca_client_options.h"

namespace fleetca::v1 {
class OrderEarlyRenewalRequest;
}  // namespace fleetca::v1

namespace fleetca::client {

// An order: the message says more.
struct EarlyRenewal {
  uint64_t id = 0;  // 0: it was not ordered
  std::string identity;
  std::string profile;
  std::string issuer;  // the issuing CA's key identifier in hex
  std::optional<absl::Time> issued_from;
  absl::Time issued_to;
  std::string explanation_url;
  absl::Time order_time;
  std::string orderer;
  uint64_t certificates = 0;
  absl::Time first_turn;
  absl::Time last_turn;
};

// Calls over mutual TLS, repeated and explained as CaClient does: the CA answers an order that is
// asked for again by the first one. Thread-safe.
class RenewalClient {
 public:
  // Reads and judges the identity; does not connect yet.
  static absl::StatusOr<std::unique_ptr<RenewalClient>> Create(CaClientOptions options);

  RenewalClient(const RenewalClient&) = delete;
  RenewalClient& operator=(const RenewalClient&) = delete;
  ~RenewalClient();

  absl::StatusOr<EarlyRenewal> Order(const v1::OrderEarlyRenewalRequest& request) const;
  // Those in force, the oldest first.
  absl::StatusOr<std::vector<EarlyRenewal>> List() const;
  absl::Status Cancel(uint64_t id) const;

 private:
  // A ServiceConnection (client/service_connection.h).
  struct Connection;

  explicit RenewalClient(std::unique_ptr<const Connection> connection);

  const std::unique_ptr<const Connection> connection_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_RENEWAL_CLIENT_H_
