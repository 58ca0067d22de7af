#include "store/rocksdb/lineage.h"

#include "absl/types/span.h"
#include "base/random.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "lineage, of key";

}  // namespace

absl::StatusOr<std::string> MakeStoreId() {
  std::string id(kStoreIdSize, '\0');
  FLEETCA_RETURN_IF_ERROR(RandomBytes(absl::MakeSpan(id.data(), id.size())));
  return id;
}

std::string EncodeLineage(const Lineage& lineage) {
  std::string value;
  BeginValue(value);
  AppendBigEndian(lineage.epoch, sizeof(uint64_t), value);
  AppendTime(absl::ToUnixSeconds(lineage.jwts_not_before), value);
  AppendString(lineage.id, value);
  SealValue(kLineageKey, value);
  return value;
}

absl::StatusOr<Lineage> DecodeLineage(absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields,
                           OpenValue(kWhat, kLineageKey, value, 2 * sizeof(uint64_t)));
  Lineage lineage;
  lineage.epoch = TakeInteger(fields, sizeof(uint64_t));
  lineage.jwts_not_before = absl::FromUnixSeconds(TakeTime(fields));
  if (!TakeString(fields, lineage.id) || !fields.empty() || lineage.id.size() != kStoreIdSize) {
    return DamagedValue(kWhat, kLineageKey, "has fields that do not fill it");
  }
  return lineage;
}

}  // namespace fleetca::store
