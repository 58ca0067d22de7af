#include "base/standard_output.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "base/errors.h"
#include "base/testing/in_child.h"

namespace fleetca {
namespace {

TEST(StandardOutputTest, IsOpenForWriting) {
  EXPECT_TRUE(testing::HoldsInChild([] { return CheckStandardOutput().ok(); }));
  EXPECT_TRUE(testing::HoldsInChild([] {
    close(STDOUT_FILENO);
    return GetReason(CheckStandardOutput()) == Reason::kFileInvalid;
  }));
  EXPECT_TRUE(testing::HoldsInChild([] {
    dup2(open("/dev/null", O_RDONLY | O_CLOEXEC), STDOUT_FILENO);
    return GetReason(CheckStandardOutput()) == Reason::kFileInvalid;
  }));
}

TEST(StandardOutputTest, AFullDiskIsNoSuccess) {
  EXPECT_TRUE(testing::HoldsInChild([] {
    dup2(open("/dev/full", O_WRONLY | O_CLOEXEC), STDOUT_FILENO);
    const absl::Status status = WriteStandardOutput("data");
    return status.message() ==
               "Cannot write to standard output: No space left on device; make room there" &&
           GetReason(status) == Reason::kFileInvalid;
  }));
}

TEST(StandardOutputTest, WritesAll) {
  ::testing::internal::CaptureStdout();
  const absl::Status status = WriteStandardOutput("data\n");
  EXPECT_EQ(::testing::internal::GetCapturedStdout(), "data\n");
  EXPECT_TRUE(status.ok()) << status;
}

}  // namespace
}  // namespace fleetca
