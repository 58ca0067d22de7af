#include "client/agent/pid_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

constexpr absl::StatusCode kFailed = absl::StatusCode::kFailedPrecondition;

class PidFileTest : public ::testing::Test {
 protected:
  absl::StatusOr<PidFile> Read(absl::string_view contents) const {
    FLEETCA_EXPECT_OK(WriteFileAtomic(path_, contents, 0644));
    return ReadPidFile(path_);
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/pid";
};

TEST_F(PidFileTest, TheFirstLineIsTheNumber) {
  for (const char* good : {"1234", "1234\n", "  1234\r\n", "1234\n/var/lib/postgresql\n5432\n"}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const PidFile file, Read(good));
    EXPECT_EQ(file.pid, 1234) << good;
    EXPECT_EQ(file.owner, geteuid());
    EXPECT_LT(absl::Now() - file.written_at, absl::Minutes(1));
  }
}

TEST_F(PidFileTest, AnythingElseIsRefused) {
  for (const char* bad : {"", "\n", "0", "1", "-1", "-1234", "+1234", "01234", "0x12", "12a", "1 2",
                          "4194305", "99999999999", "\n1234", "all"}) {
    EXPECT_THAT(Read(bad), IsError(kFailed, Reason::kFileInvalid)) << bad;
  }
  EXPECT_THAT(Read(absl::StrCat("1234\n", std::string(5000, 'x'))),
              IsError(kFailed, Reason::kFileInvalid));
}

TEST_F(PidFileTest, WhatOthersCouldHaveWrittenIsRefused) {
  EXPECT_TRUE(Read("1234").ok());
  ASSERT_EQ(chmod(path_.c_str(), 0664), 0);
  EXPECT_THAT(ReadPidFile(path_), IsError(kFailed, Reason::kFilePermissions));
  const std::string link = path_ + ".link";
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  EXPECT_THAT(ReadPidFile(link), IsError(kFailed, Reason::kFileInvalid));
  EXPECT_THAT(ReadPidFile(folder_.path()), IsError(kFailed, Reason::kFileInvalid));
  EXPECT_THAT(ReadPidFile(path_ + ".none"), IsError(kFailed, Reason::kFileMissing));
}

}  // namespace
}  // namespace fleetca::client
