#include "client/agent/renewal_plan.h"

#include <algorithm>

#include "client/agent/attempt_delay.h"
#include "x509/renewal_window.h"

namespace fleetca::client {
namespace {

// What a certificate keeps of its life when it is renewed at the latest.
constexpr double kToSpare = 0.1;
constexpr absl::Duration kShortestWait = absl::Minutes(1);
// Of a CA that does not want to be asked for long: an agent that hears of an early renewal too late
// is of no use.
constexpr absl::Duration kLongestRetryAfter = absl::Hours(24);
// A new certificate's window is asked for soon, but not by a whole fleet at once; and not at once,
// so that a CA that always says "now" does not have a certificate renewed without end.
constexpr double kFirstAskPart = 0.1;
constexpr double kFirstAskJitter = 0.5;
constexpr size_t kMaxUrlBytes = 2048;

absl::Time LatestFor(const PlannedCertificate& certificate) {
  return certificate.not_after - (certificate.not_after - certificate.not_before) * kToSpare;
}

// A time that the maintenance windows allow, where there is one that is early enough: after
// `wanted` rather than before it.
absl::Time WithinMaintenance(absl::Time wanted, absl::Time earliest, absl::Time latest,
                             const MaintenanceWindows& maintenance) {
  for (const absl::Time from : {wanted, earliest}) {
    const absl::Time allowed = maintenance.FirstFrom(from);
    if (allowed <= latest) {
      return allowed;
    }
  }
  return wanted;
}

void PlaceRenewal(const PlannedCertificate& certificate, const MaintenanceWindows& maintenance,
                  absl::Time now, RenewalPlan* plan) {
  const absl::Time latest = LatestFor(certificate);
  const absl::Time in_window =
      plan->window_start + (plan->window_end - plan->window_start) * plan->fraction;
  const absl::Time wanted = std::min(in_window, latest);
  // What is overdue is not allowed because it was allowed once.
  plan->renew_at =
      WithinMaintenance(maintenance.empty() ? wanted : std::max(wanted, now),
                        std::max(std::min(plan->window_start, wanted), now), latest, maintenance);
}

// Whether the CA leaves no choice: the window is past, or it is the certificate's turn, a second.
bool AsksForNow(const RenewalInfo& info, absl::Time now) {
  return info.window_end <= now ||
         (info.window_start <= now && info.window_end - info.window_start <= x509::kShortestWindow);
}

}  // namespace

RenewalPlan FirstPlan(const PlannedCertificate& certificate, double fraction,
                      const MaintenanceWindows& maintenance, absl::Time now) {
  const x509::TimeWindow window = x509::UsualWindow(certificate.not_before, certificate.not_after);
  RenewalPlan plan{.window_start = window.start, .window_end = window.end, .fraction = fraction};
  PlaceRenewal(certificate, maintenance, now, &plan);
  const absl::Duration life = certificate.not_after - certificate.not_before;
  plan.ask_at = now + std::min(kShortestWait, life * kFirstAskPart) *
                          (1.0 - kFirstAskJitter * (1.0 - fraction));
  return plan;
}

RenewalPlan PlanWith(const RenewalInfo& info, const RenewalPlan& before,
                     const PlannedCertificate& certificate, const MaintenanceWindows& maintenance,
                     absl::Time now) {
  RenewalPlan plan{
      .window_start = info.window_start,
      .window_end = info.window_end,
      .fraction = before.fraction,
      .ask_at = now + std::clamp(info.retry_after, absl::Seconds(1), kLongestRetryAfter),
      // It is kept, and nobody opens a longer one.
      .explanation_url =
          info.explanation_url.size() <= kMaxUrlBytes ? info.explanation_url : std::string()};
  if (AsksForNow(info, now)) {
    plan.renew_at = now;
  } else {
    PlaceRenewal(certificate, maintenance, now, &plan);
  }
  return plan;
}

RenewalPlan PlanWithout(const RenewalPlan& before, const absl::Status& why, int failures,
                        absl::Duration interval, absl::Time now) {
  RenewalPlan plan = before;
  const absl::Duration longest = std::clamp(interval, kShortestWait, kUsualAskInterval);
  absl::Duration wait = kShortestWait;
  for (int i = 1; i < failures && wait < longest; ++i) {
    wait *= 2;
  }
  plan.ask_at = now + std::max(std::min(wait, longest), WantedWait(why));
  return plan;
}

}  // namespace fleetca::client
