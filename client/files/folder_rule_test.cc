#include "client/files/folder_rule.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/descriptor.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kStranger = 65534;

class FolderRuleTest : public ::testing::Test {
 protected:
  absl::Status Check(uid_t other = static_cast<uid_t>(-1)) const {
    const Descriptor folder(open(folder_.path().c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    return CheckFolderIsOurs(folder_.path(), folder.get(), other);
  }

  const fleetca::testing::TemporaryFolder folder_;
};

TEST_F(FolderRuleTest, OursIsTakenAndOneThatOthersWriteIsNot) {
  FLEETCA_EXPECT_OK(Check());
  for (const mode_t mode : {0770, 0757}) {
    ASSERT_EQ(chmod(folder_.path().c_str(), mode), 0);
    const absl::Status status = Check();
    EXPECT_EQ(GetReason(status), Reason::kFilePermissions);
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod go-w " + folder_.path()));
  }
  ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
  FLEETCA_EXPECT_OK(Check());
}

TEST_F(FolderRuleTest, AnothersIsTakenWhereHeIsNamed) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can give a folder away";
  }
  ASSERT_EQ(chown(folder_.path().c_str(), kStranger, kStranger), 0);
  const absl::Status status = Check();
  EXPECT_EQ(GetReason(status), Reason::kFilePermissions);
  EXPECT_THAT(std::string(status.message()), HasSubstr("belongs to another user"));
  FLEETCA_EXPECT_OK(Check(kStranger));
}

TEST_F(FolderRuleTest, WhatIsNotOpenIsAnError) {
  EXPECT_FALSE(CheckFolderIsOurs(folder_.path(), -1).ok());
}

}  // namespace
}  // namespace fleetca::client
