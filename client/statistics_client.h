// The client of a CA's StatisticsService: what the server says about itself.
#ifndef FLEETCA_CLIENT_STATISTICS_CLIENT_H_
#define FLEETCA_CLIENT_STATISTICS_CLIENT_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "client/ca_client_options.h"
#include "client/tls_identity.h"
#include "fleetca/v1/statistics.grpc.pb.h"
#include "grpcpp/channel.h"

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
  double cpu_seconds = 0;  // in user mode and in the kernel
  uint64_t resident_bytes = 0;
  std::vector<OwnCertificate> own_certificates;
};

// Calls over mutual TLS, repeated and explained as CaClient does. Thread-safe.
class StatisticsClient {
 public:
  // Reads the files; does not connect yet.
  static absl::StatusOr<std::unique_ptr<StatisticsClient>> Create(CaClientOptions options);

  StatisticsClient(const StatisticsClient&) = delete;
  StatisticsClient& operator=(const StatisticsClient&) = delete;

  // PERMISSION_DENIED where the policy gives no may_read_statistics. A server of an earlier release
  // names no own certificates.
  absl::StatusOr<Statistics> Get() const;

 private:
  StatisticsClient(CaClientOptions options, const TlsIdentity& identity);

  const CaClientOptions options_;
  const std::shared_ptr<grpc::Channel> channel_;
  const std::unique_ptr<v1::StatisticsService::StubInterface> stub_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_STATISTICS_CLIENT_H_
