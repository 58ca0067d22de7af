// The client of a CA's StatisticsService: what the server says about itself.
#ifndef FLEETCA_CLIENT_STATISTICS_CLIENT_H_
#define FLEETCA_CLIENT_STATISTICS_CLIENT_H_

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ca_client_options.h"

namespace fleetca::client {

// A certificate that the CA has for itself: the message of the same name says more.
struct OwnCertificate {
  std::string what;
  std::string file;
  std::string subject;
  std::string spiffe_id;
  std::string serial_number;  // octets
  absl::Time not_after;
  bool in_warning_time = false;
  std::string warning;
  std::optional<absl::Time> last_renewal_attempt_time;
  std::string renewal_error;
};

// What the HTTP port has answered: the message of the same name says more.
struct HttpStatistics {
  std::map<std::string, uint64_t> answers;  // by route
  std::map<uint32_t, uint64_t> statuses;    // answers by status code
  uint64_t body_bytes = 0;
  uint64_t connections = 0;  // now
  uint64_t accepted_connections = 0;
  uint64_t refused_connections = 0;
  uint64_t ocsp_signed = 0;
  uint64_t ocsp_cached = 0;
  uint64_t crls_signed = 0;
};

// What is revoked and blocked: the message of the same name says more.
struct RevocationStatistics {
  bool loaded = false;    // false: the server does not know all yet, and refuses every call
  uint64_t sequence = 0;  // up to which change of the feed
  uint64_t known = 0;
  uint64_t blocked = 0;
  uint64_t revoked = 0;
  uint64_t refused_revoked = 0;
  uint64_t refused_blocked = 0;
  uint64_t watchers = 0;  // now
};

// Proofs of possession that were verified in lanes: fleetca.v1.PossessionStatistics.
struct PossessionCounts {
  uint64_t by_lanes = 0;
  uint64_t checked_again = 0;
  uint64_t left_to_openssl = 0;
  uint64_t disagreements = 0;
};

// Counts are since the start: GetStatisticsResponse says more.
struct Statistics {
  std::string version;
  absl::Time start_time;
  absl::Time read_time;
  uint64_t issued = 0;
  uint64_t replayed = 0;
  uint64_t validated = 0;
  uint64_t refused = 0;
  uint64_t queued = 0;
  uint64_t renewed = 0;
  uint64_t renewed_by_proof = 0;
  uint64_t refused_proofs = 0;
  uint64_t stale_lineages = 0;
  uint64_t blocked_lineages = 0;
  uint64_t renewal_infos = 0;
  uint64_t moved_windows = 0;
  double cpu_seconds = 0;  // in user mode and in the kernel
  uint64_t resident_bytes = 0;
  // By what proofs of possession are verified; empty of a server of an earlier release.
  std::string possession_path;
  PossessionCounts possession;
  std::optional<RevocationStatistics> revocation;  // absent of a server of an earlier release
  std::optional<HttpStatistics> http;              // absent where there is no HTTP port
  std::vector<OwnCertificate> own_certificates;
};

// Calls over mutual TLS, repeated and explained as CaClient does. Thread-safe.
class StatisticsClient {
 public:
  // Reads and judges the identity; does not connect yet.
  static absl::StatusOr<std::unique_ptr<StatisticsClient>> Create(CaClientOptions options);

  StatisticsClient(const StatisticsClient&) = delete;
  StatisticsClient& operator=(const StatisticsClient&) = delete;
  ~StatisticsClient();

  // PERMISSION_DENIED where the policy gives no may_read_statistics. A server of an earlier release
  // names no own certificates.
  absl::StatusOr<Statistics> Get() const;

 private:
  // A ServiceConnection (client/service_connection.h).
  struct Connection;

  explicit StatisticsClient(std::unique_ptr<const Connection> connection);

  const std::unique_ptr<const Connection> connection_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_STATISTICS_CLIENT_H_
