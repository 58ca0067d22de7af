// Early renewals: orders that certificates are renewed before their time.
#ifndef FLEETCA_STORE_EARLY_RENEWAL_H_
#define FLEETCA_STORE_EARLY_RENEWAL_H_

#include <cstdint>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace fleetca::store {

// Whose certificates, when their turns come, and who ordered it. Never changes once written. All
// times are to the second, but those of the selection, which are to the nanosecond.
struct EarlyRenewal {
  uint64_t id = 0;  // 1 or more

  // Of certificates that agree with all that is set; an empty text is not set.
  std::string identity;
  std::string profile;
  std::string issuer;                             // the issuing CA's key id; 32 octets at most
  absl::Time issued_from = absl::InfinitePast();  // this time and later
  absl::Time issued_to;                           // before this time

  std::string explanation_url;
  absl::Time ordered_at;
  std::string ordered_by;
  uint64_t certificates = 0;  // that it had when it was ordered
  absl::Time first_turn;
  absl::Time last_turn;  // not before first_turn
  absl::Time ends_at;    // the latest notAfter of its certificates

  friend bool operator==(const EarlyRenewal&, const EarlyRenewal&) = default;
};

// What became of one early renewal of a commit.
enum class EarlyRenewalOutcome : uint8_t {
  kStored,
  kExists,  // there is one with this id; nothing was written
};

// What became of one early renewal that a commit ends.
enum class EndedEarlyRenewalOutcome : uint8_t {
  kEnded,
  kNotFound,  // there is no such one; nothing was written
};

// Called for each early renewal of an iteration; false ends it.
using EarlyRenewalVisitor = absl::FunctionRef<bool(const EarlyRenewal&)>;

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_EARLY_RENEWAL_H_
