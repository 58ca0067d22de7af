#include "store/records/time_mark.h"

#include <algorithm>

#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "time of the last write, of key";

}  // namespace

int64_t ToMark(absl::Time time) { return std::max(int64_t{0}, absl::ToUnixMillis(time)); }

std::string EncodeMark(int64_t mark) {
  std::string value;
  BeginValue(value);
  AppendTime(mark, value);
  SealValue(kClockKey, value);
  return value;
}

absl::StatusOr<int64_t> DecodeMark(absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields,
                           OpenValue(kWhat, kClockKey, value, sizeof(int64_t)));
  const int64_t mark = TakeTime(fields);
  if (!fields.empty()) {
    return DamagedValue(kWhat, kClockKey, "has fields that do not fill it");
  }
  return mark;
}

}  // namespace fleetca::store
