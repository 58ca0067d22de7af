// The lifetime that a request asks for.
#ifndef FLEETCA_CLIENT_LIFETIME_H_
#define FLEETCA_CLIENT_LIFETIME_H_

#include "absl/status/status.h"
#include "absl/time/time.h"

namespace google::protobuf {
class Duration;
}  // namespace google::protobuf

namespace fleetca::client {

// INVALID_ARGUMENT kLifetimeInvalid unless it is a positive number of whole seconds.
absl::Status SetLifetime(absl::Duration lifetime, google::protobuf::Duration* out);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_LIFETIME_H_
