#include "x509/serial.h"

#include <algorithm>
#include <optional>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/big_endian.h"
#include "base/errors.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "base/time_text.h"

namespace fleetca::x509 {
namespace {

constexpr char kForm = 0x01;
constexpr size_t kHourOffset = 1;
constexpr size_t kHourSize = 3;
constexpr size_t kInstanceOffset = kHourOffset + kHourSize;
constexpr size_t kInstanceSize = 2;
constexpr size_t kIssueTimeOffset = kInstanceOffset + kInstanceSize;
constexpr size_t kIssueTimeSize = 5;
constexpr size_t kRandomOffset = kIssueTimeOffset + kIssueTimeSize;
static_assert(kRandomOffset + 9 == SerialNumber::kSize);

constexpr int64_t kHourLimit = int64_t{1} << (8 * kHourSize);
constexpr int64_t kIssueTimeLimit = int64_t{1} << (8 * kIssueTimeSize);
constexpr absl::string_view kField = "serial";

}  // namespace

absl::StatusOr<SerialNumber> SerialNumber::Create(absl::Time not_after, uint16_t instance_id,
                                                  absl::Time now) {
  const int64_t hour = HoursRoundedUp(not_after);
  if (hour < 0 || hour >= kHourLimit) {
    return InvalidArgument(
        Reason::kLifetimeInvalid, "not_after",
        absl::StrCat("The expiry ", TimeToWords(not_after),
                     " does not fit a serial number, which reaches from 1970 to 3883; ask for an "
                     "expiry in that range"));
  }
  const int64_t now_ms = absl::ToUnixMillis(now);
  SerialNumber serial;
  char* const out = serial.bytes_.data();
  out[0] = kForm;
  WriteBigEndian(static_cast<uint64_t>(hour), kHourSize, out + kHourOffset);
  WriteBigEndian(instance_id, kInstanceSize, out + kInstanceOffset);
  WriteBigEndian(static_cast<uint64_t>(now_ms), kIssueTimeSize, out + kIssueTimeOffset);
  FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(out + kRandomOffset, kSize - kRandomOffset)));
  return serial;
}

absl::StatusOr<SerialNumber> SerialNumber::FromBytes(absl::string_view bytes) {
  if (bytes.size() != kSize || bytes[0] != kForm) {
    return InvalidArgument(
        Reason::kSerialInvalid, kField,
        absl::StrCat("This is not a serial number of this CA: those have ", kSize,
                     " octets, the first of them 01; this one has ", bytes.size(),
                     ". Check that the certificate was issued here"));
  }
  SerialNumber serial;
  std::copy(bytes.begin(), bytes.end(), serial.bytes_.begin());
  return serial;
}

absl::StatusOr<SerialNumber> SerialNumber::FromHex(absl::string_view hex) {
  absl::string_view digits = hex;
  if (absl::StartsWithIgnoreCase(digits, "serial=")) {
    digits.remove_prefix(7);
  }
  if (absl::StartsWithIgnoreCase(digits, "0x")) {
    digits.remove_prefix(2);
  }
  // All octets are separated or none is: a colon in an odd place is a damaged paste.
  const bool colons = digits.size() == 3 * kSize - 1;
  const size_t stride = colons ? 3 : 2;
  bool valid = colons || digits.size() == 2 * kSize;
  std::string plain;
  for (size_t i = 0; valid && i < digits.size(); ++i) {
    if (i % stride == 2) {
      valid = digits[i] == ':';
    } else {
      valid = absl::ascii_isxdigit(static_cast<unsigned char>(digits[i]));
      plain.push_back(digits[i]);
    }
  }
  if (!valid) {
    return InvalidArgument(
        Reason::kSerialInvalid, kField,
        absl::StrCat("\"", absl::CHexEscape(hex.substr(0, 80)), "\" is not a serial number: give ",
                     2 * kSize,
                     " hexadecimal digits, with or without a colon between the octets, as `openssl "
                     "x509 -serial` prints them"));
  }
  return FromBytes(absl::HexStringToBytes(plain));
}

std::string SerialNumber::ToHex() const { return absl::BytesToHexString(bytes()); }

absl::Time SerialNumber::expiry_hour() const {
  return absl::UnixEpoch() +
         absl::Hours(static_cast<int64_t>(ReadBigEndian(bytes().substr(kHourOffset, kHourSize))));
}

uint16_t SerialNumber::instance_id() const {
  return static_cast<uint16_t>(ReadBigEndian(bytes().substr(kInstanceOffset, kInstanceSize)));
}

absl::Time SerialNumber::issue_time() const {
  // Five octets count to 34.8 years, so they wrap; the expiry says which round it was.
  const auto low =
      static_cast<int64_t>(ReadBigEndian(bytes().substr(kIssueTimeOffset, kIssueTimeSize)));
  const int64_t expiry = absl::ToUnixMillis(expiry_hour());
  const int64_t distance = ((expiry - low) % kIssueTimeLimit + kIssueTimeLimit) % kIssueTimeLimit;
  return absl::FromUnixMillis(expiry - distance);
}

std::string SerialLowerBound(absl::Time time) {
  const int64_t hour = std::max<int64_t>(HoursRoundedUp(time), 0);
  std::string bound(SerialNumber::kSize, '\0');
  if (hour >= kHourLimit) {
    bound[0] = kForm + 1;  // above every serial
  } else {
    bound[0] = kForm;
    WriteBigEndian(static_cast<uint64_t>(hour), kHourSize, bound.data() + kHourOffset);
  }
  return bound;
}

}  // namespace fleetca::x509
