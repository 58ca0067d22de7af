// Tells connections about their calls.
#ifndef FLEETCA_SERVICE_NET_CALL_METER_H_
#define FLEETCA_SERVICE_NET_CALL_METER_H_

#include <grpcpp/support/server_interceptor.h>

#include <cstdint>
#include <functional>
#include <memory>

#include "absl/strings/string_view.h"
#include "service/net/caller_calls.h"
#include "service/net/connection.h"
#include "service/net/connection_table.h"

namespace fleetca::service {

// The bytes of a request message that was received by the method with this :path; `message` is
// what the handler gets. 0 for a method that it does not know.
using MessageSize = std::function<uint64_t(absl::string_view method, const void* message)>;

// Makes an interceptor for every call of a server, gRPC's own services included, which tells the
// call's connection of complete messages, of answers and of the caller. No handler has to remember
// it. Thread-safe.
class CallMeterFactory : public grpc::experimental::ServerInterceptorFactoryInterface {
 public:
  // `size` may be null; it is called on gRPC's threads.
  CallMeterFactory(std::shared_ptr<const ConnectionTable> connections,
                   std::shared_ptr<CallerTable> callers, const ConnectionLimits& limits,
                   MessageSize size)
      : connections_(std::move(connections)),
        callers_(std::move(callers)),
        limits_(limits),
        size_(std::move(size)) {}

  grpc::experimental::Interceptor* CreateServerInterceptor(
      grpc::experimental::ServerRpcInfo* call) override;

 private:
  const std::shared_ptr<const ConnectionTable> connections_;
  const std::shared_ptr<CallerTable> callers_;
  const ConnectionLimits limits_;
  const MessageSize size_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_CALL_METER_H_
