// Ordering that certificates are renewed early, and the orders in force.
#ifndef FLEETCA_SERVICE_RENEWALS_EARLY_RENEWAL_ORDERS_H_
#define FLEETCA_SERVICE_RENEWALS_EARLY_RENEWAL_ORDERS_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "service/renewals/early_renewal_request.h"
#include "service/renewals/renewal_pace.h"
#include "service/revocation/known_revocations.h"
#include "service/time/clock_rule.h"
#include "store/early_renewal.h"
#include "store/store.h"

namespace fleetca::service {

// The most orders in force at a time.
inline constexpr size_t kMaxEarlyRenewals = 64;

// Thread-safe; the references outlive it.
class EarlyRenewalOrders {
 public:
  using List = std::vector<store::EarlyRenewal>;

  // Reads the orders that the store has, at most kMaxEarlyRenewals or so: the same cost however
  // many certificates there are. The store's errors.
  static absl::StatusOr<std::unique_ptr<EarlyRenewalOrders>> Load(store::Store& store,
                                                                  const KnownRevocations& known,
                                                                  const ClockRule& clock_rule,
                                                                  const RenewalPace& pace);
  EarlyRenewalOrders(const EarlyRenewalOrders&) = delete;
  EarlyRenewalOrders& operator=(const EarlyRenewalOrders&) = delete;

  // What was ordered: on stable storage and in force. An equal order that is in force is the answer
  // to one whose answer was lost: the same selection, URL and caller, and the same issued_to, or
  // else one that was made within the last ten minutes. With dry_run its id is 0.
  //
  // INVALID_ARGUMENT kRequestEmpty, kRequestTooLarge, kSanInvalid, kConfigInvalid; NOT_FOUND
  // kNotFound where no certificate is hit and FAILED_PRECONDITION kConfigInvalid where there are
  // too many orders, neither with dry_run; UNAVAILABLE kClockRefused; the store's errors. Reads the
  // certificates that are valid, as a dry run of a revocation does.
  absl::StatusOr<store::EarlyRenewal> Order(const EarlyRenewalRequest& request)
      ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_);

  // Takes the order back. NOT_FOUND kNotFound; the store's errors.
  absl::Status Cancel(uint64_t id, absl::string_view cancelled_by)
      ABSL_LOCKS_EXCLUDED(write_mutex_, mutex_);

  // The orders in force, the oldest first. UNAVAILABLE kClockRefused.
  absl::StatusOr<List> InForce() const ABSL_LOCKS_EXCLUDED(mutex_);

  // The orders in force, and those that ended since an order was last made or cancelled, which
  // cover no certificate that is still valid. Waits for nothing; never null.
  std::shared_ptr<const List> Current() const ABSL_LOCKS_EXCLUDED(mutex_);

  const RenewalPace& pace() const { return pace_; }

 private:
  EarlyRenewalOrders(store::Store& store, const KnownRevocations& known,
                     const ClockRule& clock_rule, const RenewalPace& pace)
      : store_(store), known_(known), clock_rule_(clock_rule), pace_(pace) {}

  // Fills in how many certificates the order has, and when it ends.
  absl::Status Count(absl::Time now, store::EarlyRenewal* order) const;
  absl::StatusOr<store::EarlyRenewal> Write(store::EarlyRenewal order, absl::Time now,
                                            const List& current)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(write_mutex_);
  void Replace(List orders) ABSL_LOCKS_EXCLUDED(mutex_);

  store::Store& store_;
  const KnownRevocations& known_;
  const ClockRule& clock_rule_;
  const RenewalPace pace_;
  // Held while the orders are changed, over the store's write.
  absl::Mutex write_mutex_;
  // The highest that was given, so that none is given again while this process runs.
  uint64_t last_id_ ABSL_GUARDED_BY(write_mutex_) = 0;
  mutable absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(write_mutex_);
  std::shared_ptr<const List> orders_ ABSL_GUARDED_BY(mutex_) = std::make_shared<const List>();
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RENEWALS_EARLY_RENEWAL_ORDERS_H_
