#include "store/record.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "store/big_endian.h"
#include "store/crc32c.h"

namespace fleetca::store {
namespace {

constexpr char kVersion = 1;
constexpr size_t kChecksumSize = sizeof(uint32_t);
constexpr size_t kHeaderSize = kChecksumSize + 1;
constexpr size_t kFixedSize = kHeaderSize + 3 * sizeof(uint64_t);
// Six lengths of at most this much each.
constexpr size_t kMaxVarintSize = 10;

// Every string of a record in the order of the encoding, for any Record that has them.
template <typename Record, typename Function>
void ForEachString(Record& record, Function function) {
  function(record.identity);
  function(record.requester);
  function(record.profile);
  function(record.request_key);
  function(record.request_digest);
  function(record.certificate);
}

void AppendTime(int64_t time, std::string& out) {
  AppendBigEndian(static_cast<uint64_t>(time), sizeof(uint64_t), out);
}

void AppendString(absl::string_view text, std::string& out) {
  size_t length = text.size();
  for (; length >= 0x80; length >>= 7) {
    out.push_back(static_cast<char>(0x80 | (length & 0x7f)));
  }
  out.push_back(static_cast<char>(length));
  out.append(text.data(), text.size());
}

// Moves a string off the front of `in`. False when it does not fit.
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

int64_t TakeTime(absl::string_view& in) {
  const uint64_t time = ReadBigEndian(in.substr(0, sizeof(uint64_t)));
  in.remove_prefix(sizeof(uint64_t));
  return static_cast<int64_t>(time);
}

uint32_t Checksum(absl::string_view serial, absl::string_view value) {
  return Crc32c(value.substr(kChecksumSize), Crc32c(serial));
}

absl::Status Damaged(absl::string_view serial, absl::string_view what) {
  return MakeError(absl::StatusCode::kDataLoss, Reason::kStoreCorrupt, "",
                   absl::StrCat("the stored record of serial ", absl::BytesToHexString(serial), " ",
                                what, "; restore the store from a backup"));
}

}  // namespace

absl::Status CheckRecord(const CertificateRecord& record) {
  if (record.serial.size() != kSerialSize) {
    return Internal(Reason::kInternal, absl::StrCat("a record's serial has ", record.serial.size(),
                                                    " octets instead of ", kSerialSize));
  }
  if (record.identity.empty()) {
    return Internal(Reason::kInternal,
                    absl::StrCat("the record of serial ", absl::BytesToHexString(record.serial),
                                 " has no identity"));
  }
  return absl::OkStatus();
}

void EncodeRecord(const CertificateRecord& record, std::string& value) {
  value.clear();
  size_t size = kFixedSize;
  ForEachString(record, [&size](const std::string& text) { size += kMaxVarintSize + text.size(); });
  value.reserve(size);
  value.assign(kChecksumSize, '\0');
  value.push_back(kVersion);
  AppendTime(absl::ToUnixMillis(record.issued_at), value);
  AppendTime(absl::ToUnixSeconds(record.not_before), value);
  AppendTime(absl::ToUnixSeconds(record.not_after), value);
  ForEachString(record, [&value](const std::string& text) { AppendString(text, value); });
  WriteBigEndian(Checksum(record.serial, value), kChecksumSize, value.data());
}

absl::StatusOr<CertificateRecord> DecodeRecord(absl::string_view serial, absl::string_view value) {
  if (value.size() < kHeaderSize) {
    return Damaged(serial, "is cut short");
  }
  if (ReadBigEndian(value.substr(0, kChecksumSize)) != Checksum(serial, value)) {
    return Damaged(serial, "does not match its checksum");
  }
  if (value[kChecksumSize] != kVersion) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("the stored record of serial ", absl::BytesToHexString(serial),
                     " is of version ", static_cast<unsigned char>(value[kChecksumSize]),
                     ", and this release reads version ", static_cast<int>(kVersion),
                     "; run the release that wrote it, or a newer one"));
  }
  if (value.size() < kFixedSize) {
    return Damaged(serial, "is cut short");
  }
  value.remove_prefix(kHeaderSize);
  CertificateRecord record;
  record.serial = std::string(serial);
  record.issued_at = absl::FromUnixMillis(TakeTime(value));
  record.not_before = absl::FromUnixSeconds(TakeTime(value));
  record.not_after = absl::FromUnixSeconds(TakeTime(value));
  bool complete = true;
  ForEachString(record, [&value, &complete](std::string& text) {
    complete = complete && TakeString(value, text);
  });
  if (!complete || !value.empty()) {
    return Damaged(serial, "has fields that do not fill it");
  }
  return record;
}

}  // namespace fleetca::store
