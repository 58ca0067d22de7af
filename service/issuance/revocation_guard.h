// Who gets no certificate because of what was revoked or blocked.
#ifndef FLEETCA_SERVICE_ISSUANCE_REVOCATION_GUARD_H_
#define FLEETCA_SERVICE_ISSUANCE_REVOCATION_GUARD_H_

#include "absl/status/status.h"
#include "service/caller/caller.h"
#include "service/issuance/issuance_item.h"
#include "service/revocation/known_revocations.h"

namespace fleetca::service {

// The CA itself is asked for nothing (OwnCaller). Thread-safe; what is known outlives it.
class RevocationGuard {
 public:
  // Null: nothing is revoked, which is for tests and benchmarks.
  explicit RevocationGuard(const KnownRevocations* known) : known_(known) {}

  // PERMISSION_DENIED kCertificateRevoked for the holder of a revoked certificate. UNAVAILABLE
  // kRevocationsUnknown.
  absl::Status CheckCaller(const Caller& caller) const;

  // Once it is decided what the item's certificate says. PERMISSION_DENIED: kIdentityBlocked for
  // who asks, and for whom it is for; kKeyBlocked. UNAVAILABLE kRevocationsUnknown.
  absl::Status CheckDecided(const IssuanceItem& item) const;

  // Both again, for an item whose certificate is recorded and not yet answered: whoever revokes or
  // blocks looks, after that took effect, for what was recorded before. So nobody gets a
  // certificate that neither of the two has seen.
  absl::Status CheckRecorded(const IssuanceItem& item) const;

 private:
  const KnownRevocations* const known_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_REVOCATION_GUARD_H_
