// Serial numbers that are unique, unpredictable, and sort by expiry.
#ifndef FLEETCA_X509_SERIAL_H_
#define FLEETCA_X509_SERIAL_H_

#include <array>
#include <cstdint>
#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::x509 {

// 20 octets, the most RFC 5280 4.1.2.2 allows, positive:
//   0x01 | expiry hour since the epoch, rounded up, 3 | instance id, 2 | issue time ms, 5 | CSPRNG,
//   9
// 72 random bits (the CA/Browser Forum asks for 64). As the hour leads, the records of expired
// certificates are one range of keys; as the time follows, appends come nearly in order.
class SerialNumber {
 public:
  static constexpr size_t kSize = 20;

  SerialNumber() = default;

  // A new serial. INVALID_ARGUMENT kLifetimeInvalid for an expiry before 1970 or after 3883, which
  // three octets of hours cannot say. Draws from RandomBytes; any other error is its.
  static absl::StatusOr<SerialNumber> Create(absl::Time not_after, uint16_t instance_id,
                                             absl::Time now);
  // From the 20 octets, as in a record or an INTEGER's contents. kSerialInvalid when the form is
  // another: such a serial is not ours.
  static absl::StatusOr<SerialNumber> FromBytes(absl::string_view bytes);
  // From hex as people paste it: either case, an optional "0x", colons between octets, a leading
  // "serial=". kSerialInvalid.
  static absl::StatusOr<SerialNumber> FromHex(absl::string_view hex);

  // Aliases this object.
  absl::string_view bytes() const { return absl::string_view(bytes_.data(), bytes_.size()); }
  // 40 lower-case hex digits.
  std::string ToHex() const;
  // The parts. The issue time is kept modulo 2^40 ms (34.8 years): it is the last such moment that
  // is not after the expiry hour.
  absl::Time expiry_hour() const;
  uint16_t instance_id() const;
  absl::Time issue_time() const;

  friend bool operator==(const SerialNumber&, const SerialNumber&) = default;

 private:
  std::array<char, kSize> bytes_ = {};
};

// The lowest serial octets whose certificate expires at or after `time`: a bound for key ranges.
// A serial is at or above SerialLowerBound(t) exactly when its expiry_hour() is at or after `t`.
std::string SerialLowerBound(absl::Time time);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_SERIAL_H_
