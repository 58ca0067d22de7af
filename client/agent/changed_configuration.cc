// What IdentityKeeper does where the configuration asks for another certificate than the one in
// force: it renews at once, and says why.
#include <algorithm>
#include <optional>

#include "base/log.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/request_shape.h"

namespace fleetca::client {

void IdentityKeeper::CompareConfiguration(absl::Time now) {
  const RequestShape wanted = ShapeOf(options_);
  renew_reason_ = !record_.held.empty() && record_.held_shape.has_value()
                      ? DifferenceInWords(*record_.held_shape, wanted)
                      : "";
  differs_since_ = now;
  if (!renew_reason_.empty()) {
    log::Info("A certificate is renewed before its time",
              {{"identity", options_.name}, {"serial", held_.serial}, {"why", renew_reason_}});
  }
  if (record_.refused_shape.has_value() && *record_.refused_shape != wanted &&
      record_.refused_shape != record_.held_shape) {
    // The CA has not heard of this one, so what it said of another one does not hold it up.
    record_.refused_shape.reset();
    record_.failures = 0;
    record_.retry_at = absl::UnixEpoch();
    unsaved_ = true;
  }
}

absl::Time IdentityKeeper::RenewAt() const {
  return renew_reason_.empty() ? record_.plan.renew_at
                               : std::min(record_.plan.renew_at, differs_since_);
}

IdentityOptions IdentityKeeper::RequestOptions(EnrollmentMethod method, absl::Time now) const {
  const bool is_refused = record_.refused_shape == std::optional(ShapeOf(options_));
  const bool as_it_is = method == EnrollmentMethod::kRenewal && is_refused &&
                        record_.held_shape.has_value() && now >= record_.plan.renew_at;
  return as_it_is ? WithShape(options_, *record_.held_shape) : options_;
}

}  // namespace fleetca::client
