#include "deploy/quickstart/trial_folder.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::quickstart {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

constexpr uid_t kSomebodyElse = 65534;

class TrialFolderTest : public ::testing::Test {
 protected:
  void ExpectRefused(const std::string& sentence) const {
    const absl::Status status = OpenTrialFolder(folder_).status();
    EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
    EXPECT_THAT(std::string(status.message()), HasSubstr(sentence));
  }

  const fleetca::testing::TemporaryFolder place_;
  const TrialFolder folder_ = {place_.path() + "/trial"};
};

TEST_F(TrialFolderTest, AFolderIsMadeAndTakenAgain) {
  FLEETCA_EXPECT_OK(OpenTrialFolder(folder_));
  FLEETCA_EXPECT_OK(OpenTrialFolder(folder_));
  FLEETCA_EXPECT_OK(OpenTrialFolderThatIsThere(folder_));
}

TEST_F(TrialFolderTest, WhatOthersMayWriteIsRefused) {
  ASSERT_EQ(mkdir(folder_.path.c_str(), 0700), 0);
  for (const mode_t mode : {0720, 0702, 01777}) {
    ASSERT_EQ(chmod(folder_.path.c_str(), mode), 0);
    ExpectRefused("chmod go-w");
  }
  ASSERT_EQ(chmod(folder_.path.c_str(), 0755), 0);
  FLEETCA_ASSERT_OK(OpenTrialFolder(folder_));
  ASSERT_EQ(chmod(folder_.marker().c_str(), 0666), 0);
  ExpectRefused("/quickstart");
}

TEST_F(TrialFolderTest, WhatBelongsToAnotherUserIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  FLEETCA_ASSERT_OK(OpenTrialFolder(folder_));
  ASSERT_EQ(chown(folder_.marker().c_str(), kSomebodyElse, kSomebodyElse), 0);
  ExpectRefused("/quickstart belongs to");
  ASSERT_EQ(chown(folder_.path.c_str(), kSomebodyElse, kSomebodyElse), 0);
  ExpectRefused("belongs to");
}

TEST_F(TrialFolderTest, ALinkOfAnotherUserIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  const std::string real = place_.path() + "/real";
  ASSERT_EQ(mkdir(real.c_str(), 0700), 0);
  ASSERT_EQ(symlink(real.c_str(), folder_.path.c_str()), 0);
  FLEETCA_EXPECT_OK(OpenTrialFolder(folder_));
  ASSERT_EQ(lchown(folder_.path.c_str(), kSomebodyElse, kSomebodyElse), 0);
  ExpectRefused("belongs to");
}

}  // namespace
}  // namespace fleetca::quickstart
