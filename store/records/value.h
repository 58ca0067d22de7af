// What the store's values have in common: a checksum over key and value, a version, and how
// integers, times and strings are written.
#ifndef FLEETCA_STORE_RECORDS_VALUE_H_
#define FLEETCA_STORE_RECORDS_VALUE_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "base/big_endian.h"

namespace fleetca::store {

// A value is
//   CRC-32C, 4 | version, 1 | fields
// The checksum covers the key and everything after itself, in every version, so a value that was
// damaged or stands under another key is told from one of a newer release. Integers are big-endian;
// each string follows its length as a varint (LEB128).
//
// The version is 1 for all kinds of values but those that say otherwise. A kind whose later version
// has more fields still writes version 1 where they are empty, so that an earlier release reads it.
inline constexpr char kValueVersion = 1;
inline constexpr size_t kValueChecksumSize = sizeof(uint32_t);
inline constexpr size_t kValueHeaderSize = kValueChecksumSize + 1;

// The most that a string's length takes.
inline constexpr size_t kMaxVarintSize = 10;

// Makes `value` a header whose checksum SealValue fills in once the fields are there.
inline void BeginValue(std::string& value, char version = kValueVersion) {
  value.assign(kValueChecksumSize, '\0');
  value.push_back(version);
}
void SealValue(absl::string_view key, std::string& value);

inline void AppendString(absl::string_view text, std::string& out) {
  size_t length = text.size();
  for (; length >= 0x80; length >>= 7) {
    out.push_back(static_cast<char>(0x80 | (length & 0x7f)));
  }
  out.push_back(static_cast<char>(length));
  out.append(text.data(), text.size());
}

inline void AppendTime(int64_t time, std::string& out) {
  AppendBigEndian(static_cast<uint64_t>(time), sizeof(uint64_t), out);
}

// The fields of the value under `key`, aliasing it, which take at least `min_size` octets. `what`
// in errors names the kind of value and ends before the key: "record of serial".
// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<absl::string_view> OpenValue(absl::string_view what, absl::string_view key,
                                            absl::string_view value, size_t min_size);

// The same of a kind that has several versions.
struct VersionedFields {
  char version = kValueVersion;
  absl::string_view fields;
};
absl::StatusOr<VersionedFields> OpenVersionedValue(absl::string_view what, absl::string_view key,
                                                   absl::string_view value, char newest,
                                                   size_t min_size);

// That last error.
absl::Status DamagedValue(absl::string_view what, absl::string_view key, absl::string_view problem);

// Each moves its field off the front of `in`. TakeString says false when it does not fit, TakeShard
// when it is none; of all but strings `in` holds enough.
[[nodiscard]] bool TakeString(absl::string_view& in, std::string& text);

inline uint64_t TakeInteger(absl::string_view& in, size_t size) {
  const uint64_t number = ReadBigEndian(in.substr(0, size));
  in.remove_prefix(size);
  return number;
}

// A CRL shard in four octets, all ones for none.
inline constexpr size_t kShardSize = sizeof(uint32_t);
inline constexpr uint32_t kNoShard = 0xffffffff;

inline void AppendShard(std::optional<uint16_t> shard, std::string& out) {
  AppendBigEndian(shard.has_value() ? *shard : kNoShard, kShardSize, out);
}

[[nodiscard]] bool TakeShard(absl::string_view& in, std::optional<uint16_t>& shard);

inline int64_t TakeTime(absl::string_view& in) {
  return static_cast<int64_t>(TakeInteger(in, sizeof(uint64_t)));
}

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_VALUE_H_
