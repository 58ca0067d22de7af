#include "store/records/lineage_record.h"

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/record.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "lineage of id";
constexpr size_t kFixedSize = 2 * sizeof(uint32_t) + 2 * sizeof(uint64_t);

}  // namespace

absl::Status CheckLineageStep(const LineageStep& step) {
  if (step.previous.size() != kSerialSize || step.address.size() > kMaxStepAddressSize) {
    return Internal(Reason::kInternal,
                    absl::StrCat("the step of serial ", absl::BytesToHexString(step.serial),
                                 " is from a serial of ", step.previous.size(),
                                 " octets, or has an address of ", step.address.size()));
  }
  return absl::OkStatus();
}

absl::Status LineageNotFound(absl::string_view lineage) {
  return NotFound(Reason::kNotFound, "lineage",
                  absl::StrCat("no certificate of the lineage ", absl::BytesToHexString(lineage),
                               " was renewed"));
}

std::string EncodeLineage(absl::string_view lineage, const LineageRecord& record) {
  const LineageState& state = record.state;
  std::string value;
  value.reserve(kValueHeaderSize + kFixedSize + state.newest.size() + state.parent.size() +
                state.stepped_by.size() + state.address.size() + 4 * kMaxVarintSize);
  BeginValue(value);
  AppendBigEndian(record.expires, sizeof(uint32_t), value);
  AppendBigEndian(state.epoch, sizeof(uint64_t), value);
  AppendTime(absl::ToUnixMillis(state.stepped_at), value);
  AppendBigEndian(state.generation, sizeof(uint32_t), value);
  for (const std::string* text :
       {&state.newest, &state.parent, &state.stepped_by, &state.address}) {
    AppendString(*text, value);
  }
  SealValue(lineage, value);
  return value;
}

absl::StatusOr<LineageRecord> DecodeLineage(absl::string_view lineage, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kWhat, lineage, value, kFixedSize));
  LineageRecord record;
  LineageState& state = record.state;
  record.expires = static_cast<uint32_t>(TakeInteger(fields, sizeof(uint32_t)));
  state.epoch = TakeInteger(fields, sizeof(uint64_t));
  state.stepped_at = absl::FromUnixMillis(TakeTime(fields));
  state.generation = static_cast<uint32_t>(TakeInteger(fields, sizeof(uint32_t)));
  bool complete = true;
  for (std::string* text : {&state.newest, &state.parent, &state.stepped_by, &state.address}) {
    complete = complete && TakeString(fields, *text);
  }
  if (!complete || !fields.empty()) {
    return DamagedValue(kWhat, lineage, "has fields that do not fill it");
  }
  return record;
}

absl::string_view ExpiryOfLineageValue(absl::string_view value) {
  return absl::ClippedSubstr(value, kValueHeaderSize, kExpiryPrefixSize);
}

}  // namespace fleetca::store
