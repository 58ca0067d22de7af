#include "base/signals.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <unistd.h>

#include "base/testing/in_child.h"

namespace fleetca {
namespace {

// Each test is in a process of its own, which the signals are for.

TEST(SignalsTest, ASignalWaitsUntilItIsTaken) {
  EXPECT_TRUE(testing::HoldsInChild([] {
    Signals signals;
    kill(getpid(), SIGTERM);
    return signals.Wait() == SIGTERM;
  }));
}

TEST(SignalsTest, EachHangUpReloadsAndTheFirstOtherSignalStops) {
  EXPECT_TRUE(testing::HoldsInChild([] {
    Signals signals;
    int reloads = 0;
    kill(getpid(), SIGHUP);
    const absl::string_view stop = signals.WaitForStop([&reloads] {
      ++reloads;
      kill(getpid(), reloads < 3 ? SIGHUP : SIGINT);
    });
    return reloads == 3 && stop == "SIGINT";
  }));
}

TEST(SignalsTest, AfterTheStopAHangUpIsNothingAndASecondStopEndsTheProcess) {
  EXPECT_EQ(testing::InChild([] {
              Signals signals;
              kill(getpid(), SIGTERM);
              if (signals.WaitForStop([] {}) != "SIGTERM") {
                return 1;
              }
              kill(getpid(), SIGHUP);
              kill(getpid(), SIGTERM);
              return 0;
            }),
            -1);
}

TEST(SignalsTest, AHangUpThatWaitsDoesNotEndAProcessWhoseStartFailed) {
  EXPECT_TRUE(testing::HoldsInChild([] {
    {
      const Signals signals;
      kill(getpid(), SIGHUP);
    }
    return true;
  }));
}

TEST(SignalsTest, OtherSignalsKeepTheirEffect) {
  EXPECT_EQ(testing::InChild([] {
              const Signals signals({SIGTERM});
              kill(getpid(), SIGINT);
              return 0;
            }),
            -1);
}

TEST(SignalsTest, APeerThatLeftEndsNobody) {
  EXPECT_TRUE(testing::HoldsInChild([] {
    const Signals signals;
    int ends[2];
    if (pipe(ends) != 0) {
      return false;
    }
    close(ends[0]);
    return write(ends[1], "x", 1) < 0;
  }));
}

}  // namespace
}  // namespace fleetca
