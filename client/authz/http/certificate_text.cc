#include "client/authz/http/certificate_text.h"

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kBegin = "-----BEGIN CERTIFICATE-----";

absl::Status Unknown(absl::string_view sentence) {
  return Unauthenticated(Reason::kCallerUnknown, sentence);
}

absl::Status NotPem(absl::string_view problem) {
  return Unknown(absl::StrCat("The caller's certificate, as the proxy passed it on, ", problem,
                              "; it is to be PEM, percent-encoded"));
}

// Every "%XX" is decoded, once; all else stays.
absl::StatusOr<std::string> PercentDecode(absl::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '%') {
      decoded.push_back(text[i]);
      continue;
    }
    if (i + 2 >= text.size() || !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 1])) ||
        !absl::ascii_isxdigit(static_cast<unsigned char>(text[i + 2]))) {
      return NotPem("has a \"%\" without two hexadecimal digits");
    }
    decoded.append(absl::HexStringToBytes(text.substr(i + 1, 2)));
    i += 2;
  }
  return decoded;
}

// A proxy writes the blocks alone. What else came along came from somebody else.
bool HasTextOutsideBlocks(absl::string_view pem) {
  bool inside = false;
  for (const absl::string_view line : absl::StrSplit(pem, '\n')) {
    if (absl::StartsWith(line, "-----BEGIN ")) {
      inside = true;
    } else if (absl::StartsWith(line, "-----END ")) {
      inside = false;
    } else if (!inside && !absl::StripAsciiWhitespace(line).empty()) {
      return true;
    }
  }
  return false;
}

}  // namespace

absl::StatusOr<std::vector<std::string>> ParseCertificateText(absl::string_view text) {
  if (text.empty()) {
    return Unknown("The connection has no client certificate; connect with one of the fleet's CA");
  }
  if (text.size() > kMaxCertificateText) {
    return NotPem(absl::StrCat("has over ", kMaxCertificateText, " octets"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, PercentDecode(text));
  if (!absl::StartsWith(pem, kBegin)) {
    return NotPem(absl::StrCat("does not begin with \"", kBegin, "\""));
  }
  if (HasTextOutsideBlocks(pem)) {
    return NotPem("has text before, between or after its PEM blocks");
  }
  auto ders = x509::DecodePem(x509::kPemCertificate, pem);
  if (!ders.ok()) {
    return NotPem(absl::StrCat("cannot be read: ", ders.status().message()));
  }
  if (ders->size() > kMaxSentCertificates) {
    return Unknown(absl::StrCat("The caller sent ", ders->size(),
                                " certificates; send its own and the intermediates, ",
                                kMaxSentCertificates, " at most"));
  }
  return ders;
}

}  // namespace fleetca::client
