#include "service/time/clock_rule.h"

#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/time_text.h"

namespace fleetca::service {
namespace {

constexpr absl::string_view kRemedy =
    " If the clock is right, stop the server and run `fleetca store set-clock "
    "--i-checked-the-time --config FILE`; else set the clock.";

absl::Status Refused(absl::Time now, absl::string_view why) {
  return Unavailable(
      Reason::kClockRefused,
      absl::StrCat("The CA's clock shows ", TimeToText(now), ", but ", why,
                   "; nothing is issued or accepted until that is settled.", kRemedy));
}

}  // namespace

absl::StatusOr<absl::Time> ClockRule::Now() const {
  const absl::Time now = clock_.Now();
  const absl::Time latest = store_.latest_time();
  if (now < latest - limits_.behind) {
    return Refused(now, absl::StrCat("the store noted ", TimeToText(latest),
                                     " before: the clock was set back, or was ahead once"));
  }
  const absl::Duration uptime = witness_.Uptime();
  absl::MutexLock lock(&mutex_);
  if (started_.has_value()) {
    const absl::Time expected = *started_ + uptime;
    if (now <= expected + limits_.ahead) {
      return now;
    }
    if (!witness_.Vouches(now)) {
      return Refused(now, absl::StrCat("by the machine's uptime it is ", TimeToText(expected),
                                       ": the clock was set ahead"));
    }
  } else if (latest > absl::UnixEpoch() && now > latest + limits_.ahead && !witness_.Vouches(now)) {
    return Refused(
        now,
        absl::StrCat("the latest time that the store noted is ", TimeToText(latest),
                     ", and no time service is known to keep the clock: the clock is ahead, or "
                     "the CA was off for long"));
  }
  started_ = now - uptime;
  return now;
}

}  // namespace fleetca::service
