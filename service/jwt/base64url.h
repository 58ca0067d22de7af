// base64url as JOSE has it (RFC 7515 section 2).
#ifndef FLEETCA_SERVICE_JWT_BASE64URL_H_
#define FLEETCA_SERVICE_JWT_BASE64URL_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::service {

// The octets of `text`; nullopt unless it is their one canonical form: no padding, no white space,
// no bits left over. So a token has one spelling, and the decoder of another library reads the
// same.
[[nodiscard]] std::optional<std::string> DecodeBase64Url(absl::string_view text);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_BASE64URL_H_
