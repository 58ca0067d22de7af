// The log lines of gRPC, and of the Protobuf that it reads with, in our form and at a bounded rate.
#ifndef FLEETCA_CLIENT_AUTHZ_SERVE_LIBRARY_LOG_H_
#define FLEETCA_CLIENT_AUTHZ_SERVE_LIBRARY_LOG_H_

namespace fleetca::client {

// As RouteGrpcLog does for the CA's server, which this layer knows nothing of: from now on both
// libraries log through base/log, so that nobody who can connect writes lines of theirs past the
// log, one for each string that is not UTF-8. For the process; again changes nothing.
void RouteLibraryLog();

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_SERVE_LIBRARY_LOG_H_
