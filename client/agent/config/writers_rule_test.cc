#include "client/agent/config/writers_rule.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/testing/in_child.h"
#include "client/agent/config/agent_config.h"
#include "client/agent/config/testing/good_agent_config.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::HoldsInChild;
using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::kGoodAgent;

constexpr uid_t kStranger = 65533;

class WritersRuleTest : public ::testing::Test {
 protected:
  WritersRuleTest() {
    EXPECT_EQ(mkdir(conf_.c_str(), 0755), 0);
    Write(kGoodAgent);
  }

  void Write(const std::string& text, mode_t mode = 0644) const {
    FLEETCA_EXPECT_OK(WriteFileAtomic(path_, text, mode));
  }
  // By this process's own user.
  absl::Status Check() const { return CheckWriters(path_, geteuid()); }
  void ExpectRefused(const absl::Status& status, const std::string& what,
                     const std::string& remedy) const {
    EXPECT_EQ(GetReason(status), Reason::kFilePermissions) << status;
    EXPECT_THAT(std::string(status.message()), AllOf(HasSubstr(what), HasSubstr(remedy)));
  }

  // Below /tmp, from which nobody takes another's files.
  const fleetca::testing::TemporaryFolder folder_{"/tmp"};
  const std::string conf_ = folder_.path() + "/conf";
  const std::string path_ = conf_ + "/agent.textproto";
};

TEST_F(WritersRuleTest, AFileThatOthersWriteIsNotObeyed) {
  FLEETCA_EXPECT_OK(Check());
  Write(kGoodAgent, 0666);
  ExpectRefused(Check(), path_ + " (mode 0666)", "run: chmod go-w " + path_);
  // What is not there is said by who reads it.
  FLEETCA_EXPECT_OK(CheckWriters(conf_ + "/none", geteuid()));
}

TEST_F(WritersRuleTest, AFolderThatOthersWriteIsAsGood) {
  ASSERT_EQ(chmod(conf_.c_str(), 0777), 0);
  ExpectRefused(Check(), "another file in the place of " + path_, "run: chmod go-w " + conf_);
  // Nobody renames or removes what is another's.
  ASSERT_EQ(chmod(conf_.c_str(), 01777), 0);
  FLEETCA_EXPECT_OK(Check());
  ASSERT_EQ(chmod(conf_.c_str(), 0755), 0);
  // Each on the way counts.
  ASSERT_EQ(chmod(folder_.path().c_str(), 0777), 0);
  ExpectRefused(Check(), path_, "run: chmod go-w " + folder_.path());
}

TEST_F(WritersRuleTest, ALinkIsJudgedByWhereItIsAndByWhatItLeadsTo) {
  const std::string open = folder_.path() + "/open";
  ASSERT_EQ(mkdir(open.c_str(), 0755), 0);
  const std::string link = open + "/link";
  ASSERT_EQ(symlink(path_.c_str(), link.c_str()), 0);
  FLEETCA_EXPECT_OK(CheckWriters(link, geteuid()));
  ASSERT_EQ(chmod(open.c_str(), 0777), 0);
  ExpectRefused(CheckWriters(link, geteuid()), link, "chmod go-w " + open);
  ASSERT_EQ(chmod(open.c_str(), 0755), 0);
  ASSERT_EQ(chmod(conf_.c_str(), 0777), 0);
  ExpectRefused(CheckWriters(link, geteuid()), path_, "chmod go-w " + conf_);
}

TEST_F(WritersRuleTest, AnothersFileAndFolderAreNotObeyed) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root gives files away";
  }
  ASSERT_EQ(chown(path_.c_str(), kStranger, kStranger), 0);
  ExpectRefused(Check(), path_ + " belongs to user 65533", "run: chown root " + path_);
  FLEETCA_EXPECT_OK(CheckWriters(path_, kStranger));
  ASSERT_EQ(chown(path_.c_str(), 0, 0), 0);
  ASSERT_EQ(chown(conf_.c_str(), kStranger, kStranger), 0);
  ExpectRefused(Check(), conf_ + " belongs to user 65533", "in a folder of root's");
}

TEST_F(WritersRuleTest, TheConfigurationOfAnyAgentIsReadByTheRule) {
  FLEETCA_EXPECT_OK(LoadAgentConfig(path_));
  Write(kGoodAgent, 0666);
  const absl::Status status = LoadAgentConfig(path_).status();
  ExpectRefused(status, path_, "run: chmod go-w " + path_);
  if (geteuid() == 0) {
    // Also where the agent is another user's.
    ASSERT_EQ(chmod(folder_.path().c_str(), 0755), 0);
    EXPECT_TRUE(HoldsInChild([this] {
      return setresuid(kStranger, kStranger, kStranger) == 0 &&
             GetReason(LoadAgentConfig(path_).status()) == Reason::kFilePermissions;
    }));
  }
}

TEST_F(WritersRuleTest, NobodyIsKeptWaitingByAPipe) {
  ASSERT_EQ(unlink(path_.c_str()), 0);
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  EXPECT_EQ(GetReason(LoadAgentConfig(path_).status()), Reason::kFileInvalid);
}

TEST_F(WritersRuleTest, WhatTheConfigurationNamesIsObeyedByTheSameRule) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "an agent of another user has that user's rights alone";
  }
  const std::string hook = conf_ + "/bin/reload";
  ASSERT_EQ(mkdir((conf_ + "/bin").c_str(), 0755), 0);
  FLEETCA_ASSERT_OK(WriteFileAtomic(hook, "#!/bin/sh\n", 0777));
  ExpectRefused(LoadAgentConfig(path_).status(),
                "identities[0].hooks[0].exec[0]: ", "run: chmod go-w " + hook);
  ASSERT_EQ(chmod(hook.c_str(), 0755), 0);
  FLEETCA_EXPECT_OK(LoadAgentConfig(path_));
  const std::string root = conf_ + "/root-ca.crt";
  FLEETCA_ASSERT_OK(WriteFileAtomic(root, "a root", 0666));
  ExpectRefused(LoadAgentConfig(path_).status(), "ca.root_file: ", "run: chmod go-w " + root);
  ASSERT_EQ(chmod(root.c_str(), 0644), 0);
  // Who runs the hook may write it.
  ASSERT_EQ(chown(hook.c_str(), kStranger, kStranger), 0);
  ExpectRefused(LoadAgentConfig(path_).status(), "belongs to user 65533", "chown root " + hook);
  Write(absl::StrCat(kGoodAgent, "run_as: \"65533:65533\"\n"));
  FLEETCA_EXPECT_OK(LoadAgentConfig(path_));
}

}  // namespace
}  // namespace fleetca::client
