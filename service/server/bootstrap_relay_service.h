// fleetca.internal.v1.BootstrapRelayService: what the process of the bootstrap port may ask.
#ifndef FLEETCA_SERVICE_SERVER_BOOTSTRAP_RELAY_SERVICE_H_
#define FLEETCA_SERVICE_SERVER_BOOTSTRAP_RELAY_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "service/net/counted_messages.h"
#include "service/rpc/issuance_intake.h"
#include "service/rpc/relayed_caller.h"

namespace fleetca::service {

// What the process asks at once; it asks less (kMaxRelayed), unless someone has taken it over.
// Beyond that it is refused with RESOURCE_EXHAUSTED.
inline constexpr int kMaxCallsOfProcess = 512;
// A process that has as many calls as this does not even read the refusals, so its calls cannot be
// a mistake.
inline constexpr int kCallsThatEndProcess = 2 * kMaxCallsOfProcess;

// Hands requests to the queue as calls of the issuing port do. Registered on a server without a
// port, which one process alone reaches. A stranger may have taken that process over, so what
// it can make this process spend is bounded: the number of its calls at a time, one of them for
// files, and the text about itself, which is cut to a kilobyte. Thread-safe.
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
    // It has kCallsThatEndProcess calls or more. Comes with every further call.
    std::function<void()> overran = [] {};
  };

  // The references outlive it.
  BootstrapRelayService(const IssuanceIntake& intake, const RelayedCallers& callers,
                        Handlers handlers)
      : intake_(intake), callers_(callers), handlers_(std::move(handlers)) {
    SetMessageAllocatorFor_GetSettings(&settings_messages_);
    SetMessageAllocatorFor_ReadFiles(&files_messages_);
    SetMessageAllocatorFor_ReportStart(&start_messages_);
    SetMessageAllocatorFor_IssueCertificate(&issue_messages_);
    SetMessageAllocatorFor_RenewCertificate(&renew_messages_);
  }

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
  grpc::ServerUnaryReactor* RenewCertificate(
      grpc::CallbackServerContext* context, const internal::v1::RenewCertificateRequest* request,
      internal::v1::RenewCertificateResponse* response) override;

 protected:
  std::atomic<int> calls_{0};  // those that there are

 private:
  class FilesCall;

  // RESOURCE_EXHAUSTED where there are too many calls.
  absl::Status Admit() const;

  const IssuanceIntake& intake_;
  const RelayedCallers& callers_;
  const Handlers handlers_;
  std::atomic<bool> reads_files_{false};
  CountedMessages<internal::v1::GetSettingsRequest, internal::v1::GetSettingsResponse>
      settings_messages_{calls_};
  CountedMessages<internal::v1::ReadFilesRequest, internal::v1::ReadFilesResponse> files_messages_{
      calls_};
  CountedMessages<internal::v1::ReportStartRequest, internal::v1::ReportStartResponse>
      start_messages_{calls_};
  CountedMessages<internal::v1::IssueCertificateRequest, internal::v1::IssueCertificateResponse>
      issue_messages_{calls_};
  CountedMessages<internal::v1::RenewCertificateRequest, internal::v1::RenewCertificateResponse>
      renew_messages_{calls_};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_BOOTSTRAP_RELAY_SERVICE_H_
