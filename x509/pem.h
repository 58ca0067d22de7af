// PEM textual encoding (RFC 7468): generous about blanks and line ends, strict about base64.
#ifndef FLEETCA_X509_PEM_H_
#define FLEETCA_X509_PEM_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::x509 {

inline constexpr absl::string_view kPemCertificate = "CERTIFICATE";
inline constexpr absl::string_view kPemCertificateRequest = "CERTIFICATE REQUEST";
inline constexpr absl::string_view kPemCrl = "X509 CRL";

// "-----BEGIN label-----", base64 in lines of 64, "-----END label-----".
std::string EncodePem(absl::string_view label, absl::string_view der);

// What may stand outside of the blocks: openssl prints text there for people, and a program that
// passes blocks on writes none.
enum class TextOutside { kSkipped, kRefused };

// The DER of every block in `text`, in order. Each must have `label` ("NEW CERTIFICATE REQUEST" is
// taken for kPemCertificateRequest). Lines end with LF, CR LF or CR, blanks stand anywhere, a block
// may be indented, and a byte order mark stands before any of them. INVALID_ARGUMENT kFileInvalid:
// UTF-16, no block, another label, no end line, a header inside, base64 that is not canonical, text
// outside of the blocks where that is refused.
absl::StatusOr<std::vector<std::string>> DecodePem(absl::string_view label, absl::string_view text,
                                                   TextOutside outside = TextOutside::kSkipped);

// As DecodePem where exactly one block is wanted.
absl::StatusOr<std::string> DecodeOnePem(absl::string_view label, absl::string_view text);

// Whether a PEM block begins anywhere in `contents`, which are DER otherwise, or nothing of ours.
bool IsPem(absl::string_view contents);

// The one object in a file that may be PEM or DER. What is not PEM is passed on as it is: who reads
// the DER says best what is wrong with it. The errors of DecodeOnePem, and UTF-16 in any case.
absl::StatusOr<std::string> DecodeOnePemOrDer(absl::string_view label, absl::string_view contents);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_PEM_H_
