#include "service/call/method_path.h"

#include <iterator>

namespace fleetca::service {

absl::string_view MethodPath(const grpc::AuthMetadataProcessor::InputMetadata& metadata) {
  const auto [first, last] = metadata.equal_range(":path");
  if (first == last || std::next(first) != last) {
    return "";
  }
  return absl::string_view(first->second.data(), first->second.size());
}

}  // namespace fleetca::service
