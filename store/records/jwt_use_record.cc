#include "store/records/jwt_use_record.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/records/keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kWhat[] = "use of a JWT, of key";

}  // namespace

absl::Status CheckJwtIdHash(absl::string_view id_hash) {
  if (id_hash.size() != kJwtIdHashSize) {
    return Internal(Reason::kInternal, absl::StrCat("a JWT's hash has ", id_hash.size(),
                                                    " octets instead of ", kJwtIdHashSize));
  }
  return absl::OkStatus();
}

absl::Status JwtUseNotFound() {
  return NotFound(Reason::kNotFound, "token", "no certificate was issued for this JWT");
}

std::string EncodeJwtUse(const JwtUse& use) {
  std::string value;
  BeginValue(value);
  AppendTime(absl::ToUnixSeconds(use.expires_at), value);
  AppendString(use.serial, value);
  SealValue(JwtUseKey(use.id_hash), value);
  return value;
}

absl::StatusOr<JwtUse> DecodeJwtUse(absl::string_view id_hash, absl::string_view value) {
  const std::string key = JwtUseKey(id_hash);
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kWhat, key, value, sizeof(int64_t)));
  JwtUse use;
  use.id_hash = std::string(id_hash);
  use.expires_at = absl::FromUnixSeconds(TakeTime(fields));
  if (!TakeString(fields, use.serial) || !fields.empty()) {
    return DamagedValue(kWhat, key, "has fields that do not fill it");
  }
  return use;
}

}  // namespace fleetca::store
