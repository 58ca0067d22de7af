// The certificates in PKCS#7, which Windows calls .p7b and .p7c.
#ifndef FLEETCA_CLIENT_OBJECTS_PKCS7_CERTIFICATES_H_
#define FLEETCA_CLIENT_OBJECTS_PKCS7_CERTIFICATES_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// The certificates of one SignedData (RFC 2315 section 9 and RFC 5652 section 5), signed or
// "certs-only", DER or BER, in their order; none where it holds none. Its signatures are not
// verified. INVALID_ARGUMENT kFileInvalid: not PKCS#7, another type of it (encrypted, for one),
// octets after it, or more than kMaxPkcs7Certificates. Thread-safe.
absl::StatusOr<std::vector<std::string>> Pkcs7Certificates(absl::string_view octets);

inline constexpr int kMaxPkcs7Certificates = 10000;

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_OBJECTS_PKCS7_CERTIFICATES_H_
