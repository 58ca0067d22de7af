// Protobuf's encoding by hand, so that a test says octet by octet what goes over the wire.
#ifndef FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_WIRE_H_
#define FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_WIRE_H_

#include <cstdint>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace fleetca::client::testing {

inline std::string Varint(uint64_t value) {
  std::string octets;
  for (; value >= 0x80; value >>= 7) {
    octets.push_back(static_cast<char>((value & 0x7f) | 0x80));
  }
  octets.push_back(static_cast<char>(value));
  return octets;
}

// A string, octets or a message.
inline std::string WireField(int number, absl::string_view contents) {
  return absl::StrCat(Varint(static_cast<uint64_t>(number) << 3 | 2), Varint(contents.size()),
                      contents);
}

inline std::string WireTrue(int number) {
  return absl::StrCat(Varint(static_cast<uint64_t>(number) << 3), Varint(1));
}

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_AGENT_SOCKETS_TESTING_WIRE_H_
