#include "bench/stage.h"

#include <algorithm>

#include "bench/cpu_time.h"

namespace fleetca::bench {
namespace {

// Reading a CPU clock is a system call: so many certificates share one.
constexpr size_t kCertificatesATurn = 64;
constexpr int kReferencesATurn = 4;
// The references together take about as long as the stage, or this long around it.
constexpr double kShareOfStage = 0.5;
constexpr double kSecondsAround = 0.01;

// Something to compare the stage with, and what it has cost so far.
class Reference {
 public:
  explicit Reference(const std::function<void()>& run) : run_(run) {}

  // Runs until it has cost `seconds` of CPU time since it was made.
  void RunUntil(double seconds) {
    while (run_ && seconds_ < seconds) {
      const double start = ThreadCpuSeconds();
      for (int i = 0; i < kReferencesATurn; ++i) {
        run_();
      }
      seconds_ += ThreadCpuSeconds() - start;
      count_ += kReferencesATurn;
    }
  }
  void RunFor(double seconds) { RunUntil(seconds_ + seconds); }

  bool ran() const { return count_ > 0; }
  double microseconds() const { return seconds_ / count_ * 1e6; }

 private:
  const std::function<void()>& run_;
  double seconds_ = 0;
  int count_ = 0;
};

class StageRun {
 public:
  StageRun(benchmark::State& state, const Stage& stage)
      : state_(state), stage_(stage), raw_(stage.raw), obvious_(stage.obvious) {}

  void Run() {
    const bool alone = state_.threads() == 1;
    const size_t batches = std::max<size_t>(1, kCertificatesATurn / stage_.batch);
    if (!alone) {
      RunReferences();
    }
    double process = 0;
    double thread = 0;
    bool started = false;
    while (state_.KeepRunningBatch(static_cast<int64_t>(batches))) {
      if (!started) {
        started = true;  // all threads are here now
        process = ProcessCpuSeconds();
        thread = ThreadCpuSeconds();
      }
      RunTurn(batches);
      if (alone) {
        raw_.RunUntil(stage_seconds_ * kShareOfStage);
        obvious_.RunUntil(stage_seconds_ * kShareOfStage);
      }
    }
    process = ProcessCpuSeconds() - process;
    thread = ThreadCpuSeconds() - thread;
    if (!alone) {
      RunReferences();
    }
    // What ran on this thread and was not the stage is taken off the process's time. The other
    // threads prepared for about as long as this one.
    const double others = (thread - stage_seconds_) * state_.threads();
    Report(stage_.has_threads ? (process - others) / state_.threads() : stage_seconds_);
  }

 private:
  void RunReferences() {
    raw_.RunFor(kSecondsAround);
    obvious_.RunFor(kSecondsAround);
  }

  void RunTurn(size_t batches) {
    if (stage_.prepare) {
      stage_.prepare(batches);
    }
    const double cpu = ThreadCpuSeconds();
    const double wall = WallSeconds();
    for (size_t i = 0; i < batches; ++i) {
      stage_.run_batch();
    }
    state_.SetIterationTime(WallSeconds() - wall);
    stage_seconds_ += ThreadCpuSeconds() - cpu;
  }

  // `cpu_seconds` are one thread's share. The threads do the same; one speaks for all.
  void Report(double cpu_seconds) {
    const double certificates = static_cast<double>(state_.iterations()) * stage_.batch;
    state_.SetItemsProcessed(static_cast<int64_t>(certificates));
    if (state_.thread_index() != 0) {
      return;
    }
    const double cpu_us = cpu_seconds / certificates * 1e6;
    state_.counters["cpu_us"] = cpu_us;
    if (raw_.ran()) {
      state_.counters["raw_us"] = raw_.microseconds();
      state_.counters["ratio"] = cpu_us / raw_.microseconds();
    }
    if (obvious_.ran()) {
      state_.counters["obvious_us"] = obvious_.microseconds();
      state_.counters["gain"] = obvious_.microseconds() / cpu_us;
    }
  }

  benchmark::State& state_;
  const Stage& stage_;
  Reference raw_;
  Reference obvious_;
  double stage_seconds_ = 0;  // of this thread's CPU
};

}  // namespace

void MeasureStage(benchmark::State& state, const Stage& stage) { StageRun(state, stage).Run(); }

}  // namespace fleetca::bench
