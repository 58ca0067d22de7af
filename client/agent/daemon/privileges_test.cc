#include "client/agent/daemon/privileges.h"

#include <fcntl.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/testing/in_child.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::HoldsInChild;
using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

TEST(PrivilegesTest, AFolderIsMadeForItsOwnerAlone) {
  const fleetca::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/state";
  FLEETCA_ASSERT_OK(MakePrivateFolder(path, FileOwner()));
  FLEETCA_ASSERT_OK(MakePrivateFolder(path, FileOwner()));
  struct stat info;
  ASSERT_EQ(stat(path.c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 0777, 0700);
}

TEST(PrivilegesTest, ALinkOrAFileIsNoFolder) {
  const fleetca::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/link";
  ASSERT_EQ(symlink(folder.path().c_str(), path.c_str()), 0);
  EXPECT_THAT(MakePrivateFolder(path, FileOwner()).message(), HasSubstr("is a link, or no folder"));
  EXPECT_FALSE(MakePrivateFolder(folder.path() + "/no/state", FileOwner()).ok());
}

TEST(PrivilegesTest, AFolderThatOthersMayChangeIsNotPrivate) {
  const fleetca::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/state";
  for (const mode_t mode : {0770, 0702, 01777}) {
    ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
    ASSERT_EQ(chmod(path.c_str(), mode), 0);
    const absl::Status status = MakePrivateFolder(path, FileOwner());
    EXPECT_EQ(GetReason(status), Reason::kFilePermissions) << mode;
    EXPECT_THAT(status.message(), HasSubstr("chmod go-w"));
    ASSERT_EQ(rmdir(path.c_str()), 0);
  }
}

TEST(PrivilegesTest, AFolderOfAnotherUserIsNotPrivate) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root gives folders away";
  }
  const fleetca::testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/state";
  ASSERT_EQ(mkdir(path.c_str(), 0700), 0);
  ASSERT_EQ(chown(path.c_str(), kNobody, kNobody), 0);
  EXPECT_THAT(MakePrivateFolder(path, FileOwner()).message(), HasSubstr("belongs to another user"));
  // The agent's of a start before this one.
  FLEETCA_EXPECT_OK(MakePrivateFolder(path, {.user = kNobody, .group = kNobody}));
}

absl::Status IsAgents(const std::string& path) {
  const Descriptor folder(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  return CheckIsAgents(path, folder.get());
}

TEST(PrivilegesTest, AFolderInWhichOthersLiveIsNotTheAgents) {
  const fleetca::testing::TemporaryFolder folder;
  FLEETCA_EXPECT_OK(IsAgents(folder.path()));
  ASSERT_EQ(mkdir((folder.path() + "/lost+found").c_str(), 0700), 0);
  FLEETCA_EXPECT_OK(IsAgents(folder.path()));
  FLEETCA_ASSERT_OK(WriteFileAtomic(folder.path() + "/passwd", "root", 0600));
  const absl::Status status = IsAgents(folder.path());
  EXPECT_EQ(GetReason(status), Reason::kFilePermissions);
  EXPECT_THAT(
      std::string(status.message()),
      HasSubstr("name a folder for the agent alone, such as " + folder.path() + "/fleetca-agent"));
  // An agent was there.
  FLEETCA_ASSERT_OK(WriteFileAtomic(folder.path() + "/trust-bundle.pem", "roots", 0644));
  FLEETCA_EXPECT_OK(IsAgents(folder.path()));
  // Empty or not, and however they are called.
  for (const char* const path : {"/", "/var", "/etc", "/home", "/var/../home/", "/var/lib"}) {
    EXPECT_EQ(GetReason(IsAgents(path)), Reason::kFilePermissions) << path;
  }
}

TEST(PrivilegesTest, AFolderIsGivenAwayWhereItIsTheAgentsAlone) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root gives folders away";
  }
  const FileOwner nobody = {.user = kNobody, .group = kNobody};
  const fleetca::testing::TemporaryFolder folder;
  const auto owner_of = [](const std::string& path) {
    struct stat info;
    return stat(path.c_str(), &info) == 0 ? info.st_uid : static_cast<uid_t>(-1);
  };
  const std::string made = folder.path() + "/made";
  FLEETCA_EXPECT_OK(MakePrivateFolder(made, nobody));
  EXPECT_EQ(owner_of(made), kNobody);
  // It is that user's, whatever is in it.
  FLEETCA_ASSERT_OK(WriteFileAtomic(made + "/file", "", 0600));
  FLEETCA_EXPECT_OK(MakePrivateFolder(made, nobody));

  const std::string roots = folder.path() + "/roots";
  ASSERT_EQ(mkdir(roots.c_str(), 0755), 0);
  FLEETCA_ASSERT_OK(WriteFileAtomic(roots + "/file", "", 0600));
  EXPECT_EQ(GetReason(MakePrivateFolder(roots, nobody)), Reason::kFilePermissions);
  EXPECT_EQ(owner_of(roots), 0u);
  // Who stays root changes nothing of it.
  FLEETCA_EXPECT_OK(MakePrivateFolder(roots, FileOwner()));
}

TEST(PrivilegesTest, WhoIsThatUserAlreadyNeedsNothing) {
  FLEETCA_EXPECT_OK(BecomeUser({.user = geteuid(), .group = getegid()}));
}

TEST(PrivilegesTest, RootBecomesAnotherUserForGood) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can become another user";
  }
  EXPECT_TRUE(HoldsInChild([] {
    return BecomeUser({.user = kNobody, .group = kNobody}).ok() && geteuid() == kNobody &&
           getgid() == kNobody && getgroups(0, nullptr) == 0 && setuid(0) != 0 &&
           prctl(PR_GET_DUMPABLE) == 0;
  }));
}

TEST(PrivilegesTest, AUserCannotBecomeAnother) {
  EXPECT_TRUE(HoldsInChild([] {
    if (geteuid() == 0 && !BecomeUser({.user = kNobody, .group = kNobody}).ok()) {
      return false;
    }
    const absl::Status status = BecomeUser({.user = 1, .group = 1});
    return !status.ok() && status.message().find("start it as root") != std::string::npos;
  }));
}

}  // namespace
}  // namespace fleetca::client
