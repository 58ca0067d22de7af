// Looking up which one-use JWTs were used.
#ifndef FLEETCA_STORE_JWT_USES_H_
#define FLEETCA_STORE_JWT_USES_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "store/jwt_use.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class JwtUses {
 public:
  virtual ~JwtUses() = default;

  // NOT_FOUND kNotFound where the JWT was not used, or its use was dropped; DATA_LOSS kStoreCorrupt
  // when it does not read back. The same cost however many uses there are.
  virtual absl::StatusOr<JwtUse> GetJwtUse(absl::string_view id_hash) const = 0;

  // One-use JWTs that were issued before may have been used without a trace, because the store was
  // restored since or its time set back; they are to be refused. The epoch when there is no such
  // time.
  virtual absl::Time jwts_not_before() const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_JWT_USES_H_
