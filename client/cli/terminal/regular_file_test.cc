#include "client/cli/terminal/regular_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;

class RegularFileTest : public ::testing::Test {
 protected:
  absl::StatusOr<SecretBytes> Read(FollowLink follow = FollowLink::kYes) const {
    return ReadRegularFile(path_, follow, [](int, const struct stat&) { return absl::OkStatus(); });
  }

  void ExpectInvalid(const absl::Status& status, const std::string& what) const {
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid) << status;
    EXPECT_THAT(std::string(status.message()), HasSubstr(path_));
    EXPECT_THAT(std::string(status.message()), HasSubstr(what));
  }

  const fleetca::testing::TemporaryFolder folder_;
  const std::string path_ = folder_.path() + "/file";
};

TEST_F(RegularFileTest, ReadsAllSizesUpToTheLimit) {
  EXPECT_EQ(GetReason(Read().status()), Reason::kFileMissing);
  for (const size_t size : {size_t{0}, size_t{1}, size_t{70000}, kMaxFileBytes}) {
    const std::string contents(size, 'x');
    ASSERT_TRUE(WriteFileAtomic(path_, contents, 0600).ok());
    EXPECT_EQ(Read()->view(), contents);
  }
  ASSERT_TRUE(WriteFileAtomic(path_, std::string(kMaxFileBytes + 1, 'x'), 0600).ok());
  ExpectInvalid(Read().status(), "larger");
}

TEST_F(RegularFileTest, APipeIsNotWaitedFor) {
  ASSERT_EQ(mkfifo(path_.c_str(), 0600), 0);
  ExpectInvalid(Read().status(), "not a pipe");
}

TEST_F(RegularFileTest, ALinkIsFollowedWhereItMayBe) {
  const std::string target = folder_.path() + "/target";
  ASSERT_TRUE(WriteFileAtomic(target, "text", 0600).ok());
  ASSERT_EQ(symlink(target.c_str(), path_.c_str()), 0);
  EXPECT_EQ(Read()->view(), "text");
  ExpectInvalid(Read(FollowLink::kNo).status(), "symbolic link");
}

TEST_F(RegularFileTest, WhatTheCheckRefusesIsNotRead) {
  ASSERT_TRUE(WriteFileAtomic(path_, "text", 0600).ok());
  const absl::Status refusal = absl::AbortedError("no");
  const auto refuse = [&refusal](int, const struct stat&) { return refusal; };
  EXPECT_EQ(ReadRegularFile(path_, FollowLink::kYes, refuse).status(), refusal);
}

TEST_F(RegularFileTest, AnOwnFileIsOursOrRootsAndNobodyElseWritesIt) {
  struct stat info = {};
  info.st_uid = geteuid();
  for (const mode_t mode : {0600, 0644, 0444}) {
    info.st_mode = S_IFREG | mode;
    EXPECT_TRUE(CheckOwnFile(path_, info).ok()) << mode;
  }
  for (const mode_t mode : {0620, 0664, 0602, 0666}) {
    info.st_mode = S_IFREG | mode;
    const absl::Status status = CheckOwnFile(path_, info);
    EXPECT_EQ(GetReason(status), Reason::kFilePermissions) << mode;
    EXPECT_THAT(std::string(status.message()), HasSubstr("chmod go-w " + path_));
  }
  info.st_mode = S_IFREG | 0600;
  info.st_uid = 0;
  EXPECT_TRUE(CheckOwnFile(path_, info).ok());
  info.st_uid = geteuid() + 1;
  const absl::Status status = CheckOwnFile(path_, info);
  EXPECT_EQ(GetReason(status), Reason::kFilePermissions);
  EXPECT_THAT(std::string(status.message()), HasSubstr("belongs to user"));
}

}  // namespace
}  // namespace fleetca::client
