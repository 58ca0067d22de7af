// Octets of messages, which may hold a key: shared by those who send them, zeroised after.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_SHARED_OCTETS_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_SHARED_OCTETS_H_

#include <google/protobuf/message_lite.h>
#include <grpcpp/support/byte_buffer.h>

#include <memory>
#include <string>

#include "absl/strings/string_view.h"
#include "base/secret.h"

namespace fleetca::client {

// What is never changed, and is zeroised when nobody has it any more. gRPC sends from these very
// octets, so that the only copies are those in the kernel's buffers. What Protobuf had of a key
// meanwhile is wiped by who made the message (WipeString on its fields), as far as Protobuf shows
// it: it keeps no other copy of a field, and what it writes is written into room of the right size.
using SharedOctets = std::shared_ptr<const SecretBytes>;

// The octets of a message, of which no copy is left but in the message itself. Fields of a map are
// in order of their keys, so that the same message has the same octets. Thread-safe.
SharedOctets ToOctets(const google::protobuf::MessageLite& message);

// Without a copy.
grpc::ByteBuffer ToByteBuffer(const SharedOctets& octets);

// Whether both are there with the same octets, or neither is.
bool SameOctets(const SharedOctets& one, const SharedOctets& other);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_SHARED_OCTETS_H_
