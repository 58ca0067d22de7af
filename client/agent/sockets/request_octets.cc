#include "client/agent/sockets/request_octets.h"

#include <grpcpp/support/slice.h>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {

absl::Status ReadRequest(const grpc::ByteBuffer& octets, google::protobuf::Message* request) {
  grpc::Slice whole;
  // A call that brings no message at all is none either; an empty message is one.
  const bool read =
      octets.Valid() && (octets.Length() == 0 || octets.DumpToSingleSlice(&whole).ok());
  // A server takes 64 KiB (identity_server.cc).
  if (read && request->ParseFromArray(whole.begin(), static_cast<int>(whole.size()))) {
    return absl::OkStatus();
  }
  return InvalidArgument(
      Reason::kRequestMalformed, "",
      absl::StrCat("The message cannot be read as ", request->GetTypeName(),
                   ": its encoding is damaged, or one of its strings is not UTF-8; send it as the "
                   "API's .proto files define it"));
}

}  // namespace fleetca::client
