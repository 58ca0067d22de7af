// Durations as protobuf writes them.
#ifndef FLEETCA_BASE_PROTO_PROTO_DURATION_H_
#define FLEETCA_BASE_PROTO_PROTO_DURATION_H_

#include "absl/time/time.h"
#include "google/protobuf/duration.pb.h"

namespace fleetca {

// To the nanosecond. For finite durations.
google::protobuf::Duration ToProtoDuration(absl::Duration duration);

}  // namespace fleetca

#endif  // FLEETCA_BASE_PROTO_PROTO_DURATION_H_
