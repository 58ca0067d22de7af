// When IdentityKeeper acts, by a wall clock that somebody may set.
#include <algorithm>

#include "base/errors.h"
#include "client/agent/identity_keeper.h"

namespace fleetca::client {
namespace {

// How often the wall clock is looked at.
constexpr absl::Duration kLongestStep = absl::Minutes(1);
constexpr absl::Duration kShortestStep = absl::Milliseconds(100);
// Between two steps: more, and the machine slept or its clock was set.
constexpr absl::Duration kSlept = absl::Minutes(2);
// No wait of ours ends later: where one does, the clock was set back.
constexpr absl::Duration kLongestRetry = absl::Hours(2);
constexpr absl::Duration kLongestAsk = absl::Hours(25);
// How far clocks may be apart.
constexpr absl::Duration kClockSkew = absl::Minutes(5);
// How much of its life a certificate keeps when another one must take its place, tried or not, and
// how much of it at most: peers whose clocks are ahead refuse it before its end.
constexpr double kLastPart = 0.05;
constexpr absl::Duration kLongestLastPart = absl::Minutes(10);
// How much of what it has left a new certificate is used before it is renewed, and how much at
// most: a CA that always says "renew now", or gives out certificates that are old already, is not
// asked without end.
constexpr double kRestPart = 0.1;
constexpr absl::Duration kLongestRest = absl::Minutes(1);

}  // namespace

void IdentityKeeper::NoticeClock(absl::Time now) {
  if (last_step_.has_value() && (now > *last_step_ + kSlept || now < *last_step_)) {
    record_.retry_at = std::min(record_.retry_at, now);
    record_.plan.ask_at = std::min(record_.plan.ask_at, now);
    place_at_ = now;
    clock_ahead_ = absl::ZeroDuration();
    if (record_.line_ended == ReasonName(Reason::kCallerCertificateExpired)) {
      record_.line_ended.clear();  // by another clock than this one, perhaps: the CA says it again
    }
  }
  last_step_ = now;
  if (!record_.held.empty() && !ClockIsAhead() && record_.plan.renew_at > held_.not_after) {
    // It was planned by a clock that was ahead.
    record_.plan = FirstPlan({.not_before = held_.not_before, .not_after = held_.not_after},
                             record_.plan.fraction, options_.maintenance_windows, now);
  }
  if (record_.retry_at > now + kLongestRetry) {
    record_.retry_at = now;
  }
  if (record_.plan.ask_at > now + kLongestAsk) {
    record_.plan.ask_at = now;
  }
}

bool IdentityKeeper::ClockIsBehind(absl::Time now) const {
  return !record_.held.empty() && now < held_.not_before - kClockSkew;
}

absl::Time IdentityKeeper::LastMoment() const {
  if (record_.held.empty()) {
    return absl::InfinitePast();
  }
  return held_.not_after + clock_ahead_ -
         std::min((held_.not_after - held_.not_before) * kLastPart, kLongestLastPart);
}

absl::Time IdentityKeeper::RestsUntil(absl::Time now) const {
  // A clock that was set back postpones nothing.
  if (!renewed_at_.has_value() || record_.held.empty() || now < *renewed_at_) {
    return absl::InfinitePast();
  }
  const absl::Duration left = held_.not_after + clock_ahead_ - *renewed_at_;
  return *renewed_at_ + std::min(kLongestRest, left * kRestPart);
}

absl::Time IdentityKeeper::HooksUntil(absl::Time now) const {
  const absl::Time due = std::max(RenewAt(), now);
  return due + (held_.not_after + clock_ahead_ - due) / 2;
}

absl::Time IdentityKeeper::NextTime(absl::Time now) const {
  absl::Time next = now + kLongestStep;
  const auto come_at = [&next, now](absl::Time time) {
    next = std::min(next, std::max(time, now + kShortestStep));
  };
  if (unsaved_) {
    come_at(now + kKeeperDiskRetry);  // nothing else is done before, but at the last moment
    if (HoldsValid(now)) {
      come_at(EndsSoon(now) ? record_.retry_at : LastMoment());
    }
    return next;
  }
  if (ClockIsBehind(now)) {
    come_at(record_.retry_at);
    return next;
  }
  if (!record_.pending.empty()) {
    come_at(record_.retry_at);
    if (!EndsSoon(now)) {
      come_at(LastMoment());
    }
  } else if (record_.request.has_value() || !HoldsValid(now) || !record_.line_ended.empty()) {
    come_at(record_.retry_at);
  } else {
    come_at(std::max({RenewAt(), RestsUntil(now), record_.retry_at}));
    if (!ClockIsAhead()) {
      come_at(record_.plan.ask_at);
    }
  }
  if (HoldsValid(now)) {
    come_at(held_.not_after + clock_ahead_ + absl::Seconds(1));
    // What waits for another certificate to be tried, or for files, comes with that.
    if (surroundings_.outputs != nullptr && record_.pending.empty()) {
      come_at(outputs_due_ ? place_at_ : hooks_.due());
    }
  }
  return next;
}

}  // namespace fleetca::client
