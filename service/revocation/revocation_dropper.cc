#include "service/revocation/revocation_dropper.h"

#include <algorithm>
#include <string>

#include "base/status_macros.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

bool Blocks(absl::Span<const CrlPublisher* const> publishers, const store::Revocation& revocation) {
  return std::any_of(publishers.begin(), publishers.end(), [&](const CrlPublisher* publisher) {
    return publisher->issuer_key_id() == revocation.issuer && !publisher->HasAppeared(revocation);
  });
}

}  // namespace

absl::StatusOr<size_t> DropAppearedRevocations(absl::Span<const CrlPublisher* const> publishers,
                                               absl::Duration keep, const ClockRule& clock_rule,
                                               store::Store& store) {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule.Now());
  absl::Time before = std::min(now, store.latest_time()) - keep;
  const std::string end = x509::SerialLowerBound(before);
  bool any = false;
  FLEETCA_RETURN_IF_ERROR(
      store
          .ForEachRevocation({}, "",
                             [&](const store::Revocation& revocation) {
                               if (revocation.serial >= end) {
                                 return false;
                               }
                               if (Blocks(publishers, revocation)) {
                                 // They come by the hour in which their certificates ended.
                                 const auto serial =
                                     x509::SerialNumber::FromBytes(revocation.serial);
                                 before = serial.ok() ? std::min(before, serial->expiry_hour())
                                                      : absl::InfinitePast();
                                 return false;
                               }
                               any = true;
                               return true;
                             })
          .status());
  if (!any || before == absl::InfinitePast()) {
    return size_t{0};
  }
  return store.DropRevocations(before);
}

}  // namespace fleetca::service
