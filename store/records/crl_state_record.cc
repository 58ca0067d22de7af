#include "store/records/crl_state_record.h"

#include <cstdint>

#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/revocation_keys.h"
#include "store/records/revocation_record.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "state of a CRL, of key";

}  // namespace

absl::Status CheckCrlState(const CrlState& state) {
  FLEETCA_RETURN_IF_ERROR(CheckIssuer(state.crl.issuer));
  if (state.number == 0 || state.next_update <= state.this_update) {
    return Internal(Reason::kInternal,
                    "a CRL's number is 0, or its next update is not after this one");
  }
  return absl::OkStatus();
}

absl::Status CrlStateNotFound() {
  return NotFound(Reason::kNotFound, "crl", "no such CRL was ever signed");
}

std::string EncodeCrlState(const CrlState& state) {
  std::string value;
  BeginValue(value);
  AppendBigEndian(state.number, sizeof(uint64_t), value);
  AppendTime(absl::ToUnixSeconds(state.this_update), value);
  AppendTime(absl::ToUnixSeconds(state.next_update), value);
  AppendShard(state.crl.shard, value);
  AppendString(state.crl.issuer, value);
  SealValue(CrlStateKey(state.crl), value);
  return value;
}

absl::StatusOr<CrlState> DecodeCrlState(absl::string_view key, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields,
                           OpenValue(kWhat, key, value, 3 * sizeof(uint64_t) + kShardSize));
  CrlState state;
  state.number = TakeInteger(fields, sizeof(uint64_t));
  state.this_update = absl::FromUnixSeconds(TakeTime(fields));
  state.next_update = absl::FromUnixSeconds(TakeTime(fields));
  if (!TakeShard(fields, state.crl.shard) || !TakeString(fields, state.crl.issuer) ||
      !fields.empty()) {
    return DamagedValue(kWhat, key, "has fields that do not fill it");
  }
  return state;
}

}  // namespace fleetca::store
