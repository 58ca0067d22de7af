// Looking up join tokens.
#ifndef FLEETCA_STORE_JOIN_TOKENS_H_
#define FLEETCA_STORE_JOIN_TOKENS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/join_token.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class JoinTokens {
 public:
  virtual ~JoinTokens() = default;

  // NOT_FOUND kNotFound; DATA_LOSS kStoreCorrupt when something of it does not read back.
  virtual absl::StatusOr<JoinTokenState> GetJoinToken(absl::string_view hash) const = 0;

  // Tokens by ascending hash, from the first at or after `from`, which may be of any length. Sees
  // them as they were when it began.
  virtual absl::Status ForEachJoinToken(absl::string_view from, JoinTokenVisitor visitor) const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_JOIN_TOKENS_H_
