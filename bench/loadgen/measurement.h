// What is counted while a load runs.
#ifndef FLEETCA_BENCH_LOADGEN_MEASUREMENT_H_
#define FLEETCA_BENCH_LOADGEN_MEASUREMENT_H_

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/histogram.h"
#include "bench/loadgen/call_outcome.h"

namespace fleetca::loadgen {

struct SecondTotals {
  double t = 0;  // its end, seconds after the window opened
  uint64_t certificates = 0;
  uint64_t errors = 0;
  uint64_t p99_us = 0;
};

struct CallTotals {
  double measured_s = 0;
  // Calls whose intended time lies in the window; what is below is of them.
  uint64_t calls = 0;
  uint64_t late_sends = 0;
  uint64_t most_late_us = 0;
  uint64_t dropped_sends = 0;
  std::map<std::string, uint64_t> errors;
  std::map<std::string, uint64_t> expected_refusals;
  HistogramSnapshot latency_us;  // of answered calls, and how long the others were waited for
  HistogramSnapshot handshake_us;
  HistogramSnapshot issue_us;
  // Answered within the window, whenever they were sent.
  uint64_t answered_calls = 0;
  uint64_t certificates = 0;
  std::vector<SecondTotals> per_second;
};

// A window of time in a run: the load begins before it opens and ends after it closes, so that what
// is counted was under load throughout. Times are nanoseconds of one clock. Thread-compatible.
class Measurement {
 public:
  Measurement() = default;

  void Open(int64_t now_ns);
  void Close(int64_t now_ns);

  // A call was sent at `sent_ns`; more than a millisecond after its time it counts as late.
  void Sent(int64_t intended_ns, int64_t sent_ns);
  // A call was due and not sent, as too many are in flight.
  void Dropped(int64_t intended_ns);
  void Done(const CallOutcome& outcome);
  // Ends the seconds that have passed.
  void Tick(int64_t now_ns);

  // Calls sent in the window so far.
  uint64_t calls() const { return totals_.calls; }
  // Of the last whole second.
  const SecondTotals& last_second() const { return last_second_; }

  CallTotals Totals() const;

 private:
  bool InWindow(int64_t time_ns) const { return time_ns >= opened_ns_ && time_ns < closed_ns_; }
  void RecordParts(const CallOutcome& outcome);

  int64_t opened_ns_ = INT64_MAX;
  int64_t closed_ns_ = INT64_MAX;
  CallTotals totals_;
  Histogram latency_us_;
  Histogram handshake_us_;
  Histogram issue_us_;

  // The second that runs.
  int64_t second_ns_ = INT64_MAX;
  SecondTotals second_;
  SecondTotals last_second_;
  HistogramSnapshot before_second_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_MEASUREMENT_H_
