// A machine whose uptime follows a test's clock until the test sets that clock.
#ifndef FLEETCA_TESTS_TESTING_FAKE_TIME_WITNESS_H_
#define FLEETCA_TESTS_TESTING_FAKE_TIME_WITNESS_H_

#include <atomic>

#include "absl/time/time.h"
#include "service/time/time_witness.h"
#include "tests/testing/fake_clock.h"

namespace fleetca::testing {

// Time that passes is FakeClock::Advance; SetClock moves the wall clock alone. The clock outlives
// it.
class FakeTimeWitness : public service::TimeWitness {
 public:
  explicit FakeTimeWitness(FakeClock& clock) : clock_(clock) {}

  absl::Duration Uptime() const override {
    return clock_.Now() - absl::FromUnixSeconds(0) - absl::Nanoseconds(set_.load());
  }
  bool Vouches(absl::Time /*now*/) const override { return vouches; }

  // As an operator does, or a wrong time service.
  void SetClock(absl::Duration by) {
    set_ += absl::ToInt64Nanoseconds(by);
    clock_.Advance(by);
  }

  std::atomic<bool> vouches = false;

 private:
  FakeClock& clock_;
  std::atomic<int64_t> set_{0};
};

}  // namespace fleetca::testing

#endif  // FLEETCA_TESTS_TESTING_FAKE_TIME_WITNESS_H_
