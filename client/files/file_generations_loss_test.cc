// What others do to the files in place, and to the folders in which they lie.
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "client/files/file_generations.h"
#include "client/files/testing/credential_versions.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

namespace fs = std::filesystem;
using ::fleetca::testing::IsError;
using ::testing::AllOf;
using ::testing::HasSubstr;

class FileGenerationsLossTest : public testing::CredentialVersions {
 protected:
  FileGenerationsLossTest() : files_(Open()) { FLEETCA_EXPECT_OK(files_->Put(Version(1))); }

  void Write(absl::string_view name, absl::string_view contents) const {
    std::ofstream(Path(name), std::ios::trunc) << contents;
  }

  ino_t Inode(absl::string_view name) const {
    struct stat info = {};
    EXPECT_EQ(stat(Path(name).c_str(), &info), 0) << name;
    return info.st_ino;
  }

  // What is said of the loss, which the next Put makes good.
  std::string LossAndRepair() {
    const absl::Status loss = files_->InPlace();
    EXPECT_EQ(loss.code(), absl::StatusCode::kFailedPrecondition) << loss;
    FLEETCA_EXPECT_OK(files_->Put(Version(1)));
    FLEETCA_EXPECT_OK(files_->InPlace());
    EXPECT_EQ(VersionFound(), "1");
    return std::string(loss.message());
  }

  std::unique_ptr<FileGenerations> files_;
};

TEST_F(FileGenerationsLossTest, WhatNobodyTouchedIsInPlace) {
  FLEETCA_EXPECT_OK(files_->InPlace());
  FLEETCA_ASSERT_OK(files_->Put(Version(2)));
  FLEETCA_EXPECT_OK(files_->InPlace());
  // The links of files that both generations have are fewer then.
  FLEETCA_ASSERT_OK(files_->Release());
  FLEETCA_EXPECT_OK(files_->InPlace());
  files_.reset();
  FLEETCA_EXPECT_OK(Open()->InPlace());  // nothing was put yet
}

TEST_F(FileGenerationsLossTest, ANameThatWasRemovedIsPutBackAndNoFileIsTouched) {
  const ino_t key = Inode("tls.key");
  fs::remove(Path("tls.key"));
  EXPECT_THAT(LossAndRepair(), HasSubstr(Path("tls.key")));
  EXPECT_EQ(Inode("tls.key"), key);
  EXPECT_EQ(Entries(), Whole({"..1"}));
  fs::remove(Path("..data"));
  EXPECT_THAT(LossAndRepair(), HasSubstr("..data"));
}

TEST_F(FileGenerationsLossTest, AFileThatWasRemovedIsWrittenAgainAndTheOthersStay) {
  const ino_t roots = Inode("roots.pem");
  fs::remove(Path("..1/tls.key"));
  EXPECT_THAT(LossAndRepair(), AllOf(HasSubstr("..1/tls.key"), HasSubstr("was removed")));
  EXPECT_EQ(Inode("roots.pem"), roots);
  fs::remove_all(Path("..2"));
  EXPECT_THAT(LossAndRepair(), HasSubstr("..2 was removed"));
}

TEST_F(FileGenerationsLossTest, AFileThatWasWrittenOverIsReplaced) {
  Write("tls.key", "key 7 of somebody else");
  EXPECT_THAT(LossAndRepair(), AllOf(HasSubstr("tls.key"), HasSubstr("was changed")));
  fs::remove(Path("..2/tls.crt"));
  fs::create_symlink("/etc/hostname", Path("..2/tls.crt"));
  EXPECT_THAT(LossAndRepair(), HasSubstr("..2/tls.crt"));
}

// A key that others may read is not the one that was put there.
TEST_F(FileGenerationsLossTest, AModeThatWasChangedIsALoss) {
  ASSERT_EQ(chmod(Path("..1/tls.key").c_str(), 0644), 0);
  EXPECT_THAT(LossAndRepair(), HasSubstr("tls.key"));
  struct stat info = {};
  ASSERT_EQ(stat(Path("tls.key").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600u);
  ASSERT_EQ(chmod(Path("..2").c_str(), 0777), 0);
  EXPECT_THAT(LossAndRepair(), HasSubstr("..2"));
}

TEST_F(FileGenerationsLossTest, TheSameOctetsAreNoLoss) {
  fs::copy_file(Path("..1/tls.key"), Path("copy"));
  fs::rename(Path("copy"), Path("..1/tls.key"));
  ASSERT_EQ(chmod(Path("..1/tls.key").c_str(), 0600), 0);
  FLEETCA_EXPECT_OK(files_->InPlace());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool changed, files_->Put(Version(1)));
  EXPECT_FALSE(changed);
}

