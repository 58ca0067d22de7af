#include "service/time/time_witness.h"

#include <sys/timex.h>

#include <cerrno>
#include <cstring>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/time_since_boot.h"

namespace fleetca::service {
namespace {

// Between two readings of the clock.
constexpr absl::Duration kReadingsApart = absl::Seconds(1);

class SystemTimeWitness : public TimeWitness {
 public:
  absl::Duration Uptime() const override { return TimeSinceBoot() - absl::UnixEpoch(); }

  bool Vouches(absl::Time now) const override {
    timex kernel{};
    // Reads alone. The state is TIME_ERROR until a time service keeps the clock.
    const int state = adjtimex(&kernel);
    if (state < 0 || state == TIME_ERROR || (kernel.status & STA_UNSYNC) != 0) {
      return false;
    }
    const bool nanoseconds = (kernel.status & STA_NANO) != 0;
    const absl::Time shown = absl::FromUnixSeconds(kernel.time.tv_sec) +
                             (nanoseconds ? absl::Nanoseconds(kernel.time.tv_usec)
                                          : absl::Microseconds(kernel.time.tv_usec));
    return absl::AbsDuration(shown - now) < kReadingsApart;
  }

  absl::Status CheckMayAsk() const override {
    timex kernel{};
    if (adjtimex(&kernel) >= 0) {
      return absl::OkStatus();
    }
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat(
            "The kernel cannot be asked whether a time service keeps the clock: adjtimex: ",
            std::strerror(errno),
            ". After more than clock.max_ahead without this server, and after the clock "
            "was set ahead, an operator has to run `fleetca store set-clock` even where "
            "the clock is right. Allow the system call (systemd: ProtectClock=no; it "
            "reads alone, and CAP_SYS_TIME is not needed)"));
  }
};

}  // namespace

const TimeWitness& TimeWitness::System() {
  static const auto* const witness = new SystemTimeWitness();
  return *witness;
}

}  // namespace fleetca::service
