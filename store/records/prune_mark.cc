#include "store/records/prune_mark.h"

#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "mark of what was pruned, of key";

}  // namespace

std::string EncodePruneMark(const PruneMark& mark) {
  std::string value;
  BeginValue(value);
  AppendBigEndian(mark.before, sizeof(mark.before), value);
  AppendBigEndian(mark.ever_before, sizeof(mark.ever_before), value);
  SealValue(kPrunedKey, value);
  return value;
}

absl::StatusOr<PruneMark> DecodePruneMark(absl::string_view value) {
  PruneMark mark;
  FLEETCA_ASSIGN_OR_RETURN(
      absl::string_view fields,
      OpenValue(kWhat, kPrunedKey, value, sizeof(mark.before) + sizeof(mark.ever_before)));
  mark.before = static_cast<uint32_t>(TakeInteger(fields, sizeof(mark.before)));
  mark.ever_before = static_cast<uint32_t>(TakeInteger(fields, sizeof(mark.ever_before)));
  if (!fields.empty()) {
    return DamagedValue(kWhat, kPrunedKey, "has fields that do not fill it");
  }
  return mark;
}

}  // namespace fleetca::store
