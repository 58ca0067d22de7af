// What a caller asks, as it came over the wire.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_REQUEST_OCTETS_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_REQUEST_OCTETS_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include "absl/status/status.h"

namespace fleetca::client {

// Parses `octets` into `request`. A method that takes raw octets needs this: gRPC hands them over
// without looking at them. Unknown fields are ignored, as Protobuf prescribes. INVALID_ARGUMENT
// kRequestMalformed if the octets do not parse as the request's type. Thread-safe.
[[nodiscard]] absl::Status ReadRequest(const grpc::ByteBuffer& octets,
                                       google::protobuf::Message* request);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_REQUEST_OCTETS_H_
