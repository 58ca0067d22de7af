// Revocations as the store keeps them.
#ifndef FLEETCA_STORE_REVOCATION_H_
#define FLEETCA_STORE_REVOCATION_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace fleetca::store {

// The CRLReason of RFC 5280 5.3.1. Without certificateHold and removeFromCRL, as no revocation is
// ever taken back.
enum class RevocationReason : uint8_t {
  kUnspecified = 0,
  kKeyCompromise = 1,
  kCaCompromise = 2,
  kAffiliationChanged = 3,
  kSuperseded = 4,
  kCessationOfOperation = 5,
  kPrivilegeWithdrawn = 9,
  kAaCompromise = 10,
};

// That a certificate is not to be trusted any more.
struct Revocation {
  std::string serial;                 // 20 octets
  std::string issuer;                 // the issuing CA's key id; 1 to 32 octets
  std::optional<uint16_t> crl_shard;  // nullopt: its certificate names no shard
  absl::Time not_after;               // the certificate's; to the second, as is the time below
  absl::Time revoked_at;
  RevocationReason reason = RevocationReason::kUnspecified;
  std::string revoked_by;   // who asked for it
  std::string spki_sha256;  // of the certificate's key; 32 octets
  // The place of its last change in the feed of all changes (store/revocation_feed.h). Set by the
  // store; what a commit says is passed over.
  uint64_t sequence = 0;

  friend bool operator==(const Revocation&, const Revocation&) = default;
};

// What became of one revocation of a commit.
struct RevocationOutcome {
  enum class Kind : uint8_t {
    kRevoked,
    // It was revoked before, by `earlier`, which stays as it is.
    kUnchanged,
    // It was revoked before, by `earlier`, whose reason is kKeyCompromise from now on. All else
    // stays as it was, the date too.
    kUpgraded,
    // No certificate of this serial was recorded before the commit, or it was pruned. Nothing was
    // written.
    kUnknown,
  };

  Kind kind = Kind::kRevoked;
  // Set for kUnchanged and kUpgraded alone.
  std::unique_ptr<const Revocation> earlier;
};

// Called for each revocation of an iteration; false ends it.
using RevocationVisitor = absl::FunctionRef<bool(const Revocation&)>;

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_REVOCATION_H_
