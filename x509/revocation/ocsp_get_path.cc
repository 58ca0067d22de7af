// The request in the path of a GET (ocsp_request.h).
#include <array>
#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/revocation/ocsp_request.h"

namespace fleetca::x509 {
namespace {

absl::Status Malformed(absl::string_view problem) {
  return InvalidArgument(Reason::kOcspRequestMalformed, "ocsp_request.path",
                         absl::StrCat("The path of the OCSP request ", problem,
                                      "; send the base64 of the request, or use POST"));
}

// The value of a digit of base64, or -1.
int Base64Value(char c) {
  return c >= 'A' && c <= 'Z'   ? c - 'A'
         : c >= 'a' && c <= 'z' ? c - 'a' + 26
         : c >= '0' && c <= '9' ? c - '0' + 52
         : c == '+'             ? 62
         : c == '/'             ? 63
                                : -1;
}

// `path` with the three characters of base64 that a URL escapes put back.
absl::StatusOr<std::string> Unescape(absl::string_view path) {
  std::string text;
  while (!path.empty()) {
    if (path[0] != '%') {
      text.push_back(path[0]);
      path.remove_prefix(1);
      continue;
    }
    const absl::string_view escape = path.substr(0, 3);
    if (escape == "%2F" || escape == "%2f") {
      text.push_back('/');
    } else if (escape == "%2B" || escape == "%2b") {
      text.push_back('+');
    } else if (escape == "%3D" || escape == "%3d") {
      text.push_back('=');
    } else {
      return Malformed("has an escape that is not %2F, %2B or %3D");
    }
    path.remove_prefix(3);
  }
  return text;
}

// Base64 with padding, as DER is: one encoding for each value.
absl::StatusOr<std::string> DecodeBase64(absl::string_view text) {
  size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') {
    ++padding;
  }
  if (text.empty() || text.size() % 4 != 0) {
    return Malformed("is not base64 with its padding");
  }
  const absl::string_view digits = text.substr(0, text.size() - padding);
  std::string decoded;
  uint32_t bits = 0;
  int count = 0;
  for (const char c : digits) {
    const int value = Base64Value(c);
    if (value < 0) {
      return Malformed("has a character that is none of base64");
    }
    bits = bits << 6 | static_cast<uint32_t>(value);
    count += 6;
    if (count >= 8) {
      count -= 8;
      decoded.push_back(static_cast<char>(bits >> count & 0xff));
    }
  }
  if ((bits & ((1u << count) - 1)) != 0) {
    return Malformed("has bits after the last octet");
  }
  return decoded;
}

}  // namespace

absl::StatusOr<std::string> DecodeOcspGetPath(absl::string_view path) {
  if (path.size() > kMaxOcspGetSize) {
    return Malformed(absl::StrCat("has more than ", kMaxOcspGetSize, " octets"));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, Unescape(path));
  // Clients join a URL that ends in '/' and one more. A request begins with a SEQUENCE, which is
  // 'M' in base64, so no '/' at the beginning is a part of it.
  absl::string_view base64 = text;
  while (!base64.empty() && base64[0] == '/') {
    base64.remove_prefix(1);
  }
  return DecodeBase64(base64);
}

std::string EncodeOcspGetPath(absl::string_view der) {
  return absl::StrReplaceAll(absl::Base64Escape(der), {{"/", "%2F"}, {"+", "%2B"}, {"=", "%3D"}});
}

}  // namespace fleetca::x509
