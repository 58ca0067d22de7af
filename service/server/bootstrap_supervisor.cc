#include "service/server/bootstrap_supervisor.h"

#include <sys/socket.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/steady_time.h"

namespace fleetca::service {
namespace {

constexpr absl::Duration kStartTime = absl::Minutes(1);
constexpr absl::Duration kFirstPause = absl::Milliseconds(100);
constexpr absl::Duration kLongestPause = absl::Seconds(3);
// A process that lasted so long was well.
constexpr absl::Duration kLasted = absl::Seconds(30);
// A little more than it takes the process to start again.
constexpr absl::Duration kOverlooked = absl::Seconds(1);
// The process says something every two seconds.
constexpr absl::Duration kLookInterval = absl::Seconds(1);
constexpr int kLooksUntilUnwell = 5;
constexpr int kLooksUntilKilled = 15;
constexpr int kLooksUntilStarted = 60;
// The process gives its calls two seconds.
constexpr absl::Duration kStopTime = absl::Seconds(4);

}  // namespace

BootstrapSupervisor::BootstrapSupervisor(BootstrapProcessOptions options)
    : program_(std::move(options.program)),
      arguments_(std::move(options.arguments)),
      adopt_(std::move(options.adopt)),
      sockets_(std::move(options.sockets)) {}

absl::Status BootstrapSupervisor::Start() {
  FLEETCA_ASSIGN_OR_RETURN(thread_, Thread::Start("bootstrap", [this] { Run(); }));
  FLEETCA_ASSIGN_OR_RETURN(watch_, Thread::Start("bootstrap_watch", [this] { Watch(); }));
  absl::MutexLock lock(&mutex_);
  const auto is_decided = [this]() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_) {
    return reported_.has_value() || !status_.ok();
  };
  if (!mutex_.AwaitWithTimeout(absl::Condition(&is_decided), kStartTime)) {
    return Unavailable(Reason::kInternal,
                       "The process of the bootstrap port did not start within a minute");
  }
  return reported_.value_or(status_);
}

BootstrapSupervisor::~BootstrapSupervisor() {
  BeginStop();
  {
    absl::MutexLock lock(&mutex_);
    if (process_ != nullptr) {
      process_->Signal(SIGKILL);
    }
  }
  thread_.Join();
  watch_.Join();
}

void BootstrapSupervisor::Reported(const absl::Status& status) {
  absl::MutexLock lock(&mutex_);
  reported_ = status;
  status_ = status;
  silent_looks_ = 0;
  if (status.ok() && failing_since_ != absl::InfiniteFuture()) {
    log::Info("The bootstrap port is served again",
              {{"seconds", absl::ToInt64Seconds(SteadyTime() - failing_since_)}});
  }
  failing_since_ = status.ok() ? absl::InfiniteFuture() : std::min(failing_since_, SteadyTime());
}

void BootstrapSupervisor::Heard(const absl::Status& listener) {
  absl::MutexLock lock(&mutex_);
  listener_ = listener;
  silent_looks_ = 0;
}

void BootstrapSupervisor::EndMisbehaved(absl::string_view what) {
  absl::MutexLock lock(&mutex_);
  if (process_ != nullptr && !std::exchange(killed_, true)) {
    log::Error("The process of the bootstrap port is killed: someone may have taken it over",
               {{"reason", what}});
    process_->Signal(SIGKILL);
  }
}

absl::Status BootstrapSupervisor::status() const {
  absl::MutexLock lock(&mutex_);
  if (!status_.ok()) {
    return SteadyTime() - failing_since_ < kOverlooked ? absl::OkStatus() : status_;
  }
  if (silent_looks_ >= kLooksUntilUnwell) {
    return Unavailable(Reason::kInternal,
                       "The process of the bootstrap port says nothing; it is killed and started "
                       "again when that goes on");
  }
  return listener_;
}

