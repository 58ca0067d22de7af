// fleetca.v1.RenewalService on gRPC's callback API.
#ifndef FLEETCA_SERVICE_RPC_RENEWAL_SERVICE_H_
#define FLEETCA_SERVICE_RPC_RENEWAL_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "fleetca/v1/renewals.grpc.pb.h"
#include "service/call/control_pool.h"
#include "service/renewals/early_renewal_orders.h"
#include "service/rpc/caller_reader.h"

namespace fleetca::service {

// Every method takes octets, so that what is no message of the API gets our answer.
using RawRenewalService = v1::RenewalService::WithRawCallbackMethod_OrderEarlyRenewal<
    v1::RenewalService::WithRawCallbackMethod_ListEarlyRenewals<
        v1::RenewalService::WithRawCallbackMethod_CancelEarlyRenewal<v1::RenewalService::Service>>>;

// Between the API's messages and the orders. The port's access check has looked at the right.
// Thread-safe; the references outlive it.
class RenewalService : public RawRenewalService {
 public:
  RenewalService(CallerReader& caller_reader, EarlyRenewalOrders& orders, ControlPool& pool)
      : caller_reader_(caller_reader), orders_(orders), pool_(pool) {}

  grpc::ServerUnaryReactor* OrderEarlyRenewal(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* ListEarlyRenewals(grpc::CallbackServerContext* context,
                                              const grpc::ByteBuffer* request,
                                              grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* CancelEarlyRenewal(grpc::CallbackServerContext* context,
                                               const grpc::ByteBuffer* request,
                                               grpc::ByteBuffer* response) override;

 private:
  absl::Status List(v1::ListEarlyRenewalsResponse* response) const;

  CallerReader& caller_reader_;
  EarlyRenewalOrders& orders_;
  ControlPool& pool_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_RENEWAL_SERVICE_H_
