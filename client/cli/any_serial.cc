#include "client/cli/any_serial.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/cli/serial_or_file.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

constexpr size_t kMaxSerialSize = 20;

// The digits of hex as people paste it; "" for anything else.
std::string DigitsOf(absl::string_view text) {
  absl::ConsumePrefix(&text, "serial=");
  if (!absl::ConsumePrefix(&text, "0x")) {
    absl::ConsumePrefix(&text, "0X");
  }
  std::string digits = absl::StrReplaceAll(text, {{":", ""}});
  const bool hex =
      std::all_of(digits.begin(), digits.end(), [](char c) { return absl::ascii_isxdigit(c); });
  return hex ? digits : "";
}

// As DER writes it: no zeros in front but one where the first bit would be a sign.
absl::StatusOr<std::string> ContentsOf(std::string digits) {
  if (digits.size() % 2 != 0) {
    digits.insert(0, "0");
  }
  std::string octets = absl::HexStringToBytes(digits);
  octets.erase(0, std::min(octets.find_first_not_of('\0'), octets.size()));
  if (!octets.empty() && (static_cast<unsigned char>(octets[0]) & 0x80) != 0) {
    octets.insert(0, 1, '\0');
  }
  if (octets.empty() || octets.size() > kMaxSerialSize) {
    return InvalidArgument(Reason::kSerialInvalid, "",
                           absl::StrCat("the serial number ", digits,
                                        " is not one of a certificate: it has 1 to 20 octets and "
                                        "is not zero"));
  }
  return octets;
}

}  // namespace

absl::StatusOr<std::string> ReadAnySerialOrFile(const std::string& text) {
  const absl::StatusOr<std::string> der = ReadCertificateOfFile(text);
  if (der.ok()) {
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate, x509::ParseCertificate(*der));
    return std::string(certificate.serial);
  }
  if (GetReason(der.status()) != Reason::kFileMissing) {
    return der.status();
  }
  std::string digits = DigitsOf(text);
  return digits.empty() ? Annotate(der.status(), "neither a serial number in hex nor a file")
                        : ContentsOf(std::move(digits));
}

}  // namespace fleetca::client
