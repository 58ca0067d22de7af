// Between the octets of a call and the API's messages, with our own answer to what cannot be read.
#ifndef FLEETCA_SERVICE_CALL_WIRE_MESSAGE_H_
#define FLEETCA_SERVICE_CALL_WIRE_MESSAGE_H_

#include <google/protobuf/message.h>
#include <grpcpp/support/byte_buffer.h>

#include <vector>

#include "absl/status/status.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::service {

// gRPC answers UNIMPLEMENTED to a message that is not of the method's type, and ends a stream as if
// its caller had. So every method takes octets (WithRawCallbackMethod) and reads them here.

// INVALID_ARGUMENT kRequestMalformed for octets that are no such message: a damaged encoding, or a
// string that is not UTF-8.
absl::Status ReadMessage(const grpc::ByteBuffer& octets, google::protobuf::Message* message);

void WriteMessage(const google::protobuf::MessageLite& message, grpc::ByteBuffer* octets);

// The same for a batch, of which one request that cannot be read costs the others nothing: it stays
// empty, and its index is added to `malformed`, which is ascending.
absl::Status ReadBatch(const grpc::ByteBuffer& octets, v1::BatchIssueCertificatesRequest* message,
                       std::vector<int>* malformed);

// The same for a message of a stream: when `malformed` is set, it has an id that can be answered,
// and no request.
absl::Status ReadStreamed(const grpc::ByteBuffer& octets,
                          v1::StreamIssueCertificatesRequest* message, bool* malformed);

// What is wrong with a request inside a message that could be read.
absl::Status MalformedRequest();

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALL_WIRE_MESSAGE_H_
