#include "client/cli/terminal/timed_read.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>
#include <thread>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

class TimedReadTest : public ::testing::Test {
 protected:
  TimedReadTest() { EXPECT_EQ(mkfifo(pipe_.c_str(), 0600), 0); }

  // On a thread of its own, as opening waits for the reader.
  std::thread Writer(std::string contents) const {
    return std::thread([path = pipe_, contents = std::move(contents)] {
      const int pipe = open(path.c_str(), O_WRONLY | O_CLOEXEC);
      for (size_t done = 0; done < contents.size();) {
        const ssize_t count = write(pipe, contents.data() + done, contents.size() - done);
        if (count < 0) {
          break;
        }
        done += static_cast<size_t>(count);
      }
      close(pipe);
    });
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string pipe_ = absl::StrCat(folder_.path(), "/pipe");
};

TEST_F(TimedReadTest, APipeThatNobodyWritesEnds) {
  const auto contents = ReadWithTimeout(pipe_, absl::Milliseconds(50));
  EXPECT_THAT(contents.status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(contents.status().message()),
              HasSubstr(absl::StrCat(pipe_, ": it is a pipe or a device, and nothing has come")));
}

TEST_F(TimedReadTest, AWriterMayBeLaterThanTheReader) {
  const std::string written(size_t{300} << 10, 'x');
  std::thread writer = Writer(written);
  const auto contents = ReadWithTimeout(pipe_);
  writer.join();
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->view(), written);
}

TEST_F(TimedReadTest, AWriterThatWritesNothingIsAnEmptyFile) {
  std::thread writer = Writer("");
  const auto contents = ReadWithTimeout(pipe_);
  writer.join();
  ASSERT_TRUE(contents.ok()) << contents.status();
  EXPECT_EQ(contents->view(), "");
}

TEST_F(TimedReadTest, WhatIsNoPipeIsReadAsEver) {
  const auto nothing = ReadWithTimeout("/dev/null");
  ASSERT_TRUE(nothing.ok()) << nothing.status();
  EXPECT_TRUE(nothing->empty());
  EXPECT_THAT(ReadWithTimeout(absl::StrCat(folder_.path(), "/absent")).status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
