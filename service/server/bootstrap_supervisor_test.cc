#include "service/server/bootstrap_supervisor.h"

#include <gtest/gtest.h>
#include <poll.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <memory>
#include <string>
#include <thread>
#include <utility>

#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

// Says its number at the pair's end, and stays.
constexpr char kLasts[] = "echo $$ >&3; exec sleep 600";

// Supervises a script of sh, and says in its place how the start went: `reports` says it of each
// run whose end of the pair comes in.
class BootstrapSupervisorTest : public ::testing::Test {
 protected:
  void Supervise(const std::string& script) {
    supervisor_ = std::make_unique<BootstrapSupervisor>(BootstrapProcessOptions{
        .program = "/bin/sh", .arguments = {"-c", script}, .adopt = [this](Descriptor relay) {
          absl::MutexLock lock(&mutex_);
          relay_ = std::move(relay);
          ++runs_;
        }});
    reporter_ = std::thread([this] { Report(); });
  }

  // For the service that a process reports to.
  void Report() {
    int reported = 0;
    while (true) {
      absl::Status status;
      {
        absl::MutexLock lock(&mutex_);
        const auto due = [this, &reported] { return done_ || runs_ > reported; };
        mutex_.Await(absl::Condition(&due));
        if (done_) {
          return;
        }
        reported = runs_;
        if (silent_) {
          continue;
        }
        status = report_;
      }
      supervisor_->Reported(status);
    }
  }

  void TearDown() override {
    {
      absl::MutexLock lock(&mutex_);
      done_ = true;
    }
    reporter_.join();
    supervisor_.reset();
  }

