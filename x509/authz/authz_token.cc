#include "x509/authz/authz_token.h"

#include <array>
#include <cstdint>

namespace fleetca::x509 {
namespace {

constexpr std::array<bool, 256> kTokenOctets = [] {
  std::array<bool, 256> octets = {};
  for (const char c : absl::string_view("abcdefghijklmnopqrstuvwxyz0123456789._/-")) {
    octets[static_cast<uint8_t>(c)] = true;
  }
  return octets;
}();

}  // namespace

bool IsToken(absl::string_view text) {
  if (text.empty() || text.size() > kMaxTokenSize) {
    return false;
  }
  const bool begins_well = text[0] != '.' && text[0] != '_' && text[0] != '/' && text[0] != '-';
  bool all = begins_well;
  for (const char c : text) {
    all &= kTokenOctets[static_cast<uint8_t>(c)];
  }
  return all;
}

}  // namespace fleetca::x509
