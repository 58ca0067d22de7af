// Tells holders when to renew.
#ifndef FLEETCA_SERVICE_RENEWALS_RENEWAL_WINDOWS_H_
#define FLEETCA_SERVICE_RENEWALS_RENEWAL_WINDOWS_H_

#include <atomic>
#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "service/renewals/early_renewal_orders.h"
#include "service/renewals/renewal_window.h"
#include "service/revocation/known_revocations.h"
#include "service/time/clock_rule.h"
#include "store/store.h"

namespace fleetca::service {

// Thread-safe; the references outlive it.
class RenewalWindows {
 public:
  RenewalWindows(const store::Store& store, const EarlyRenewalOrders& orders,
                 const KnownRevocations& known, const ClockRule& clock_rule)
      : store_(store), orders_(orders), known_(known), clock_rule_(clock_rule) {}
  RenewalWindows(const RenewalWindows&) = delete;
  RenewalWindows& operator=(const RenewalWindows&) = delete;

  // As of one instant, in the order of `serials`. Of each: NOT_FOUND kNotFound, INVALID_ARGUMENT
  // kSerialInvalid. Of all: UNAVAILABLE kClockRefused, kRevocationsUnknown; the store's other
  // errors. A look-up for each serial.
  absl::StatusOr<std::vector<absl::StatusOr<RenewalWindow>>> Find(
      absl::Span<const absl::string_view> serials);

  // Certificates whose window was told since the start, and those of them whose window was moved.
  uint64_t told() const { return told_.load(std::memory_order_relaxed); }
  uint64_t moved() const { return moved_.load(std::memory_order_relaxed); }

 private:
  const store::Store& store_;
  const EarlyRenewalOrders& orders_;
  const KnownRevocations& known_;
  const ClockRule& clock_rule_;
  std::atomic<uint64_t> told_{0};
  std::atomic<uint64_t> moved_{0};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RENEWALS_RENEWAL_WINDOWS_H_
