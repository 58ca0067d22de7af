#include "store/records/keys.h"

#include <algorithm>
#include <cstdint>
#include <limits>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"
#include "base/time_rounding.h"

namespace fleetca::store {
namespace {

constexpr size_t kHourSize = kExpiryPrefixSize - 1;
constexpr char kRevocation = 'r';
constexpr char kUse = 'u';
constexpr char kAfterAll = 'v';
constexpr size_t kSerialSizeInKeys = 20;
constexpr size_t kUsesSize = sizeof(uint32_t);
constexpr absl::string_view kJwtUse = "i";
constexpr absl::string_view kJwtExpiry = "x";
constexpr size_t kJwtHourSize = 4;
constexpr int64_t kEndOfHours = int64_t{1} << (8 * kHourSize);

std::string TokenKeyOf(absl::string_view hash, char kind) {
  return absl::StrCat(hash, absl::string_view(&kind, 1));
}

bool IsOfKind(absl::string_view key, char kind, size_t rest) {
  return key.size() == kJoinTokenHashSize + 1 + rest && key[kJoinTokenHashSize] == kind;
}

// Hours since the epoch, rounded up, within 0 and kEndOfHours.
int64_t HourAtOrAfter(absl::Time time) {
  return std::clamp<int64_t>(HoursRoundedUp(time), 0, kEndOfHours);
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

std::string LineageMemberKey(absl::string_view lineage, absl::string_view serial) {
  return absl::StrCat(lineage, serial);
}

absl::string_view SerialOfLineageMemberKey(absl::string_view key) {
  return absl::ClippedSubstr(key, std::min(key.size(), kSerialSizeInKeys));
}

std::string TokenRevocationKey(absl::string_view hash) { return TokenKeyOf(hash, kRevocation); }

std::string TokenUseKey(absl::string_view hash, uint32_t uses) {
  std::string key = TokenKeyOf(hash, kUse);
  AppendBigEndian(uses, kUsesSize, key);
  return key;
}

std::string TokenUpperBound(absl::string_view hash) { return TokenKeyOf(hash, kAfterAll); }

bool IsTokenKey(absl::string_view key) { return key.size() == kJoinTokenHashSize; }

bool IsTokenRevocationKey(absl::string_view key) { return IsOfKind(key, kRevocation, 0); }

bool IsTokenUseKey(absl::string_view key) { return IsOfKind(key, kUse, kUsesSize); }

absl::string_view HashOfTokenKey(absl::string_view key) {
  return key.substr(0, kJoinTokenHashSize);
}

uint32_t UsesOfTokenUseKey(absl::string_view key) {
  return static_cast<uint32_t>(ReadBigEndian(key.substr(key.size() - kUsesSize)));
}

std::string JwtUseKey(absl::string_view id_hash) { return absl::StrCat(kJwtUse, id_hash); }

std::string JwtExpiryKey(absl::Time expires_at, absl::string_view id_hash) {
  return absl::StrCat(JwtExpiryUpperBound(expires_at), id_hash);
}

std::string JwtExpiryLowerBound() { return std::string(kJwtExpiry); }

std::string JwtExpiryUpperBound(absl::Time time) {
  std::string bound(kJwtExpiry);
  AppendBigEndian(static_cast<uint64_t>(HourAtOrAfter(time)), kJwtHourSize, bound);
  return bound;
}

absl::string_view IdHashOfJwtExpiryKey(absl::string_view key) {
  return absl::ClippedSubstr(key, kJwtExpiry.size() + kJwtHourSize);
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

uint32_t ExpiryPrefixOf(absl::string_view serial) {
  return serial.size() < kExpiryPrefixSize
             ? std::numeric_limits<uint32_t>::max()
             : static_cast<uint32_t>(ReadBigEndian(serial.substr(0, kExpiryPrefixSize)));
}

std::string SerialBound(uint32_t prefix) {
  std::string bound;
  AppendBigEndian(prefix, kExpiryPrefixSize, bound);
  return bound;
}

uint32_t ExpiryPrefixAt(absl::Time time) {
  std::string bound = ExpiryLowerBound(time);
  bound.resize(kExpiryPrefixSize, '\0');
  return ExpiryPrefixOf(bound);
}

}  // namespace fleetca::store
