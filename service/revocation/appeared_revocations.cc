#include "service/revocation/appeared_revocations.h"

#include <algorithm>
#include <string>

#include "base/status_macros.h"
#include "store/revocation.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

bool IsNeeded(absl::Span<const CrlPublisher* const> publishers,
              const store::Revocation& revocation) {
  return std::any_of(publishers.begin(), publishers.end(), [&](const CrlPublisher* publisher) {
    return publisher->issuer_key_id() == revocation.issuer && !publisher->HasAppeared(revocation);
  });
}

}  // namespace

absl::StatusOr<absl::Time> AppearedBefore(absl::Span<const CrlPublisher* const> publishers,
                                          const store::Revocations& store, absl::Time before) {
  const std::string end = x509::SerialLowerBound(before);
  absl::Time appeared_before = before;
  // They come by the hour in which their certificates ended.
  const auto look = [&](const store::Revocation& revocation) {
    if (revocation.serial >= end) {
      return false;
    }
    if (!IsNeeded(publishers, revocation)) {
      return true;
    }
    const auto serial = x509::SerialNumber::FromBytes(revocation.serial);
    appeared_before = serial.ok() ? std::min(before, serial->expiry_hour()) : absl::InfinitePast();
    return false;
  };
  FLEETCA_RETURN_IF_ERROR(store.ForEachRevocation({}, "", look).status());
  return appeared_before;
}

}  // namespace fleetca::service
