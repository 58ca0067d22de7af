#include "service/server/bootstrap_relay_service.h"

#include <memory>
#include <optional>
#include <string>

#include "base/errors.h"
#include "service/call/server_call.h"
#include "service/call/status_to_rpc.h"
#include "service/net/peer_address.h"
#include "service/rpc/unary_issue.h"

namespace fleetca::service {
namespace {

// Longer than any sentence of the process.
constexpr size_t kMaxSaidBytes = 1024;

// What the process says is kept, logged, and part of the answer about the server's health.
absl::Status Said(const google::rpc::Status& status) {
  if (status.ByteSizeLong() <= kMaxSaidBytes) {
    return FromRpcStatus(status);
  }
  google::rpc::Status cut;
  cut.set_code(status.code());
  cut.set_message(status.message().substr(0, kMaxSaidBytes));
  return FromRpcStatus(cut);
}

absl::Status TooMuchAtOnce() {
  return ResourceExhausted(Reason::kInternal,
                           "The process of the bootstrap port asks too much at once");
}

// Answered in the method itself, by gRPC's own reactor.
grpc::ServerUnaryReactor* Answer(grpc::CallbackServerContext* context, const absl::Status& status) {
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(ToGrpcStatus(status));
  return reactor;
}

}  // namespace

// The files' contents are in memory until gRPC has forgotten the call.
class BootstrapRelayService::FilesCall final : public UnaryCall {
 public:
  FilesCall(BootstrapRelayService& service, const internal::v1::ReadFilesRequest& request,
            internal::v1::ReadFilesResponse* response)
      : service_(service),
        request_(request),
        response_(*response),
        granted_(!service.reads_files_.exchange(true)) {}
  ~FilesCall() override {
    if (granted_) {
      service_.reads_files_ = false;
    }
  }

 private:
  void Start() override {
    absl::Status admitted = service_.Admit();
    if (admitted.ok() && !granted_) {
      admitted = TooMuchAtOnce();
    }
    if (!admitted.ok()) {
      End(ToGrpcStatus(admitted));
      return;
    }
    const absl::StatusOr<std::vector<SecretBytes>> contents =
        service_.handlers_.read_files({request_.paths().begin(), request_.paths().end()});
    *response_.mutable_status() = ToRpcStatus(contents.status());
    if (contents.ok()) {
      for (const SecretBytes& bytes : *contents) {
        response_.add_contents(bytes.view().data(), bytes.view().size());
      }
    }
    End(grpc::Status::OK);
  }

  BootstrapRelayService& service_;
  const internal::v1::ReadFilesRequest& request_;
  internal::v1::ReadFilesResponse& response_;
  const bool granted_;
};

absl::Status BootstrapRelayService::Admit() const {
  const int calls = calls_;
  if (calls >= kCallsThatEndProcess) {
    handlers_.overran();
  }
  return calls > kMaxCallsOfProcess ? TooMuchAtOnce() : absl::OkStatus();
}

grpc::ServerUnaryReactor* BootstrapRelayService::GetSettings(
    grpc::CallbackServerContext* context, const internal::v1::GetSettingsRequest* request,
    internal::v1::GetSettingsResponse* response) {
  const absl::Status admitted = Admit();
  if (admitted.ok()) {
    if (request->has_listener()) {
      handlers_.heard(Said(request->listener()));
    }
    *response = handlers_.settings();
  }
  return Answer(context, admitted);
}

grpc::ServerUnaryReactor* BootstrapRelayService::ReadFiles(
    grpc::CallbackServerContext*, const internal::v1::ReadFilesRequest* request,
    internal::v1::ReadFilesResponse* response) {
  return UnaryCall::Launch(std::make_unique<FilesCall>(*this, *request, response));
}

grpc::ServerUnaryReactor* BootstrapRelayService::ReportStart(
    grpc::CallbackServerContext* context, const internal::v1::ReportStartRequest* request,
    internal::v1::ReportStartResponse*) {
  const absl::Status admitted = Admit();
  if (admitted.ok()) {
    handlers_.started(Said(request->status()));
  }
  return Answer(context, admitted);
}

grpc::ServerUnaryReactor* BootstrapRelayService::IssueCertificate(
    grpc::CallbackServerContext* context, const internal::v1::IssueCertificateRequest* request,
    internal::v1::IssueCertificateResponse* response) {
  const absl::Status admitted = Admit();
  return StartIssueFor(
      admitted.ok() ? callers_.CallerOf(request->credential()) : absl::StatusOr<Caller>(admitted),
      intake_, context, &request->request(), response->mutable_response());
}

grpc::ServerUnaryReactor* BootstrapRelayService::RenewCertificate(
    grpc::CallbackServerContext* context, const internal::v1::RenewCertificateRequest* request,
    internal::v1::RenewCertificateResponse* response) {
  // Only an address gets into the log.
  const std::optional<PeerAddress> peer = PeerAddress::FromGrpc(request->peer());
  return StartRenewByProof(Admit(), peer.has_value() ? peer->ToString() : "", intake_, context,
                           &request->request(), response->mutable_response());
}

}  // namespace fleetca::service
