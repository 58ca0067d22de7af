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
constexpr size_t kTimesSize = 3 * sizeof(uint64_t);

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
  size_t size = kValueHeaderSize + kTimesSize;
  ForEachString(record, [&size](const std::string& text) { size += kMaxVarintSize + text.size(); });
  value.reserve(size);
  BeginValue(value);
  AppendTime(absl::ToUnixMillis(record.issued_at), value);
  AppendTime(absl::ToUnixSeconds(record.not_before), value);
  AppendTime(absl::ToUnixSeconds(record.not_after), value);
  ForEachString(record, [&value](const std::string& text) { AppendString(text, value); });
  SealValue(record.serial, value);
}

absl::StatusOr<CertificateRecord> DecodeRecord(absl::string_view serial, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kWhat, serial, value, kTimesSize));
  CertificateRecord record;
  record.serial = std::string(serial);
  record.issued_at = absl::FromUnixMillis(TakeTime(fields));
  record.not_before = absl::FromUnixSeconds(TakeTime(fields));
  record.not_after = absl::FromUnixSeconds(TakeTime(fields));
  bool complete = true;
  ForEachString(record, [&fields, &complete](std::string& text) {
    complete = complete && TakeString(fields, text);
  });
  if (!complete || !fields.empty()) {
    return DamagedValue(kWhat, serial, "has fields that do not fill it");
  }
  return record;
}

}  // namespace fleetca::store
