#include "bench/loadgen/measurement.h"

#include <algorithm>

namespace fleetca::loadgen {
namespace {

constexpr int64_t kSecondNs = 1'000'000'000;
constexpr int64_t kLateNs = 1'000'000;

uint64_t Microseconds(int64_t ns) { return ns <= 0 ? 0 : static_cast<uint64_t>(ns) / 1000; }

}  // namespace

void Measurement::Open(int64_t now_ns) {
  opened_ns_ = now_ns;
  second_ns_ = now_ns + kSecondNs;
}

void Measurement::Close(int64_t now_ns) {
  Tick(now_ns);
  closed_ns_ = now_ns;
  second_ns_ = INT64_MAX;
  totals_.measured_s = static_cast<double>(closed_ns_ - opened_ns_) / kSecondNs;
}

void Measurement::Sent(int64_t intended_ns, int64_t sent_ns) {
  if (!InWindow(intended_ns)) {
    return;
  }
  ++totals_.calls;
  const int64_t late_ns = sent_ns - intended_ns;
  totals_.late_sends += late_ns > kLateNs ? 1 : 0;
  totals_.most_late_us = std::max(totals_.most_late_us, Microseconds(late_ns));
}

void Measurement::Dropped(int64_t intended_ns) {
  totals_.dropped_sends += InWindow(intended_ns) ? 1 : 0;
}

void Measurement::Done(const CallOutcome& outcome) {
  Tick(outcome.done_ns);
  if (InWindow(outcome.done_ns)) {
    totals_.answered_calls += outcome.answered ? 1 : 0;
    totals_.certificates += outcome.certificates;
    second_.certificates += outcome.certificates;
    second_.errors += outcome.errors.size();
  }
  if (InWindow(outcome.intended_ns)) {
    RecordParts(outcome);
  }
}

void Measurement::RecordParts(const CallOutcome& outcome) {
  if (outcome.answered || outcome.abandoned) {
    latency_us_.Record(Microseconds(outcome.done_ns - outcome.intended_ns));
  }
  if (outcome.handshake_ns.has_value()) {
    handshake_us_.Record(Microseconds(*outcome.handshake_ns));
  }
  if (outcome.issue_ns.has_value()) {
    issue_us_.Record(Microseconds(*outcome.issue_ns));
  }
  for (const std::string& error : outcome.errors) {
    ++totals_.errors[error];
  }
  for (const std::string& refusal : outcome.expected_refusals) {
    ++totals_.expected_refusals[refusal];
  }
}

void Measurement::Tick(int64_t now_ns) {
  while (now_ns >= second_ns_) {
    const HistogramSnapshot latency = latency_us_.Snapshot();
    second_.t = static_cast<double>(second_ns_ - opened_ns_) / kSecondNs;
    second_.p99_us = latency.Since(before_second_).Quantile(0.99);
    totals_.per_second.push_back(second_);
    last_second_ = second_;
    second_ = SecondTotals();
    before_second_ = latency;
    second_ns_ += kSecondNs;
  }
}

CallTotals Measurement::Totals() const {
  CallTotals totals = totals_;
  totals.latency_us = latency_us_.Snapshot();
  totals.handshake_us = handshake_us_.Snapshot();
  totals.issue_us = issue_us_.Snapshot();
  return totals;
}

}  // namespace fleetca::loadgen
