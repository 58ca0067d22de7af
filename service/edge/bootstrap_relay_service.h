// fleetca.internal.v1.BootstrapRelayService: what the process of the bootstrap port may ask.
#ifndef FLEETCA_SERVICE_EDGE_BOOTSTRAP_RELAY_SERVICE_H_
#define FLEETCA_SERVICE_EDGE_BOOTSTRAP_RELAY_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "service/edge/issue_gate.h"
#include "service/edge/relayed_caller.h"

namespace fleetca::service {

// Hands requests to the queue as calls of the issuing port do. Registered on a server without a
// port, which one process alone reaches. Thread-safe.
class BootstrapRelayService : public internal::v1::BootstrapRelayService::CallbackService {
 public:
  // What the process is told, and what is heard of it, from gRPC's threads.
  struct Handlers {
    std::function<internal::v1::GetSettingsResponse()> settings;
    // The process lives; whether it takes connections.
    std::function<void(const absl::Status& listener)> heard;
    // What is in files of the settings, in this order. It must not wait for anyone.
    std::function<absl::StatusOr<std::vector<SecretBytes>>(const std::vector<std::string>& paths)>
        read_files;
    // How its start went.
    std::function<void(const absl::Status& status)> started;
  };

  // The references outlive it.
  BootstrapRelayService(const IssueGate& gate, const RelayedCallers& callers, Handlers handlers)
      : gate_(gate), callers_(callers), handlers_(std::move(handlers)) {}

  grpc::ServerUnaryReactor* GetSettings(grpc::CallbackServerContext* context,
                                        const internal::v1::GetSettingsRequest* request,
                                        internal::v1::GetSettingsResponse* response) override;
  grpc::ServerUnaryReactor* ReadFiles(grpc::CallbackServerContext* context,
                                      const internal::v1::ReadFilesRequest* request,
                                      internal::v1::ReadFilesResponse* response) override;
  grpc::ServerUnaryReactor* ReportStart(grpc::CallbackServerContext* context,
                                        const internal::v1::ReportStartRequest* request,
                                        internal::v1::ReportStartResponse* response) override;
  grpc::ServerUnaryReactor* IssueCertificate(
      grpc::CallbackServerContext* context, const internal::v1::IssueCertificateRequest* request,
      internal::v1::IssueCertificateResponse* response) override;

 private:
  const IssueGate& gate_;
  const RelayedCallers& callers_;
  const Handlers handlers_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_BOOTSTRAP_RELAY_SERVICE_H_