  // Ends the run of kLasts that is under way.
  void KillRun() {
    Descriptor relay;
    {
      absl::MutexLock lock(&mutex_);
      relay = std::move(relay_);
    }
    pollfd readable = {.fd = relay.get(), .events = POLLIN, .revents = 0};
    ASSERT_EQ(poll(&readable, 1, 60'000), 1);
    char text[32] = {};
    ASSERT_GT(read(relay.get(), text, sizeof(text) - 1), 0);
    ASSERT_GT(std::atoi(text), 1);
    kill(std::atoi(text), SIGKILL);
  }

  int AwaitRuns(int runs) {
    absl::MutexLock lock(&mutex_);
    const auto there = [this, runs] { return runs_ >= runs; };
    mutex_.AwaitWithTimeout(absl::Condition(&there), absl::Seconds(60));
    return runs_;
  }

  bool AwaitStatus(bool ok) {
    const absl::Time deadline = absl::Now() + absl::Seconds(60);
    while (supervisor_->status().ok() != ok && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    return supervisor_->status().ok() == ok;
  }

  absl::Mutex mutex_;
  Descriptor relay_;
  int runs_ = 0;
  bool silent_ = false;
  bool done_ = false;
  absl::Status report_;
  std::unique_ptr<BootstrapSupervisor> supervisor_;
  std::thread reporter_;
};

TEST_F(BootstrapSupervisorTest, SaysOnceThatItIsServedAgain) {
  ::testing::internal::CaptureStderr();
  Supervise(kLasts);
  const absl::Status started = supervisor_->Start();
  KillRun();
  const int runs = AwaitRuns(2);
  // The report of the second run comes after its start.
  absl::SleepFor(absl::Seconds(2));
  supervisor_->Reported(absl::OkStatus());
  const std::string log = ::testing::internal::GetCapturedStderr();
  FLEETCA_EXPECT_OK(started);
  EXPECT_GE(runs, 2);
  const size_t said = log.find("The bootstrap port is served again");
  EXPECT_NE(said, std::string::npos) << log;
  EXPECT_EQ(log.find("served again", said + 30), std::string::npos) << log;
}

TEST_F(BootstrapSupervisorTest, StartsItAgainWhenItEnds) {
  Supervise(kLasts);
  FLEETCA_ASSERT_OK(supervisor_->Start());
  FLEETCA_EXPECT_OK(supervisor_->status());
  for (int run = 2; run < 5; ++run) {
    KillRun();
    EXPECT_GE(AwaitRuns(run), run);
  }
  EXPECT_TRUE(AwaitStatus(true));
  supervisor_->BeginStop();
  supervisor_->FinishStop();
}

TEST_F(BootstrapSupervisorTest, WhatIsWrongWithTheStartIsToldAndLater) {
  Supervise(kLasts);
  FLEETCA_ASSERT_OK(supervisor_->Start());
  {
    absl::MutexLock lock(&mutex_);
    report_ = FailedPrecondition(Reason::kFileMissing, "server.key is not there");
  }
  KillRun();
  ASSERT_TRUE(AwaitStatus(false));
  EXPECT_THAT(supervisor_->status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  {
    absl::MutexLock lock(&mutex_);
    report_ = absl::OkStatus();
  }
  KillRun();
  EXPECT_TRUE(AwaitStatus(true)) << supervisor_->status();
}

TEST_F(BootstrapSupervisorTest, TheFirstStartFailsWithWhatWasReported) {
  report_ = FailedPrecondition(Reason::kFileInvalid, "ci.jwks.json is not a JWK set");
  Supervise(kLasts);
  EXPECT_THAT(supervisor_->Start(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

TEST_F(BootstrapSupervisorTest, OneThatEndsWithoutAWordIsAnError) {
  silent_ = true;
  Supervise("exit 7");
  const absl::Status status = supervisor_->Start();
  EXPECT_THAT(status, IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
  EXPECT_NE(status.message().find("exit status 7"), absl::string_view::npos) << status;
}

TEST_F(BootstrapSupervisorTest, WhatItSaysOfItsListenerIsTold) {
  Supervise(kLasts);
  FLEETCA_ASSERT_OK(supervisor_->Start());
  supervisor_->Heard(Unavailable(Reason::kInternal, "The listener is out of order"));
  EXPECT_THAT(supervisor_->status(), IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
  EXPECT_EQ(supervisor_->status().message(), "The listener is out of order");
  supervisor_->Heard(absl::OkStatus());
  FLEETCA_EXPECT_OK(supervisor_->status());
  // The next run has a listener of its own.
  supervisor_->Heard(Unavailable(Reason::kInternal, "The listener is out of order"));
  KillRun();
  EXPECT_GE(AwaitRuns(2), 2);
  EXPECT_TRUE(AwaitStatus(true)) << supervisor_->status();
}

TEST_F(BootstrapSupervisorTest, OneThatLivesAndSaysNothingIsKilledAndStartedAgain) {
  Supervise(kLasts);
  FLEETCA_ASSERT_OK(supervisor_->Start());
  const absl::Time began = absl::Now();
  // As long as it is heard, it stays.
  while (absl::Now() - began < absl::Seconds(8)) {
    supervisor_->Heard(absl::OkStatus());
    FLEETCA_EXPECT_OK(supervisor_->status());
    absl::SleepFor(absl::Milliseconds(500));
  }
  const absl::Time silent_since = absl::Now();
  EXPECT_TRUE(AwaitStatus(false));
  EXPECT_NE(supervisor_->status().message().find("says nothing"), absl::string_view::npos)
      << supervisor_->status();
  EXPECT_EQ(AwaitRuns(1), 1);
  EXPECT_GE(AwaitRuns(2), 2);
  EXPECT_GE(absl::Now() - silent_since, absl::Seconds(13));
  EXPECT_TRUE(AwaitStatus(true)) << supervisor_->status();
}

TEST_F(BootstrapSupervisorTest, OneThatMisbehavesIsKilledAndStartedAgain) {
  Supervise(kLasts);
  FLEETCA_ASSERT_OK(supervisor_->Start());
  for (int i = 0; i < 3; ++i) {
    supervisor_->EndMisbehaved("It asks too much");
  }
  EXPECT_EQ(AwaitRuns(2), 2);
  EXPECT_TRUE(AwaitStatus(true)) << supervisor_->status();
}

TEST_F(BootstrapSupervisorTest, OneThatDoesNotStopIsKilled) {
  Supervise("trap '' TERM; while :; do sleep 1; done");
  FLEETCA_ASSERT_OK(supervisor_->Start());
  const absl::Time began = absl::Now();
  supervisor_->BeginStop();
  supervisor_->FinishStop();
  EXPECT_GE(absl::Now() - began, absl::Seconds(3));
  EXPECT_EQ(AwaitRuns(1), 1);
}

}  // namespace
}  // namespace fleetca::service
