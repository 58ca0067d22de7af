// fleetca.v1.PolicyService on gRPC's callback API.
#ifndef FLEETCA_SERVICE_RPC_POLICY_SERVICE_H_
#define FLEETCA_SERVICE_RPC_POLICY_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "fleetca/v1/policy_service.grpc.pb.h"
#include "service/call/control_pool.h"
#include "service/policy/current_policy.h"
#include "service/rpc/caller_reader.h"

namespace fleetca::service {

// Has the server's policy file read again, for whoever the port's access check lets through.
// Reading and judging a file takes its time, so it is done in the pool. Thread-safe; the references
// outlive it.
class PolicyService
    : public v1::PolicyService::WithRawCallbackMethod_ApplyPolicy<v1::PolicyService::Service> {
 public:
  // Puts the policy of the file in force, if `file_sha256` is empty or is the file's SHA-256.
  using Apply = std::function<absl::StatusOr<PolicyChange>(absl::string_view file_sha256)>;

  // `file` is what answers call the file.
  PolicyService(CallerReader& caller_reader, Apply apply, std::string file, ControlPool& pool)
      : caller_reader_(caller_reader),
        apply_(std::move(apply)),
        file_(std::move(file)),
        pool_(pool) {}

  grpc::ServerUnaryReactor* ApplyPolicy(grpc::CallbackServerContext* context,
                                        const grpc::ByteBuffer* request,
                                        grpc::ByteBuffer* response) override;

 private:
  absl::Status Handle(const CertificateCaller& caller, const v1::ApplyPolicyRequest& request,
                      v1::ApplyPolicyResponse* response) const;

  CallerReader& caller_reader_;
  const Apply apply_;
  const std::string file_;
  ControlPool& pool_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_POLICY_SERVICE_H_
