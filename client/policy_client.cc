#include "client/policy_client.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/status_macros.h"
#include "client/service_connection.h"
#include "fleetca/v1/policy_service.grpc.pb.h"

namespace fleetca::client {

struct PolicyClient::Connection : ServiceConnection<v1::PolicyService> {
  using ServiceConnection::ServiceConnection;
};

absl::StatusOr<std::unique_ptr<PolicyClient>> PolicyClient::Create(CaClientOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(const TlsIdentity identity, options.MakeIdentity());
  return absl::WrapUnique(
      new PolicyClient(std::make_unique<Connection>(std::move(options), identity)));
}

PolicyClient::PolicyClient(std::unique_ptr<const Connection> connection)
    : connection_(std::move(connection)) {}

PolicyClient::~PolicyClient() = default;

absl::StatusOr<AppliedPolicy> PolicyClient::Apply(absl::string_view file_sha256) const {
  v1::ApplyPolicyRequest request;
  request.set_file_sha256(std::string(file_sha256));
  v1::ApplyPolicyResponse response;
  FLEETCA_RETURN_IF_ERROR(connection_->Call<v1::ApplyPolicyRequest>(&Connection::Stub::ApplyPolicy,
                                                                    request, &response));
  return AppliedPolicy{.file = response.file(),
                       .revision = response.policy_revision(),
                       .former_revision = response.former_policy_revision(),
                       .changes = {response.changes().begin(), response.changes().end()},
                       .change_count = response.change_count()};
}

}  // namespace fleetca::client
