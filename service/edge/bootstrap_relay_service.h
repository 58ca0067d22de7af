// fleetca.internal.v1.BootstrapRelayService: what the process of the bootstrap port may ask.
#ifndef FLEETCA_SERVICE_EDGE_BOOTSTRAP_RELAY_SERVICE_H_
#define FLEETCA_SERVICE_EDGE_BOOTSTRAP_RELAY_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <utility>

#include "absl/status/status.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "service/edge/issue_gate.h"
#include "service/edge/relayed_caller.h"

namespace fleetca::service {

// Hands requests to the queue as calls of the issuing port do. Registered on a server without a
// port, which one process alone reaches. Thread-safe.
class BootstrapRelayService : public internal::v1::BootstrapRelayService::CallbackService {
 public:
  using Settings = std::function<internal::v1::GetSettingsResponse()>;
  using Started = std::function<void(const absl::Status&)>;

  // The references outlive it. `settings` says what to serve, and `started` hears how that went.
  BootstrapRelayService(const IssueGate& gate, const RelayedCallers& callers, Settings settings,
                        Started started)
      : gate_(gate),
        callers_(callers),
        settings_(std::move(settings)),
        started_(std::move(started)) {}

  grpc::ServerUnaryReactor* GetSettings(grpc::CallbackServerContext* context,
                                        const internal::v1::GetSettingsRequest* request,
                                        internal::v1::GetSettingsResponse* response) override;
  grpc::ServerUnaryReactor* ReportStart(grpc::CallbackServerContext* context,
                                        const internal::v1::ReportStartRequest* request,
                                        internal::v1::ReportStartResponse* response) override;
  grpc::ServerUnaryReactor* IssueCertificate(
      grpc::CallbackServerContext* context, const internal::v1::IssueCertificateRequest* request,
      internal::v1::IssueCertificateResponse* response) override;

 private:
  const IssueGate& gate_;
  const RelayedCallers& callers_;
  const Settings settings_;
  const Started started_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_BOOTSTRAP_RELAY_SERVICE_H_
