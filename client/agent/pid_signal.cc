#include "client/agent/pid_signal.h"

#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/steady_time.h"
#include "client/agent/pid_file.h"
#include "client/agent/process_facts.h"

namespace fleetca::client {
namespace {

// How long a file or its process may be missing, as while a service restarts.
constexpr absl::Duration kMissing = absl::Seconds(2);
// How long a process must go on after it has taken the signal.
constexpr absl::Duration kMoment = absl::Milliseconds(500);
constexpr absl::Duration kBetweenLooks = absl::Milliseconds(20);
// Starts are known to the hundredth of a second, and a file system's times are as coarse.
constexpr absl::Duration kCoarse = absl::Milliseconds(50);
// A pid file is written soon after the start; a little more, as the clock may be slewed.
constexpr absl::Duration kSlack = absl::Seconds(5);

// What became of one look.
enum class Look { kDone, kNobody, kAgain };

class Signaller {
 public:
  explicit Signaller(const PidSignal& signal)
      : signal_(signal), deadline_(SteadyTime() + signal.timeout), begun_(SinceBoot()) {}

  absl::Status Run() {
    const absl::Time patience = SteadyTime() + std::min(kMissing, signal_.timeout);
    while (true) {
      const absl::StatusOr<Look> look = LookOnce();
      if (look.ok() && *look == Look::kDone) {
        return absl::OkStatus();
      }
      const bool nobody = look.ok() ? *look == Look::kNobody : MayComeBack(look.status());
      if (!look.ok() && !nobody) {
        return Annotate(look.status(), signal_.what);
      }
      if (SteadyTime() >= (nobody && !seen_ ? patience : deadline_)) {
        return Annotate(!look.ok() ? look.status()
                        : nobody   ? Nobody()
                                   : KeepsEnding(),
                        signal_.what);
      }
      if (stopped()) {
        return Annotate(Stopped(), signal_.what);
      }
      absl::SleepFor(kBetweenLooks);
    }
  }

 private:
  bool stopped() const { return signal_.stop != nullptr && signal_.stop->HasBeenNotified(); }

  static absl::Status Stopped() {
    return DeadlineExceeded(Reason::kDeadlineExceeded,
                            "the agent stopped before the process had taken the signal; the next "
                            "start sends it again");
  }

  absl::Status Nobody() const {
    return FailedPrecondition(
        Reason::kFileInvalid,
        absl::StrCat("no process has the number in ", signal_.pid_file,
                     "; start the service, or remove the file that it left behind"));
  }

  absl::Status KeepsEnding() const {
    return FailedPrecondition(
        Reason::kInternal,
        absl::StrCat("each process of ", signal_.pid_file,
                     " ended a moment after it had taken the signal; see what the service logs"));
  }

  // A service that restarts may leave no file, or an empty one, for a moment.
  bool MayComeBack(const absl::Status& error) const {
    const std::optional<Reason> reason = GetReason(error);
    return reason == Reason::kFileMissing || (seen_ && reason == Reason::kFileInvalid);
  }

  uint64_t Bit() const { return uint64_t{1} << (signal_.signal - 1); }

  // TERM and QUIT are sent to end a process.
  bool MayEndIt() const { return signal_.signal == SIGTERM || signal_.signal == SIGQUIT; }

  // By CLOCK_BOOTTIME where it started while this runs, as nobody sets that one; else by the date.
  bool StartedAfterChange(const ProcessFacts& facts) const {
    return facts.started >= begun_ || DateOf(facts) > signal_.changed_at + kCoarse;
  }

  static absl::Time DateOf(const ProcessFacts& facts) {
    return absl::Now() - (SinceBoot() - facts.started);
  }

  static bool HasEnded(const Descriptor& process, absl::Duration wait = absl::ZeroDuration()) {
    pollfd waited = {.fd = process.get(), .events = POLLIN, .revents = 0};
    return poll(&waited, 1, static_cast<int>(absl::ToInt64Milliseconds(wait))) > 0;
  }

