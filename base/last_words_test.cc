#include "base/last_words.h"

#include <new>
#include <stdexcept>
#include <thread>

#include "base/exit_status.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

TEST(LastWordsTest, ReportsASentenceAndFails) {
  ::testing::internal::CaptureStderr();
  EXPECT_EQ(ReportUnexpected("std::bad_alloc"), kExitFailed);
  EXPECT_EQ(
      ::testing::internal::GetCapturedStderr(),
      "fleetca: Ended by an error that was not foreseen: std::bad_alloc; look at the limits of "
      "this process (memory, threads, descriptors), and report it if they are not the "
      "cause\n");
}

TEST(LastWordsDeathTest, AnExceptionOnAnyThreadEndsWithTheSentence) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        SayWhyOnTerminate();
        std::thread([] { throw std::runtime_error("no more threads"); }).join();
      },
      ::testing::ExitedWithCode(kExitFailed), "fleetca: Ended by .*: no more threads; look");
  EXPECT_EXIT(
      {
        SayWhyOnTerminate();
        std::thread([] { throw 7; }).join();
      },
      ::testing::ExitedWithCode(kExitFailed), "an exception without words");
}

}  // namespace
}  // namespace fleetca
