// gRPC's own log lines, in our form and at a bounded rate.
#ifndef FLEETCA_SERVICE_EDGE_GRPC_LOG_H_
#define FLEETCA_SERVICE_EDGE_GRPC_LOG_H_

namespace fleetca::service {

// From now on gRPC logs through base/log: without it, whoever can connect writes a line of gRPC's
// to standard error for each handshake that fails. For the process; calling it again changes
// nothing.
void RouteGrpcLog();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_GRPC_LOG_H_
