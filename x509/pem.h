// PEM textual encoding (RFC 7468), strict about what lies between the lines.
#ifndef FLEETCA_X509_PEM_H_
#define FLEETCA_X509_PEM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

inline constexpr absl::string_view kPemCertificate = "CERTIFICATE";
inline constexpr absl::string_view kPemCertificateRequest = "CERTIFICATE REQUEST";

// "-----BEGIN label-----", base64 in lines of 64, "-----END label-----".
std::string EncodePem(absl::string_view label, absl::string_view der);

// The DER of every block in `text`, in order. Each must have `label` ("NEW CERTIFICATE REQUEST" is
// taken for kPemCertificateRequest). Text outside of blocks is skipped, as openssl prints some
// there. INVALID_ARGUMENT kFileInvalid: no block, another label, no end line, a header inside, not
// base64.
absl::StatusOr<std::vector<std::string>> DecodePem(absl::string_view label, absl::string_view text);

// As DecodePem where exactly one block is wanted.
absl::StatusOr<std::string> DecodeOnePem(absl::string_view label, absl::string_view text);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PEM_H_
