#include "x509/ip_prefix.h"

#include <arpa/inet.h>

#include <cstdint>

#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::x509 {

absl::StatusOr<IpPrefix> ParseIpPrefix(absl::string_view text) {
  const auto mistake = [text](absl::string_view problem) {
    return InvalidArgument(Reason::kConfigInvalid, "", absl::StrCat("\"", text, "\" ", problem));
  };
  const size_t slash = text.find('/');
  if (slash == absl::string_view::npos) {
    return mistake(
        "has no prefix length; write \"10.0.0.0/8\", or \"10.1.2.3/32\" for one address");
  }
  const std::string address(text.substr(0, slash));
  const absl::string_view length = text.substr(slash + 1);
  IpPrefix prefix;
  prefix.address.resize(absl::StrContains(address, ":") ? 16 : 4);
  const int max_bits = static_cast<int>(prefix.address.size()) * 8;
  if (inet_pton(max_bits == 128 ? AF_INET6 : AF_INET, address.c_str(), prefix.address.data()) !=
          1 ||
      absl::StrContains(address, '\0')) {
    return mistake("is not an IP prefix; write it as in \"10.0.0.0/8\" or \"fd00::/8\"");
  }
  // SimpleAtoi also takes signs, spaces and leading zeros.
  if (!absl::SimpleAtoi(length, &prefix.bits) || absl::StrCat(prefix.bits) != length ||
      prefix.bits < 0 || prefix.bits > max_bits) {
    return mistake(absl::StrCat("has a prefix length that is not 0 to ", max_bits));
  }
  for (int bit = prefix.bits; bit < max_bits; ++bit) {
    if (static_cast<uint8_t>(prefix.address[bit / 8]) & (0x80 >> (bit % 8))) {
      return mistake(absl::StrCat("has bits set after the first ", prefix.bits,
                                  "; write the network's address, or a longer prefix"));
    }
  }
  return prefix;
}

}  // namespace fleetca::x509
