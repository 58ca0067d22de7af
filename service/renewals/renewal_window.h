// When a certificate should be renewed (the semantics of RFC 9773).
#ifndef FLEETCA_SERVICE_RENEWALS_RENEWAL_WINDOW_H_
#define FLEETCA_SERVICE_RENEWALS_RENEWAL_WINDOW_H_

#include <optional>
#include <string>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "store/certificate_record.h"
#include "store/early_renewal.h"
#include "x509/renewal_window.h"

namespace fleetca::service {

using x509::TimeWindow;
using x509::UsualWindow;

// A second of the window, or its end: spread over it by 32 random bits of the serial number, so
// that a fleet that started together does not renew in pulses, and the same whenever it is asked.
// The start where there is no serial number.
absl::Time PointIn(const TimeWindow& window, absl::string_view serial);

// What the order says of certificates like this one, valid or not.
bool Covers(const store::EarlyRenewal& order, const store::CertificateRecord& record);

// What is told of a certificate.
struct RenewalWindow {
  TimeWindow window;
  // When to ask again.
  absl::Duration retry_after;
  std::string explanation_url;
  // That it is not the usual one.
  bool moved = false;
  // That the certificate itself cannot be renewed any more.
  bool revoked = false;
};

// Pure: the same facts give the same window. `revoked_at` is of a revoked certificate, whose window
// is past. `retry_after` is the configured one.
//
// One that is covered by orders has its turn: a second between the first turn and the last of the
// order by which it comes soonest, where it lies in the spread of serial numbers. The window is
// that one second, unless the usual one ends before it. So a holder who heard of it before its turn
// renews in that second, one who hears later renews at once, and the window stays as it is from the
// order on.
RenewalWindow WindowOf(const store::CertificateRecord& record,
                       absl::Span<const store::EarlyRenewal> orders,
                       std::optional<absl::Time> revoked_at, absl::Time now,
                       absl::Duration retry_after);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RENEWALS_RENEWAL_WINDOW_H_
