// Revokes certificates: the rows first, then the effect, then the answer.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOKER_H_
#define FLEETCA_SERVICE_REVOCATION_REVOKER_H_

#include <atomic>
#include <cstdint>
#include <functional>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "service/revocation/known_revocations.h"
#include "service/revocation/renewable_certificates.h"
#include "service/revocation/revocation_follower.h"
#include "service/revocation/revocation_selection.h"
#include "service/time/clock_rule.h"
#include "store/revocation.h"
#include "store/store.h"

namespace fleetca::service {

struct RevokeRequest {
  RevocationSelection selection;
  store::RevocationReason reason = store::RevocationReason::kUnspecified;
  std::string revoked_by;  // who asks
  // Counts what would be revoked, and revokes nothing.
  bool dry_run = false;
};

// How many certificates of the selection were, or would be:
struct RevokeResult {
  uint64_t revoked = 0;
  // Revoked before for another reason, which is the compromise of their key from now on. The date
  // stays.
  uint64_t upgraded = 0;
  // Revoked before, with the date and the reason that they keep.
  uint64_t unchanged = 0;
  // Up to which change of the feed this is known (store/revocation_feed.h).
  uint64_t sequence = 0;
};

// Thread-safe; the references outlive it.
class Revoker {
 public:
  // `graces` says those of the policy in force, whenever it is asked.
  Revoker(store::Store& store, const KnownRevocations& known, RevocationFollower& follower,
          const ClockRule& clock_rule, std::function<RenewalGraces()> graces)
      : store_(store),
        known_(known),
        follower_(follower),
        clock_rule_(clock_rule),
        graces_(std::move(graces)) {}
  Revoker(const Revoker&) = delete;
  Revoker& operator=(const Revoker&) = delete;

  // When it returns OK, all certificates of the selection that had been answered before the call
  // are revoked, on stable storage and in what this process knows, and so is whatever was renewed
  // from them meanwhile; those, too, that have expired and could still be renewed. With the reason
  // kKeyCompromise their keys are blocked for ever in the same commits, and so is the key of a
  // RevokeKey that no certificate has. Asking again does no harm.
  //
  // The errors of CheckSelection and ReadSelectedPart; UNAVAILABLE kRevocationsUnknown,
  // kClockRefused; those of the store. Where some were revoked before it failed, the sentence says
  // how many; the same call again revokes the others. Waits for the disk, longer for larger
  // selections.
  absl::StatusOr<RevokeResult> Revoke(const RevokeRequest& request);

  // Certificates that were revoked since the start.
  uint64_t revoked() const { return revoked_.load(std::memory_order_relaxed); }

 private:
  absl::StatusOr<RevokeResult> Count(const RevokeRequest& request, const RevocationOrder& order);
  absl::Status RevokeAll(const RevokeRequest& request, const RevocationOrder& order,
                         RevokeResult* result);
  absl::Status BlockKey(const RevokeKey& wanted, const RevocationOrder& order);
  absl::Status Write(absl::Span<const store::Revocation> revocations, const RevocationOrder& order,
                     RevokeResult* result);

  store::Store& store_;
  const KnownRevocations& known_;
  RevocationFollower& follower_;
  const ClockRule& clock_rule_;
  const std::function<RenewalGraces()> graces_;
  std::atomic<uint64_t> revoked_{0};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOKER_H_
