#include "client/trust_stores/store_program.h"

#include <unistd.h>

#include <string>

#include "absl/time/time.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

TEST(StoreProgramTest, WhatItWritesIsTheAnswer) {
  const auto written =
      RunStoreProgram({"sh", "dash"}, {"-c", "cat /dev/fd/4 /dev/fd/3; echo wrong >&2; cat"},
                      {"first ", "second "});
  FLEETCA_ASSERT_OK(written);
  EXPECT_EQ(*written, "second first wrong\n");
}

TEST(StoreProgramTest, AFailureSaysItsLastLine) {
  const auto failed = RunStoreProgram({"sh", "dash"}, {"-c", "echo a; echo because >&2; exit 3"});
  EXPECT_THAT(failed, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(failed.status().message()), HasSubstr("(exit status 3): because"));
}

TEST(StoreProgramTest, WhatDoesNotEndIsStopped) {
  const auto stopped =
      RunStoreProgram({"sh", "dash"}, {"-c", "exec sleep 60"}, {}, absl::Milliseconds(50));
  EXPECT_THAT(stopped, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(std::string(stopped.status().message()), HasSubstr("has not ended within 50ms"));
}

TEST(StoreProgramTest, WhatIsNotThereHasAPackage) {
  const auto missing = RunStoreProgram({"fleetca-no-such-program", "some-package"}, {});
  EXPECT_THAT(missing, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_THAT(std::string(missing.status().message()), HasSubstr("apt install some-package"));
}

TEST(StoreProgramTest, WhereOneMayNotWriteIsSaid) {
  FLEETCA_EXPECT_OK(CheckMayWrite("/tmp"));
  if (geteuid() != 0) {  // who is root may write everywhere
    EXPECT_THAT(CheckMayWrite("/proc/version"),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
  }
  EXPECT_THAT(CheckMayWrite("/nonexistent/file"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
