#include "store/records/record.h"

#include <cstdint>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "record of serial";
constexpr char kNewestVersion = 2;
constexpr size_t kTimesSize = 3 * sizeof(uint64_t);
constexpr size_t kNumbersSize = 2 * sizeof(uint32_t);

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

// Those of version 2.
template <typename Record, typename Function>
void ForEachLaterString(Record& record, Function function) {
  function(record.lineage);
  function(record.issuer);
  function(record.spki_sha256);
}

bool HasLaterFields(const CertificateRecord& record) {
  return record.generation != 0 || record.crl_shard.has_value() || !record.lineage.empty() ||
         !record.issuer.empty() || !record.spki_sha256.empty();
}

void AppendLaterFields(const CertificateRecord& record, std::string& value) {
  AppendBigEndian(record.generation, sizeof(uint32_t), value);
  AppendShard(record.crl_shard, value);
  ForEachLaterString(record, [&value](const std::string& text) { AppendString(text, value); });
}

[[nodiscard]] bool TakeLaterFields(absl::string_view& fields, CertificateRecord& record) {
  if (fields.size() < kNumbersSize) {
    return false;
  }
  record.generation = static_cast<uint32_t>(TakeInteger(fields, sizeof(uint32_t)));
  bool complete = TakeShard(fields, record.crl_shard);
  ForEachLaterString(record, [&fields, &complete](std::string& text) {
    complete = complete && TakeString(fields, text);
  });
  return complete;
}

absl::Status CheckSize(const CertificateRecord& record, absl::string_view what,
                       absl::string_view text, size_t size) {
  if (text.empty() || text.size() == size) {
    return absl::OkStatus();
  }
  return Internal(Reason::kInternal,
                  absl::StrCat("the record of serial ", absl::BytesToHexString(record.serial),
                               " has a ", what, " of ", text.size(), " octets instead of ", size));
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
  FLEETCA_RETURN_IF_ERROR(CheckSize(record, "lineage", record.lineage, kSerialSize));
  FLEETCA_RETURN_IF_ERROR(CheckSize(record, "spki_sha256", record.spki_sha256, kSpkiHashSize));
  return record.issuer.size() <= kMaxIssuerSize
             ? absl::OkStatus()
             : CheckSize(record, "issuer", record.issuer, kMaxIssuerSize);
}

void EncodeRecord(const CertificateRecord& record, std::string& value) {
  value.clear();
  size_t size = kValueHeaderSize + kTimesSize;
  ForEachString(record, [&size](const std::string& text) { size += kMaxVarintSize + text.size(); });
  ForEachLaterString(record,
                     [&size](const std::string& text) { size += kMaxVarintSize + text.size(); });
  value.reserve(size + kNumbersSize);
  const bool later = HasLaterFields(record);
  BeginValue(value, later ? kNewestVersion : kValueVersion);
  AppendTime(absl::ToUnixMillis(record.issued_at), value);
  AppendTime(absl::ToUnixSeconds(record.not_before), value);
  AppendTime(absl::ToUnixSeconds(record.not_after), value);
  ForEachString(record, [&value](const std::string& text) { AppendString(text, value); });
  if (later) {
    AppendLaterFields(record, value);
  }
  SealValue(record.serial, value);
}

absl::StatusOr<CertificateRecord> DecodeRecord(absl::string_view serial, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(const VersionedFields opened,
                           OpenVersionedValue(kWhat, serial, value, kNewestVersion, kTimesSize));
  absl::string_view fields = opened.fields;
  CertificateRecord record;
  record.serial = std::string(serial);
  record.issued_at = absl::FromUnixMillis(TakeTime(fields));
  record.not_before = absl::FromUnixSeconds(TakeTime(fields));
  record.not_after = absl::FromUnixSeconds(TakeTime(fields));
  bool complete = true;
  ForEachString(record, [&fields, &complete](std::string& text) {
    complete = complete && TakeString(fields, text);
  });
  if (opened.version >= kNewestVersion) {
    complete = complete && TakeLaterFields(fields, record);
  }
  if (!complete || !fields.empty()) {
    return DamagedValue(kWhat, serial, "has fields that do not fill it");
  }
  return record;
}

}  // namespace fleetca::store