void BootstrapSupervisor::BeginStop() {
  absl::MutexLock lock(&mutex_);
  stopping_ = true;
  stop_runs_.Set();
  stop_watch_.Set();
  sockets_.clear();
  if (process_ != nullptr) {
    process_->Signal(SIGTERM);
  }
}

void BootstrapSupervisor::FinishStop() {
  {
    absl::MutexLock lock(&mutex_);
    if (!mutex_.AwaitWithTimeout(absl::Condition(&ended_), kStopTime) && process_ != nullptr) {
      log::Warning("The process of the bootstrap port does not stop, and is killed");
      process_->Signal(SIGKILL);
    }
  }
  thread_.Join();
  watch_.Join();
}

void BootstrapSupervisor::Watch() {
  while (true) {
    stop_watch_.WaitFor(kLookInterval);
    absl::MutexLock lock(&mutex_);
    if (stopping_) {
      return;
    }
    LookForSilence();
  }
}

void BootstrapSupervisor::LookForSilence() {
  if (process_ == nullptr) {
    return;
  }
  ++silent_looks_;
  if (silent_looks_ == (reported_.has_value() ? kLooksUntilKilled : kLooksUntilStarted)) {
    log::Error("The process of the bootstrap port says nothing, and is killed",
               {{"seconds", absl::ToInt64Seconds(silent_looks_ * kLookInterval)}});
    process_->Signal(SIGKILL);
  }
}

void BootstrapSupervisor::Run() {
  absl::Duration pause = kFirstPause;
  while (true) {
    const absl::Time began = SteadyTime();
    const bool again = RunOnce();
    if (SteadyTime() - began > kLasted) {
      pause = kFirstPause;
    }
    if (again) {
      stop_runs_.WaitFor(pause);
    }
    absl::MutexLock lock(&mutex_);
    if (!again || stopping_) {
      ended_ = true;
      return;
    }
    pause = std::min(2 * pause, kLongestPause);
  }
}

bool BootstrapSupervisor::RunOnce() {
  std::shared_ptr<ChildProcess> process;
  Descriptor relay;
  {
    absl::MutexLock lock(&mutex_);
    if (stopping_) {
      return false;
    }
    reported_.reset();
    listener_ = absl::OkStatus();
    silent_looks_ = 0;
    killed_ = false;
    absl::StatusOr<std::shared_ptr<ChildProcess>> started = StartProcess(&relay);
    if (!started.ok()) {
      Fail(started.status());
      return true;
    }
    process = *started;
    process_ = process;
  }
  // Without the lock: what comes in by it calls Reported.
  adopt_(std::move(relay));
  const std::string how = process->Wait();
  absl::MutexLock lock(&mutex_);
  process_ = nullptr;
  if (stopping_) {
    return false;
  }
  Fail(Unavailable(Reason::kInternal,
                   absl::StrCat("The process of the bootstrap port has ended: ", how)));
  return true;
}

void BootstrapSupervisor::Fail(const absl::Status& why) {
  // What it said of its start tells more than how it ended.
  if (!reported_.has_value() || reported_->ok()) {
    status_ = why;
  }
  failing_since_ = std::min(failing_since_, SteadyTime());
  log::Error("The bootstrap port is not served until its process has started again",
             {{"reason", status_.message()}, {"end", why.message()}});
}

absl::StatusOr<std::shared_ptr<ChildProcess>> BootstrapSupervisor::StartProcess(Descriptor* relay) {
  int ends[2] = {-1, -1};
  if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, ends) != 0) {
    return Unavailable(Reason::kInternal,
                       absl::StrCat("The kernel gives no pair of sockets: ", std::strerror(errno)));
  }
  relay->Reset(ends[0]);
  const Descriptor its(ends[1]);
  std::vector<int> given = {its.get()};
  for (const Descriptor& socket : sockets_) {
    given.push_back(socket.get());
  }
  FLEETCA_ASSIGN_OR_RETURN(std::unique_ptr<ChildProcess> process,
                           ChildProcess::Start(program_, arguments_, given));
  return std::shared_ptr<ChildProcess>(std::move(process));
}

}  // namespace fleetca::service
