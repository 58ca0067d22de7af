#include "client/agent/sockets/shared_octets.h"

#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <grpcpp/support/slice.h>

#include "absl/cleanup/cleanup.h"

namespace fleetca::client {

SharedOctets ToOctets(const google::protobuf::MessageLite& message) {
  // Of the right size from the start: a string that grows leaves copies behind.
  std::string octets(message.ByteSizeLong(), '\0');
  const absl::Cleanup wipe = [&octets] { WipeString(octets); };
  google::protobuf::io::ArrayOutputStream array(octets.data(), static_cast<int>(octets.size()));
  google::protobuf::io::CodedOutputStream out(&array);
  out.SetSerializationDeterministic(true);
  message.SerializeWithCachedSizes(&out);
  out.Trim();
  return std::make_shared<const SecretBytes>(octets);
}

grpc::ByteBuffer ToByteBuffer(const SharedOctets& octets) {
  auto* const hold = new SharedOctets(octets);
  const absl::string_view view = octets->view();
  const grpc::Slice slice(
      const_cast<char*>(view.data()), view.size(),
      [](void* held) { delete static_cast<SharedOctets*>(held); }, hold);
  return grpc::ByteBuffer(&slice, 1);
}

bool SameOctets(const SharedOctets& one, const SharedOctets& other) {
  return one == other || (one != nullptr && other != nullptr && one->view() == other->view());
}

}  // namespace fleetca::client
