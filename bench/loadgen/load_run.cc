#include "bench/loadgen/load_run.h"

#include <algorithm>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_format.h"
#include "base/process_usage.h"
#include "bench/loadgen/interruption.h"

namespace fleetca::loadgen {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
// Answers must be read also when more is due than this machine can send.
constexpr int kSendsBetweenAnswers = 32;
// How long to send what is overdue when the measurement ends.
constexpr int64_t kBacklogNs = kSecondNs;
constexpr int64_t kDrainNs = 5 * kSecondNs;
constexpr int64_t kInterruptedDrainNs = kSecondNs;
// With nothing but failures for so long there is nothing to measure.
constexpr int64_t kFailingNs = 5 * kSecondNs;
constexpr uint64_t kFailingCalls = 100;

Schedule ScheduleFor(const LoadPlan& plan, const RunSpec& spec, size_t capacity) {
  if (spec.rate.has_value()) {
    return Schedule::OpenLoop(*spec.rate, plan.arrivals);
  }
  const size_t connections = plan.shape == Shape::kStream ? plan.connections : 1;
  return Schedule::ClosedLoop(std::min(plan.outstanding * connections, capacity));
}

}  // namespace

LoadRun::LoadRun(const RunEquipment& equipment, const RunSpec& spec)
    : equipment_(equipment),
      spec_(spec),
      schedule_(ScheduleFor(equipment.plan, spec, equipment.operation.capacity())) {}

RunResult LoadRun::Run() {
  equipment_.operation.set_on_outcome([this](const CallOutcome& outcome) { OnOutcome(outcome); });
  start_ns_ = last_success_ns_ = next_progress_ns_ = MonotonicNow();
  opens_at_ns_ = start_ns_ + absl::ToInt64Nanoseconds(spec_.warm_up);
  closes_at_ns_ = opens_at_ns_ + absl::ToInt64Nanoseconds(spec_.duration);
  schedule_.Start(start_ns_);
  while (true) {
    const int64_t now_ns = MonotonicNow();
    if (!open_ && now_ns >= opens_at_ns_) {
      Open(now_ns);
    }
    if (const absl::string_view why = ReasonToStop(now_ns); !why.empty()) {
      Close(now_ns, why);
      if (why == "duration") {
        SendBacklog(now_ns);
      }
      break;
    }
    ShowProgress(now_ns);
    SendDue();
    equipment_.loop.RunOne(
        std::min(open_ ? closes_at_ns_ : opens_at_ns_, MaySend() ? schedule_.NextNs() : INT64_MAX));
  }
  Drain();
  result_.totals = measurement_.Totals();
  if (spec_.rate.has_value() && result_.totals.measured_s > 0) {
    result_.offered_per_s =
        static_cast<double>(result_.totals.calls + result_.totals.dropped_sends) /
        result_.totals.measured_s;
  }
  if (before_.has_value() && after_.has_value()) {
    result_.server = ServerWindowBetween(*before_, *after_);
  }
  return result_;
}

void LoadRun::OnOutcome(CallOutcome outcome) {
  --in_flight_;
  if (!outcome.answered && cancelled_) {
    outcome.abandoned = true;
    outcome.errors = {"CANCELLED UNANSWERED"};
  } else if (!outcome.answered && !outcome.errors.empty()) {
    outcome.abandoned = absl::StartsWith(outcome.errors.front(), "DEADLINE_EXCEEDED");
  }
  if (outcome.answered || !outcome.expected_refusals.empty()) {
    last_success_ns_ = outcome.done_ns;
    failures_since_ = 0;
  } else {
    ++failures_since_;
  }
  measurement_.Done(outcome);
}

void LoadRun::Open(int64_t now_ns) {
  open_ = true;
  closes_at_ns_ = now_ns + absl::ToInt64Nanoseconds(spec_.duration);
  measurement_.Open(now_ns);
  client_cpu_s_ = ClientCpuSeconds();
  if (equipment_.probe != nullptr) {
    equipment_.probe->Reset();
  }
  if (equipment_.statistics != nullptr) {
    equipment_.statistics->ReadLater([this](auto read) { before_ = std::move(read); });
  }
}

void LoadRun::Close(int64_t now_ns, absl::string_view why) {
  if (!open_) {
    Open(now_ns);  // stopped in the warm-up: an empty window
  }
  result_.stopped = std::string(why);
  measurement_.Close(now_ns);
  result_.client_cpu_s = ClientCpuSeconds() - client_cpu_s_;
  if (equipment_.probe != nullptr) {
    result_.raw_us = equipment_.probe->MeanUs();
  }
  if (equipment_.statistics != nullptr && !equipment_.statistics->pending()) {
    equipment_.statistics->ReadLater([this](auto read) { after_ = std::move(read); });
  }
}

