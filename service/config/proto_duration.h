// Durations as protobuf writes them.
#ifndef FLEETCA_SERVICE_CONFIG_PROTO_DURATION_H_
#define FLEETCA_SERVICE_CONFIG_PROTO_DURATION_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace fleetca::service {

// To the nanosecond. For finite durations.
google::protobuf::Duration ToProtoDuration(absl::Duration duration);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_PROTO_DURATION_H_
