#include "service/edge/bootstrap_relay_service.h"

#include <string>

#include "service/edge/status_to_rpc.h"
#include "service/edge/unary_issue.h"

namespace fleetca::service {

grpc::ServerUnaryReactor* BootstrapRelayService::GetSettings(
    grpc::CallbackServerContext* context, const internal::v1::GetSettingsRequest* request,
    internal::v1::GetSettingsResponse* response) {
  if (request->has_listener()) {
    handlers_.heard(FromRpcStatus(request->listener()));
  }
  *response = handlers_.settings();
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* BootstrapRelayService::ReadFiles(
    grpc::CallbackServerContext* context, const internal::v1::ReadFilesRequest* request,
    internal::v1::ReadFilesResponse* response) {
  const absl::StatusOr<std::vector<SecretBytes>> contents =
      handlers_.read_files({request->paths().begin(), request->paths().end()});
  *response->mutable_status() = ToRpcStatus(contents.status());
  if (contents.ok()) {
    for (const SecretBytes& bytes : *contents) {
      response->add_contents(bytes.view().data(), bytes.view().size());
    }
  }
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* BootstrapRelayService::ReportStart(
    grpc::CallbackServerContext* context, const internal::v1::ReportStartRequest* request,
    internal::v1::ReportStartResponse*) {
  handlers_.started(FromRpcStatus(request->status()));
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* BootstrapRelayService::IssueCertificate(
    grpc::CallbackServerContext* context, const internal::v1::IssueCertificateRequest* request,
    internal::v1::IssueCertificateResponse* response) {
  return StartIssueFor(callers_.CallerOf(request->credential()), gate_, context,
                       &request->request(), response->mutable_response());
}

}  // namespace fleetca::service