absl::string_view LoadRun::ReasonToStop(int64_t now_ns) const {
  if (Interrupted()) {
    return "interrupted";
  }
  if (failures_since_ >= kFailingCalls && now_ns - last_success_ns_ >= kFailingNs) {
    return "failing";
  }
  if (!open_) {
    return "";
  }
  if (now_ns >= closes_at_ns_) {
    return "duration";
  }
  return !MaySend() && in_flight_ == 0 ? "requests" : "";
}

void LoadRun::SendBacklog(int64_t closed_ns) {
  const int64_t give_up_ns = closed_ns + kBacklogNs;
  for (int i = 1; schedule_.open_loop() && MaySend(); ++i) {
    const std::optional<int64_t> intended_ns = schedule_.TakeDue(closed_ns - 1, in_flight_);
    if (!intended_ns.has_value()) {
      return;
    }
    const int64_t now_ns = MonotonicNow();
    if (now_ns < give_up_ns) {
      SendOne(*intended_ns, now_ns);
    } else {
      measurement_.Dropped(*intended_ns);
    }
    if (i % kSendsBetweenAnswers == 0) {
      equipment_.loop.RunOne(now_ns);
    }
  }
}

bool LoadRun::MaySend() const {
  return spec_.max_requests == 0 || measurement_.calls() < spec_.max_requests;
}

void LoadRun::SendDue() {
  for (int i = 0; i < kSendsBetweenAnswers && MaySend(); ++i) {
    const int64_t now_ns = MonotonicNow();
    const std::optional<int64_t> intended_ns = schedule_.TakeDue(now_ns, in_flight_);
    if (!intended_ns.has_value()) {
      return;
    }
    SendOne(*intended_ns, now_ns);
  }
}

void LoadRun::SendOne(int64_t intended_ns, int64_t now_ns) {
  if (in_flight_ >= equipment_.plan.max_outstanding) {
    measurement_.Dropped(intended_ns);
    return;
  }
  measurement_.Sent(intended_ns, now_ns);
  ++in_flight_;
  equipment_.operation.Send(intended_ns);
}

void LoadRun::Drain() {
  const int64_t patience_ns = result_.stopped == "interrupted" ? kInterruptedDrainNs : kDrainNs;
  const int64_t give_up_ns = MonotonicNow() + patience_ns;
  const auto pending = [this] {
    return in_flight_ > 0 || (equipment_.statistics != nullptr && equipment_.statistics->pending());
  };
  while (pending()) {
    const int64_t now_ns = MonotonicNow();
    if (now_ns >= give_up_ns && !cancelled_) {
      cancelled_ = true;
      equipment_.operation.Cancel();
    }
    equipment_.loop.RunOne(cancelled_ ? INT64_MAX : give_up_ns);
  }
}

void LoadRun::ShowProgress(int64_t now_ns) {
  if (now_ns < next_progress_ns_) {
    return;
  }
  next_progress_ns_ = now_ns + kSecondNs;
  const std::string rate =
      spec_.rate.has_value() ? absl::StrFormat("offering %.0f/s, ", *spec_.rate) : "";
  if (!open_) {
    equipment_.progress.Show(absl::StrFormat("warm-up: %s%d in flight", rate, in_flight_));
    return;
  }
  const SecondTotals& second = measurement_.last_second();
  equipment_.progress.Show(
      absl::StrFormat("%.0f of %.0f s: %s%d certificates/s, %d errors/s, p99 %.2f ms, %d in flight",
                      static_cast<double>(now_ns - opens_at_ns_) / kSecondNs,
                      absl::ToDoubleSeconds(spec_.duration), rate, second.certificates,
                      second.errors, static_cast<double>(second.p99_us) / 1000, in_flight_));
}

double LoadRun::ClientCpuSeconds() const {
  const absl::StatusOr<ProcessUsage> usage = ReadProcessUsage();
  if (!usage.ok()) {
    return 0;
  }
  const double probe_s = equipment_.probe != nullptr ? equipment_.probe->cpu_s() : 0;
  return absl::ToDoubleSeconds(usage->user_cpu + usage->system_cpu) - probe_s;
}

}  // namespace fleetca::loadgen
