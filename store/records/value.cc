#include "store/records/value.h"

#include <limits>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/crc32c.h"

namespace fleetca::store {
namespace {

uint32_t Checksum(absl::string_view key, absl::string_view value) {
  return Crc32c(value.substr(kValueChecksumSize), Crc32c(key));
}

}  // namespace

void SealValue(absl::string_view key, std::string& value) {
  WriteBigEndian(Checksum(key, value), kValueChecksumSize, value.data());
}

absl::StatusOr<VersionedFields> OpenVersionedValue(absl::string_view what, absl::string_view key,
                                                   absl::string_view value, char newest,
                                                   size_t min_size) {
  if (value.size() < kValueHeaderSize) {
    return DamagedValue(what, key, "is cut short");
  }
  if (ReadBigEndian(value.substr(0, kValueChecksumSize)) != Checksum(key, value)) {
    return DamagedValue(what, key, "does not match its checksum");
  }
  const char version = value[kValueChecksumSize];
  if (version < 1 || version > newest) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("the stored ", what, " ", absl::BytesToHexString(key), " is of version ",
                     static_cast<unsigned char>(version), ", and this release reads version ",
                     static_cast<int>(newest), "; run the release that wrote it, or a newer one"));
  }
  value.remove_prefix(kValueHeaderSize);
  if (value.size() < min_size) {
    return DamagedValue(what, key, "is cut short");
  }
  return VersionedFields{version, value};
}

absl::StatusOr<absl::string_view> OpenValue(absl::string_view what, absl::string_view key,
                                            absl::string_view value, size_t min_size) {
  FLEETCA_ASSIGN_OR_RETURN(const VersionedFields opened,
                           OpenVersionedValue(what, key, value, kValueVersion, min_size));
  return opened.fields;
}

absl::Status DamagedValue(absl::string_view what, absl::string_view key,
                          absl::string_view problem) {
  return DataLoss(Reason::kStoreCorrupt,
                  absl::StrCat("the stored ", what, " ", absl::BytesToHexString(key), " ", problem,
                               "; restore the store from a backup"));
}

bool TakeString(absl::string_view& in, std::string& text) {
  uint64_t length = 0;
  for (int shift = 0;; shift += 7) {
    if (in.empty() || shift > 56) {
      return false;
    }
    const auto octet = static_cast<unsigned char>(in.front());
    in.remove_prefix(1);
    length |= static_cast<uint64_t>(octet & 0x7f) << shift;
    if ((octet & 0x80) == 0) {
      break;
    }
  }
  if (length > in.size()) {
    return false;
  }
  text.assign(in.data(), length);
  in.remove_prefix(length);
  return true;
}

bool TakeShard(absl::string_view& in, std::optional<uint16_t>& shard) {
  const uint64_t number = TakeInteger(in, kShardSize);
  shard.reset();
  if (number == kNoShard) {
    return true;
  }
  shard = static_cast<uint16_t>(number);
  return number <= std::numeric_limits<uint16_t>::max();
}

}  // namespace fleetca::store
