// The log lines of gRPC, and of the Protobuf that it reads with, in our form and at a bounded rate.
#ifndef FLEETCA_SERVICE_NET_GRPC_LOG_H_
#define FLEETCA_SERVICE_NET_GRPC_LOG_H_

namespace fleetca::service {

// From now on both libraries log through base/log: without it, whoever can connect writes lines of
// theirs to standard error, for each handshake that fails and for each string that is not UTF-8.
// For the process, before it reads its first message; calling it again changes nothing.
void RouteGrpcLog();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_GRPC_LOG_H_
