// Who gets no certificate because of what was revoked or blocked.
#ifndef FLEETCA_SERVICE_ISSUANCE_REVOCATION_GUARD_H_
#define FLEETCA_SERVICE_ISSUANCE_REVOCATION_GUARD_H_

#include <cstdint>
#include <memory>

#include "absl/status/status.h"
#include "service/caller/caller.h"
#include "service/issuance/issuance_item.h"
#include "service/revocation/known_revocations.h"

namespace fleetca::service {

// Looks at the requests of one batch: at each before its certificate is signed, and again at all of
// them when they are recorded and not yet answered, because whoever revokes or blocks looks, after
// that took effect, for what was recorded before. So nobody gets a certificate that neither of the
// two has seen. What one call asks is looked at once, and where nothing has changed until the
// certificates are recorded, the second look is one for the whole batch. The CA itself is asked for
// nothing (OwnCaller). Of one thread; what is known outlives it.
class RevocationGuard {
 public:
  // Before the first look. Null: nothing is revoked, which is for tests and benchmarks.
  explicit RevocationGuard(const KnownRevocations* known);
  RevocationGuard(const RevocationGuard&) = delete;
  RevocationGuard& operator=(const RevocationGuard&) = delete;

  // PERMISSION_DENIED kCertificateRevoked for the holder of a revoked certificate. UNAVAILABLE
  // kRevocationsUnknown.
  absl::Status CheckCaller(const std::shared_ptr<const Caller>& caller);

  // Once it is decided what the item's certificate says. PERMISSION_DENIED: kIdentityBlocked for
  // who asks, and for whom it is for; kKeyBlocked. UNAVAILABLE kRevocationsUnknown.
  absl::Status CheckDecided(const IssuanceItem& item);

  // When the batch is recorded: whether the items have to be looked at again.
  [[nodiscard]] bool HasChanged() const;
  // Both checks anew, and nothing of what was found before.
  absl::Status CheckAgain(const IssuanceItem& item) const;

 private:
  absl::Status LookAtCaller(const Caller& caller) const;
  absl::Status LookAtIdentities(const IssuanceItem& item, bool caller_is_good) const;

  const KnownRevocations* const known_;
  const uint64_t generation_;
  // The caller that was found good last. Held, so that no other caller gets its address.
  std::shared_ptr<const Caller> good_caller_;
  // Whether its identity was found good, too.
  bool good_identity_ = false;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_REVOCATION_GUARD_H_
