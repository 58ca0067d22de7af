#include "store/keys.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "store/big_endian.h"

namespace fleetca::store {
namespace {

constexpr size_t kHourSize = kExpiryPrefixSize - 1;
constexpr int64_t kEndOfHours = int64_t{1} << (8 * kHourSize);

// Hours since the epoch, rounded up, within 0 and kEndOfHours.
int64_t HourAtOrAfter(absl::Time time) {
  const absl::Duration since_epoch = time - absl::UnixEpoch();
  if (since_epoch <= absl::ZeroDuration()) {
    return 0;
  }
  if (since_epoch > absl::Hours(kEndOfHours - 1)) {
    return kEndOfHours;
  }
  return absl::Ceil(since_epoch, absl::Hours(1)) / absl::Hours(1);
}

}  // namespace

std::string IdentityPrefix(absl::string_view identity) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char octet : identity) {
    hash = (hash ^ static_cast<unsigned char>(octet)) * 0x100000001b3;
  }
  std::string prefix;
  AppendBigEndian(hash, kIdentityPrefixSize, prefix);
  return prefix;
}

std::string IdentityKey(absl::string_view identity, absl::string_view serial) {
  return absl::StrCat(IdentityPrefix(identity), serial);
}

absl::string_view SerialOfIdentityKey(absl::string_view key) {
  return absl::ClippedSubstr(key, kIdentityPrefixSize);
}

std::string ExpiryLowerBound(absl::Time time) {
  const int64_t hour = HourAtOrAfter(time);
  if (hour == kEndOfHours) {
    return std::string(1, '\x02');
  }
  std::string bound(1, '\x01');
  AppendBigEndian(static_cast<uint64_t>(hour), kHourSize, bound);
  return bound;
}

}  // namespace fleetca::store
