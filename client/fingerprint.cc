#include "client/fingerprint.h"

#include <array>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/sha256.h"

namespace fleetca::client {
namespace {

constexpr size_t kOctets = 32;
constexpr size_t kPlainSize = 2 * kOctets;
constexpr size_t kColonSize = 3 * kOctets - 1;

}  // namespace

absl::StatusOr<std::string> ParseFingerprint(absl::string_view text) {
  const bool colons = text.size() == kColonSize;
  std::string digits;
  bool valid = colons || text.size() == kPlainSize;
  for (size_t i = 0; valid && i < text.size(); ++i) {
    if (colons && i % 3 == 2) {
      valid = text[i] == ':';
    } else {
      valid = absl::ascii_isxdigit(static_cast<unsigned char>(text[i]));
      digits.push_back(text[i]);
    }
  }
  if (!valid) {
    return InvalidArgument(Reason::kFileInvalid, "ca_sha256",
                           absl::StrCat("\"", text,
                                        "\" is not a SHA-256: it has 64 hex digits, as 'fleetca "
                                        "bundle fingerprint' prints them"));
  }
  return absl::HexStringToBytes(digits);
}

std::string FingerprintOf(absl::string_view certificate_der) {
  const std::array<char, 32> hash = Sha256(certificate_der);
  return absl::BytesToHexString(absl::string_view(hash.data(), hash.size()));
}

}  // namespace fleetca::client