  absl::StatusOr<Look> LookOnce() {
    const absl::StatusOr<PidFile> file = ReadPidFile(signal_.pid_file);
    if (!file.ok()) {
      return file.status();
    }
    const Descriptor process = HoldProcess(file->pid);
    if (!process.valid() && errno != ESRCH && errno != EINVAL && errno != ENOENT) {
      return FailedPrecondition(
          Reason::kInternal,
          absl::StrCat("process ", file->pid, " cannot be held: ", std::strerror(errno),
                       "; let this process open more files"));
    }
    const std::optional<ProcessFacts> facts = process.valid() ? FactsOf(file->pid) : std::nullopt;
    if (!facts.has_value() || HasEnded(process)) {
      return Look::kNobody;
    }
    if (absl::Status allowed = CheckWhose(*file, *facts); !allowed.ok()) {
      return allowed;
    }
    seen_ = true;
    if (StartedAfterChange(*facts) && (facts->started >= begun_ || !Handles(*facts))) {
      return Look::kDone;
    }
    if (IsStarting(*facts)) {
      return Look::kAgain;
    }
    if (absl::Status useful = CheckUse(*file, *facts); !useful.ok()) {
      return useful;
    }
    return Send(*file, process);
  }

  bool Handles(const ProcessFacts& facts) const { return (facts.handled & Bit()) != 0; }

  // Too young to have said what it does with the signal.
  bool IsStarting(const ProcessFacts& facts) const {
    return !MayEndIt() && !Handles(facts) && (facts.ignored & Bit()) == 0 &&
           SinceBoot() - facts.started < kMissing;
  }

  absl::Status CheckWhose(const PidFile& file, const ProcessFacts& facts) const {
    if (file.owner != 0 && file.owner != geteuid() && file.owner != facts.user) {
      return FailedPrecondition(Reason::kFilePermissions,
                                absl::StrCat(signal_.pid_file, " belongs to user ", file.owner,
                                             ", and process ", file.pid, " is user ", facts.user,
                                             "'s; have root or the service itself write the file"));
    }
    if (DateOf(facts) > file.written_at + kSlack) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat("process ", file.pid, " started after ", signal_.pid_file,
                       " was written, so it is another one than the service; restart the service, "
                       "which writes the file anew"));
    }
    return absl::OkStatus();
  }

  absl::Status CheckUse(const PidFile& file, const ProcessFacts& facts) const {
    if ((facts.ignored & Bit()) == 0 && (MayEndIt() || Handles(facts))) {
      return absl::OkStatus();
    }
    return FailedPrecondition(
        Reason::kConfigInvalid,
        absl::StrCat("process ", file.pid,
                     (facts.ignored & Bit()) != 0
                         ? " ignores the signal"
                         : " would be ended by the signal, which it does not "
                           "catch",
                     "; write the signal on which the service reads its files again, or "
                     "reload_unit"));
  }

  absl::StatusOr<Look> Send(const PidFile& file, const Descriptor& process) {
    if (SignalHeldProcess(process, signal_.signal) != 0) {
      if (errno == ESRCH) {
        return Look::kAgain;
      }
      return FailedPrecondition(
          Reason::kFilePermissions,
          absl::StrCat("process ", file.pid, " may not be signalled: ", std::strerror(errno),
                       "; run the agent as its user, or with CAP_KILL"));
    }
    while (!HasEnded(process)) {
      const std::optional<ProcessFacts> facts = FactsOf(file.pid);
      if (facts.has_value() && (facts->pending & Bit()) == 0) {
        return HasEnded(process, kMoment) ? Look::kAgain : Look::kDone;
      }
      if (stopped()) {
        return Stopped();
      }
      if (SteadyTime() >= deadline_) {
        return DeadlineExceeded(
            Reason::kDeadlineExceeded,
            absl::StrCat("process ", file.pid, " has not taken the signal after ",
                         absl::FormatDuration(signal_.timeout), "; see whether it is stopped"));
      }
      absl::SleepFor(kBetweenLooks);
    }
    return Look::kAgain;
  }

  const PidSignal& signal_;
  const absl::Time deadline_;
  const absl::Duration begun_;
  // Whether there was a process to signal, so that another will follow it.
  bool seen_ = false;
};

}  // namespace

absl::Status SignalByPidFile(const PidSignal& signal) { return Signaller(signal).Run(); }

}  // namespace fleetca::client
