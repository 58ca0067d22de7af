#include "service/rpc/renewal_service.h"

#include <utility>

#include "base/status_macros.h"
#include "service/rpc/control_call.h"
#include "service/rpc/renewal_messages.h"

namespace fleetca::service {

grpc::ServerUnaryReactor* RenewalService::OrderEarlyRenewal(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return StartControlCall<v1::OrderEarlyRenewalRequest, v1::OrderEarlyRenewalResponse>(
      pool_, caller_reader_, context, request, response,
      [this](const CertificateCaller& caller, const auto& message, auto* answer) -> absl::Status {
        FLEETCA_ASSIGN_OR_RETURN(EarlyRenewalRequest wanted, ReadEarlyRenewalRequest(message));
        wanted.ordered_by = caller.spiffe_id;
        FLEETCA_ASSIGN_OR_RETURN(const store::EarlyRenewal order, orders_.Order(wanted));
        WriteEarlyRenewal(order, answer->mutable_early_renewal());
        return absl::OkStatus();
      });
}

grpc::ServerUnaryReactor* RenewalService::ListEarlyRenewals(grpc::CallbackServerContext* context,
                                                            const grpc::ByteBuffer* request,
                                                            grpc::ByteBuffer* response) {
  return StartControlCall<v1::ListEarlyRenewalsRequest, v1::ListEarlyRenewalsResponse>(
      pool_, caller_reader_, context, request, response,
      [this](const CertificateCaller&, const auto&, auto* answer) { return List(answer); });
}

absl::Status RenewalService::List(v1::ListEarlyRenewalsResponse* response) const {
  FLEETCA_ASSIGN_OR_RETURN(const EarlyRenewalOrders::List orders, orders_.InForce());
  for (const store::EarlyRenewal& order : orders) {
    WriteEarlyRenewal(order, response->add_early_renewals());
  }
  return absl::OkStatus();
}

grpc::ServerUnaryReactor* RenewalService::CancelEarlyRenewal(grpc::CallbackServerContext* context,
                                                             const grpc::ByteBuffer* request,
                                                             grpc::ByteBuffer* response) {
  return StartControlCall<v1::CancelEarlyRenewalRequest, v1::CancelEarlyRenewalResponse>(
      pool_, caller_reader_, context, request, response,
      [this](const CertificateCaller& caller, const auto& message, auto*) {
        return orders_.Cancel(message.id(), caller.spiffe_id);
      });
}

}  // namespace fleetca::service
