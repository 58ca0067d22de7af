// The client certificate as proxies pass it on: PEM, percent-encoded.
#ifndef FLEETCA_CLIENT_AUTHZ_HTTP_CERTIFICATE_TEXT_H_
#define FLEETCA_CLIENT_AUTHZ_HTTP_CERTIFICATE_TEXT_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

inline constexpr size_t kMaxCertificateText = size_t{16} << 10;
inline constexpr size_t kMaxSentCertificates = 8;

// The DER of the certificates in untrusted `text`, the leaf first: PEM as nginx's
// $ssl_client_escaped_cert and Envoy's source.certificate have it, or not encoded at all. "+" is
// itself, which occurs in PEM, and not a space. The DER is not looked at. UNAUTHENTICATED
// kCallerUnknown: empty, too large, too many, anything else in the text. Thread-safe.
absl::StatusOr<std::vector<std::string>> ParseCertificateText(absl::string_view text);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AUTHZ_HTTP_CERTIFICATE_TEXT_H_