TEST_F(FileGenerationsLossTest, WhatSomebodyElsePutUnderAPublicNameStaysAndIsSaid) {
  fs::remove(Path("tls.key"));
  Write("tls.key", "precious");
  EXPECT_THAT(files_->InPlace(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(files_->Put(Version(1)).status().message(), HasSubstr("move it away"));
  EXPECT_EQ(Contents("tls.key"), "precious");
  fs::remove(Path("tls.key"));
  FLEETCA_EXPECT_OK(files_->Put(Version(1)));
  EXPECT_EQ(VersionFound(), "1");
}

TEST_F(FileGenerationsLossTest, AFolderThatIsGoneIsMadeAnewAndIsThisProcesssAlone) {
  fs::rename(Path(""), Path("") + ".moved");
  EXPECT_THAT(LossAndRepair(), HasSubstr("was removed, or another one is in its place"));
  EXPECT_THAT(FileGenerations::Open(Options()).status().message(), HasSubstr("in use by another"));
  // The one that was moved is nobody's any more.
  FileGenerationsOptions moved = Options();
  moved.folder += ".moved";
  FLEETCA_EXPECT_OK(FileGenerations::Open(moved));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const uint64_t before, files_->Generation());
  fs::remove_all(Path(""));
  LossAndRepair();
  // Whoever goes by the number sees that these are other files.
  FLEETCA_ASSERT_OK_AND_ASSIGN(const uint64_t after, files_->Generation());
  EXPECT_GT(after, before);
}

// The owner of the files may write into the folder of a generation.
TEST_F(FileGenerationsLossTest, AFolderInAGenerationStaysWithoutTheFilesAndIsSaidOnce) {
  fs::create_directory(Path("") + ".elsewhere");
  std::ofstream(Path("") + ".elsewhere/precious") << "precious";
  fs::create_directory(Path("..1/aaa"));
  Write("..1/aaa/notes", "notes");
  fs::create_directory_symlink(Path("") + ".elsewhere", Path("..1/link"));
  FLEETCA_ASSERT_OK(files_->Put(Version(2)));
  ::testing::internal::CaptureStderr();
  const absl::Status released = files_->Release();
  EXPECT_THAT(released, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(released.message(), AllOf(HasSubstr(Path("..1")), HasSubstr("\"aaa\" in it is a")));
  EXPECT_FALSE(files_->Release().ok());
  files_.reset();
  const std::string said = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(said, HasSubstr("their folder stays"));
  EXPECT_EQ(said.find("their folder stays"), said.rfind("their folder stays")) << said;
  EXPECT_EQ(Contents("..1/aaa/notes"), "notes");
  EXPECT_FALSE(fs::exists(fs::symlink_status(Path("..1/tls.key"))));
  EXPECT_FALSE(fs::exists(fs::symlink_status(Path("..1/link"))));
  EXPECT_TRUE(fs::exists(Path("") + ".elsewhere/precious"));
}

// It is older than any generation that somebody may use.
TEST_F(FileGenerationsLossTest, WhatStaysOfAGenerationDoesNotStandForTheOneBefore) {
  fs::create_directory(Path("..1/aaa"));
  FLEETCA_ASSERT_OK(files_->Put(Version(2)));
  EXPECT_FALSE(files_->Release().ok());
  FLEETCA_ASSERT_OK(files_->Put(Version(3)));
  FLEETCA_ASSERT_OK(files_->Put(Version(4)));
  EXPECT_EQ(Contents("..2/tls.key"), "key 2");
  files_.reset();
  files_ = Open();
  EXPECT_EQ(Contents("..2/tls.key"), "key 2");
  fs::remove(Path("..1/aaa"));
  FLEETCA_ASSERT_OK(files_->Release());
  EXPECT_EQ(Entries(), Whole({"..4"}));
}

}  // namespace
}  // namespace fleetca::client
