// The log lines of gRPC, and of the Protobuf that it reads with, in our form and at a bounded rate.
#ifndef FLEETCA_BASE_GRPC_LIBRARY_LOG_H_
#define FLEETCA_BASE_GRPC_LIBRARY_LOG_H_

namespace fleetca {

// From now on both libraries log through base/log. Without this, anybody who can connect makes the
// libraries write lines to standard error, for each handshake that fails and for each string that
// is not UTF-8. Call it before the process reads its first message; it is for the whole process,
// and calling it again changes nothing.
void RouteLibraryLog();

}  // namespace fleetca

#endif  // FLEETCA_BASE_GRPC_LIBRARY_LOG_H_
