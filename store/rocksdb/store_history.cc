#include "store/rocksdb/store_history.h"

#include "absl/types/span.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kNewestVersion = 2;
constexpr char kWhat[] = "history of the store, of key";

}  // namespace

absl::StatusOr<std::string> MakeStoreId() {
  std::string id(kStoreIdSize, '\0');
  FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(id.data(), id.size())));
  return id;
}

std::string EncodeStoreHistory(const StoreHistory& history) {
  std::string value;
  const bool restored = history.restored_at != absl::UnixEpoch();
  BeginValue(value, restored ? kNewestVersion : kValueVersion);
  AppendBigEndian(history.epoch, sizeof(uint64_t), value);
  AppendTime(absl::ToUnixSeconds(history.jwts_not_before), value);
  AppendString(history.id, value);
  if (restored) {
    AppendTime(absl::ToUnixSeconds(history.restored_at), value);
  }
  SealValue(kHistoryKey, value);
  return value;
}

absl::StatusOr<StoreHistory> DecodeStoreHistory(absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(
      const VersionedFields opened,
      OpenVersionedValue(kWhat, kHistoryKey, value, kNewestVersion, 2 * sizeof(uint64_t)));
  absl::string_view fields = opened.fields;
  StoreHistory history;
  history.epoch = TakeInteger(fields, sizeof(uint64_t));
  history.jwts_not_before = absl::FromUnixSeconds(TakeTime(fields));
  bool complete = TakeString(fields, history.id) && history.id.size() == kStoreIdSize;
  if (complete && opened.version == kNewestVersion) {
    complete = fields.size() == sizeof(uint64_t);
    history.restored_at = complete ? absl::FromUnixSeconds(TakeTime(fields)) : absl::UnixEpoch();
  } else if (history.epoch > 0) {
    history.restored_at = history.jwts_not_before;
  }
  if (!complete || !fields.empty()) {
    return DamagedValue(kWhat, kHistoryKey, "has fields that do not fill it");
  }
  return history;
}

}  // namespace fleetca::store
