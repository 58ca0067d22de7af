// The port for callers that have certificates.
#ifndef FLEETCA_SERVICE_SERVER_ISSUING_PORT_H_
#define FLEETCA_SERVICE_SERVER_ISSUING_PORT_H_

#include <grpcpp/server.h>

#include <cstdint>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fleetca/v1/statistics.pb.h"
#include "service/call/control_pool.h"
#include "service/config/server_config.h"
#include "service/net/listener.h"
#include "service/net/tls_credentials.h"
#include "service/rpc/ca_service.h"
#include "service/rpc/issuance_intake.h"
#include "service/rpc/join_token_service.h"
#include "service/rpc/peer_reader.h"
#include "service/rpc/policy_service.h"
#include "service/rpc/renewal_service.h"
#include "service/rpc/revocation_service.h"
#include "service/rpc/revocation_watchers.h"
#include "service/rpc/statistics_service.h"
#include "service/server/running_ca.h"

namespace fleetca::service {

// What the health service of gRPC calls the services of this port; "" is the server as a whole.
inline constexpr char kIssuingServiceName[] = "fleetca.v1.CertificateAuthorityService";
inline constexpr char kTokenServiceName[] = "fleetca.v1.JoinTokenService";
inline constexpr char kRevocationServiceName[] = "fleetca.v1.RevocationService";
inline constexpr char kRenewalServiceName[] = "fleetca.v1.RenewalService";
// No service: NOT_SERVING while a certificate of the CA's own needs somebody in time. The services
// do their work meanwhile.
inline constexpr char kOwnCertificatesName[] = "fleetca.own_certificates";

// Binds the port and turns its calls into issuances on the queue. Thread-compatible. The
// port reports itself healthy until told otherwise.
class IssuingPort {
 public:
  // The references outlive it. Connections may have that many `descriptors`. Any part that is not
  // right is an error, with a sentence that names the file or field.
  static absl::StatusOr<std::unique_ptr<IssuingPort>> Start(
      const ServerConfig& config, const ServerTls& tls, RunningCa& ca, IssueQueue& queue,
      v1::ServerDescription description, ReadOwnCertificates own_certificates, uint64_t descriptors,
      WriteHttpStatistics http = nullptr);
  IssuingPort(const IssuingPort&) = delete;
  IssuingPort& operator=(const IssuingPort&) = delete;
  ~IssuingPort();

  int port() const { return listener_->port(); }

  // UNAVAILABLE kInternal while no connection can be accepted. From any thread.
  absl::Status CheckListener() const;

  // Whether the service of this name serves. From any thread; without effect once the drain began.
  void SetServing(const std::string& service_name, bool serving);

  // Takes no new connections, says NOT_SERVING for good, and lets streams end once they have
  // answered what they read.
  void BeginDrain();

  // Takes no new calls and returns when every call has ended, or was cut off at `deadline`; false
  // in that case.
  [[nodiscard]] bool FinishDrain(absl::Time deadline);

 private:
  IssuingPort(const ServerConfig& config, std::unique_ptr<PeerReader> caller_reader,
              std::unique_ptr<ControlPool> pool, std::unique_ptr<RevocationWatchers> watchers,
              RunningCa& ca, IssueQueue& queue, v1::ServerDescription description,
              ReadOwnCertificates own_certificates, WriteHttpStatistics http);

  absl::Status Listen(const ServerConfig& config, const ServerTls& tls, RunningCa& ca,
                      uint64_t descriptors);

  // In the order they are made; each uses those above it.
  const v1::ServerDescription description_;
  const std::unique_ptr<PeerReader> caller_reader_;
  const std::unique_ptr<ControlPool> pool_;
  const std::unique_ptr<RevocationWatchers> watchers_;
  IssuanceIntake intake_;
  CaService service_;
  JoinTokenService tokens_;
  RevocationService revocation_;
  RenewalService renewal_;
  PolicyService policy_;
  StatisticsService statistics_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_ISSUING_PORT_H_
