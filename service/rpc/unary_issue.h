// IssueCertificate and RenewCertificate: one message in, one message out.
#ifndef FLEETCA_SERVICE_RPC_UNARY_ISSUE_H_
#define FLEETCA_SERVICE_RPC_UNARY_ISSUE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/caller/caller.h"
#include "service/rpc/issuance_intake.h"

namespace fleetca::service {

// Each starts a call and returns its reactor, which deletes itself when gRPC is done with it.
grpc::ServerUnaryReactor* StartIssue(const IssuanceIntake& intake,
                                     grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request, grpc::ByteBuffer* response);

grpc::ServerUnaryReactor* StartRenew(const IssuanceIntake& intake,
                                     grpc::CallbackServerContext* context,
                                     const grpc::ByteBuffer* request, grpc::ByteBuffer* response);

// As StartIssue for a message that was read already, of a caller who was found another way than
// from the call's context. `request` and `response` are the call's own and live as long.
grpc::ServerUnaryReactor* StartIssueFor(absl::StatusOr<Caller> caller, const IssuanceIntake& intake,
                                        grpc::CallbackServerContext* context,
                                        const v1::IssueCertificateRequest* request,
                                        v1::IssueCertificateResponse* response);

// As StartRenew for a stranger, whose message was read already and must have a proof. `peer` is
// from where the stranger calls, for the log. `request` and `response` as above.
grpc::ServerUnaryReactor* StartRenewByProof(const absl::Status& admitted, std::string peer,
                                            const IssuanceIntake& intake,
                                            grpc::CallbackServerContext* context,
                                            const v1::RenewCertificateRequest* request,
                                            v1::RenewCertificateResponse* response);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_UNARY_ISSUE_H_
