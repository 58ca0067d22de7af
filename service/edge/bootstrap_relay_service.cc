#include "service/edge/bootstrap_relay_service.h"

#include <string>

#include "service/edge/status_to_rpc.h"
#include "service/edge/unary_issue.h"

namespace fleetca::service {

grpc::ServerUnaryReactor* BootstrapRelayService::GetSettings(
    grpc::CallbackServerContext* context, const internal::v1::GetSettingsRequest*,
    internal::v1::GetSettingsResponse* response) {
  *response = settings_();
  grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
  reactor->Finish(grpc::Status::OK);
  return reactor;
}

grpc::ServerUnaryReactor* BootstrapRelayService::ReportStart(
    grpc::CallbackServerContext* context, const internal::v1::ReportStartRequest* request,
    internal::v1::ReportStartResponse*) {
  started_(FromRpcStatus(request->status()));
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
