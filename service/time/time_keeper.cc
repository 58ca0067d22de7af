#include "service/time/time_keeper.h"

#include <chrono>

#include "absl/memory/memory.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kSayInterval = absl::Minutes(1);

absl::Duration SteadyNow() {
  return absl::FromChrono(std::chrono::steady_clock::now().time_since_epoch());
}

}  // namespace

absl::StatusOr<std::unique_ptr<TimeKeeper>> TimeKeeper::Start(const ClockRule& rule,
                                                              store::Store& store,
                                                              absl::Duration note_interval,
                                                              absl::Duration look_interval) {
  auto keeper = absl::WrapUnique(new TimeKeeper(rule, store, note_interval));
  keeper->Look(SteadyNow());
  FLEETCA_ASSIGN_OR_RETURN(keeper->work_,
                           RepeatedWork::Start("time", look_interval, [self = keeper.get()] {
                             self->Look(SteadyNow());
                             return false;
                           }));
  return keeper;
}

TimeKeeper::~TimeKeeper() {
  work_ = nullptr;
  // The last time that this server knows of.
  noted_at_ = -absl::InfiniteDuration();
  Look(SteadyNow());
}

void TimeKeeper::Look(absl::Duration looked_at) {
  const absl::StatusOr<absl::Time> now = rule_.Now();
  Log(now.status(), looked_at);
  if (!now.ok() || looked_at < noted_at_ + note_interval_) {
    return;
  }
  noted_at_ = looked_at;
  // A store that does not write says so for whoever asks for a certificate, and to health.
  store_.NoteTime(*now).IgnoreError();
}

void TimeKeeper::Log(const absl::Status& status, absl::Duration looked_at) {
  if (!status.ok() && (!refused_ || looked_at >= said_at_ + kSayInterval)) {
    log::Error("The clock is refused, and nothing is issued or accepted",
               {{"reason", status.message()}});
    said_at_ = looked_at;
  } else if (status.ok() && refused_) {
    log::Info("The clock is believed again");
  }
  refused_ = !status.ok();
}

}  // namespace fleetca::service
