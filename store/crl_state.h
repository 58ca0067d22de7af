// What the store keeps of CRLs: how far their numbers are.
#ifndef FLEETCA_STORE_CRL_STATE_H_
#define FLEETCA_STORE_CRL_STATE_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace fleetca::store {

// Which CRL.
struct CrlId {
  std::string issuer;             // the issuing CA's key id; 1 to 32 octets
  std::optional<uint16_t> shard;  // nullopt: the issuer's complete CRL

  friend bool operator==(const CrlId&, const CrlId&) = default;
  // By issuer, the complete CRL before the shards.
  friend auto operator<=>(const CrlId&, const CrlId&) = default;
};

// The last CRL that was signed, or may have been: it is written before the CRL leaves.
struct CrlState {
  CrlId crl;
  uint64_t number = 0;     // its CRLNumber; 1 or more
  absl::Time this_update;  // to the second, as is the time below
  absl::Time next_update;

  friend bool operator==(const CrlState&, const CrlState&) = default;
};

// What became of one CRL state of a commit.
struct CrlStateOutcome {
  enum class Kind : uint8_t {
    kStored,
    // Its number is not greater than that of `last`. Nothing was written.
    kNotGreater,
  };

  Kind kind = Kind::kStored;
  // Set for kNotGreater alone.
  std::unique_ptr<const CrlState> last;
};

// Called for each state of an iteration; false ends it.
using CrlStateVisitor = absl::FunctionRef<bool(const CrlState&)>;

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_CRL_STATE_H_
