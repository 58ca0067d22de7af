#include "client/cli/manual/time_limited.h"

#include <unistd.h>

#include <cstdio>

#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "gtest/gtest.h"

namespace fleetca::client {
namespace {

void Write(int descriptor, const char* text) {
  if (WriteAll(descriptor, text) != 0) {
    _exit(1);
  }
}

TEST(TimeLimitedTest, WhatIsDoneInTimeIsReturned) {
  const std::string large(1 << 20, 'x');
  EXPECT_EQ(RunForAtMost(absl::Seconds(60), [&](int to) { Write(to, large.c_str()); }), large);
}

TEST(TimeLimitedTest, WhatHangsIsEndedAndWhatItWroteBeforeIsKept) {
  const absl::Time start = absl::Now();
  const std::string text = RunForAtMost(absl::Seconds(1), [](int to) {
    Write(to, "before");
    sleep(600);
    Write(to, "after");
  });
  EXPECT_EQ(text, "before");
  EXPECT_LT(absl::Now() - start, absl::Seconds(60));
}

TEST(TimeLimitedTest, WhatCrashesIsNoMatter) {
  EXPECT_EQ(RunForAtMost(absl::Seconds(60),
                         [](int to) {
                           Write(to, "before");
                           _exit(3);
                         }),
            "before");
}

TEST(TimeLimitedTest, NothingIsSaidAndNobodyIsAsked) {
  ::testing::internal::CaptureStderr();
  const std::string text = RunForAtMost(absl::Seconds(60), [](int to) {
    std::fputs("a warning\n", stderr);
    std::fflush(stderr);
    char typed = 0;
    Write(to, read(STDIN_FILENO, &typed, 1) == 0 ? "nothing to read" : "somebody was asked");
  });
  EXPECT_EQ(text, "nothing to read");
  EXPECT_EQ(::testing::internal::GetCapturedStderr(), "");
}

}  // namespace
}  // namespace fleetca::client
