#include "service/jwt/base64url.h"

#include <utility>

#include "absl/strings/escaping.h"

namespace fleetca::service {

std::optional<std::string> DecodeBase64Url(absl::string_view text) {
  std::string octets;
  // absl takes padding, white space and stray bits; its encoder makes the canonical form alone.
  if (!absl::WebSafeBase64Unescape(text, &octets) || absl::WebSafeBase64Escape(octets) != text) {
    return std::nullopt;
  }
  return octets;
}

}  // namespace fleetca::service
