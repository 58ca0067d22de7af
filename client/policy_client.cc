#include "client/policy_client.h"

#include <utility>

#include "base/status_macros.h"
#include "client/connection_error.h"
#include "client/status_from_grpc.h"

namespace fleetca::client {

absl::StatusOr<std::unique_ptr<PolicyClient>> PolicyClient::Create(CaClientOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity,
                           LoadTlsIdentity(options.files, ClockOf(options).Now()));
  return std::unique_ptr<PolicyClient>(new PolicyClient(std::move(options), identity));
}

PolicyClient::PolicyClient(CaClientOptions options, const TlsIdentity& identity)
    : options_(std::move(options)),
      channel_(MakeChannel(options_.channel(), identity.credentials)),
      stub_(v1::PolicyService::NewStub(channel_)) {}

absl::StatusOr<AppliedPolicy> PolicyClient::Apply(absl::string_view file_sha256) const {
  v1::ApplyPolicyRequest request;
  request.set_file_sha256(std::string(file_sha256));
  v1::ApplyPolicyResponse response;
  FLEETCA_RETURN_IF_ERROR(CallWithRetries(options_, *channel_, [&](absl::Duration remaining) {
    grpc::ClientContext context;
    SetAttemptDeadline(options_, remaining, &context);
    response.Clear();
    const grpc::Status status = stub_->ApplyPolicy(&context, request, &response);
    return ExplainConnectionError(StatusFromGrpc(status), options_.address, options_.files);
  }));
  return AppliedPolicy{.file = response.file(),
                       .revision = response.policy_revision(),
                       .former_revision = response.former_policy_revision(),
                       .changes = {response.changes().begin(), response.changes().end()},
                       .change_count = response.change_count()};
}

}  // namespace fleetca::client
