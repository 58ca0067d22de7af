#include "client/files/file_generations.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <filesystem>
#include <set>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "client/files/testing/credential_versions.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::ElementsAre;
using ::testing::HasSubstr;

class FileGenerationsTest : public testing::CredentialVersions {};

struct stat StatOf(const std::string& path) {
  struct stat info = {};
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info;
}

TEST_F(FileGenerationsTest, FilesAreFoundUnderTheirNames) {
  const auto files = Open();
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool changed, files->Put(Version(1)));
  EXPECT_TRUE(changed);
  EXPECT_EQ(VersionFound(), "1");
  EXPECT_EQ(StatOf(Path("tls.key")).st_mode & 07777, 0600u);
  EXPECT_EQ(StatOf(Path("tls.crt")).st_mode & 07777, 0644u);
  EXPECT_EQ(StatOf(Path("..1")).st_mode & 07777, 0700u);
  FLEETCA_ASSERT_OK_AND_ASSIGN(const SecretBytes key, files->Read("tls.key"));
  EXPECT_EQ(key.view(), "key 1");
  EXPECT_THAT(files->Read("other"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
}

TEST_F(FileGenerationsTest, NothingIsTouchedWhereNothingIsNew) {
  const auto files = Open();
  FLEETCA_ASSERT_OK(files->Put(Version(1)));
  const struct stat before = StatOf(Path("tls.key"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool changed, files->Put(Version(1)));
  EXPECT_FALSE(changed);
  EXPECT_EQ(StatOf(Path("tls.key")).st_ino, before.st_ino);
  EXPECT_EQ(Entries(), Whole({"..1"}));
}

// A service that watches the roots alone does not load them again at each renewal.
TEST_F(FileGenerationsTest, AFileThatIsAsBeforeStaysTheSameFile) {
  const auto files = Open();
  FLEETCA_ASSERT_OK(files->Put(Version(1)));
  const struct stat before = StatOf(Path("roots.pem"));
  const ino_t key = StatOf(Path("tls.key")).st_ino;
  FLEETCA_ASSERT_OK(files->Put(Version(2)));
  FLEETCA_ASSERT_OK(files->Release());
  const struct stat after = StatOf(Path("roots.pem"));
  EXPECT_EQ(after.st_ino, before.st_ino);
  EXPECT_EQ(after.st_mtim.tv_nsec, before.st_mtim.tv_nsec);
  EXPECT_NE(StatOf(Path("tls.key")).st_ino, key);
}

TEST_F(FileGenerationsTest, TheOldGenerationStaysUntilItIsReleased) {
  auto files = Open();
  FLEETCA_ASSERT_OK(files->Put(Version(1)));
  FLEETCA_ASSERT_OK(files->Put(Version(2)));
  EXPECT_EQ(VersionFound(), "2");
  EXPECT_EQ(Contents("..1/tls.key"), "key 1");
  files.reset();
  files = Open();
  EXPECT_EQ(Entries(), Whole({"..1", "..2"}));
  // As many changes as there may be leave three at the most.
  for (int version = 3; version < 10; ++version) {
    FLEETCA_ASSERT_OK(files->Put(Version(version)));
  }
  EXPECT_EQ(Entries(), Whole({"..1", "..8", "..9"}));
  FLEETCA_ASSERT_OK(files->Release());
  FLEETCA_ASSERT_OK(files->Release());
  EXPECT_EQ(Entries(), Whole({"..9"}));
  EXPECT_EQ(VersionFound(), "9");
}

TEST_F(FileGenerationsTest, FilesComeAndGo) {
  const auto files = Open();
  FLEETCA_ASSERT_OK(files->Put(Version(1)));
  std::vector<PlacedFile> fewer = Version(1);
  fewer.erase(fewer.begin());
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool changed, files->Put(fewer));
  EXPECT_TRUE(changed);
  EXPECT_FALSE(std::filesystem::exists(std::filesystem::symlink_status(Path(Version(1)[0].name))));
  FLEETCA_ASSERT_OK(files->Put(Version(1)));
  EXPECT_EQ(VersionFound(), "1");
}

TEST_F(FileGenerationsTest, ModesAndOwnersCount) {
  auto files = Open();
  FLEETCA_ASSERT_OK(files->Put(Version(1)));
  std::vector<PlacedFile> other = Version(1);
  other[0].mode = 0640;
  FLEETCA_ASSERT_OK_AND_ASSIGN(bool changed, files->Put(other));
  EXPECT_TRUE(changed);
  EXPECT_EQ(StatOf(Path(other[0].name)).st_mode & 07777, 0640u);
  files.reset();
  FileGenerationsOptions options = Options();
  options.generation_mode = 0750;
  if (geteuid() == 0) {
    options.owner = {.user = 65534, .group = 65534};
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(files, FileGenerations::Open(options));
  FLEETCA_ASSERT_OK_AND_ASSIGN(changed, files->Put(other));
  EXPECT_TRUE(changed);
  EXPECT_EQ(StatOf(Path("..3")).st_mode & 07777, 0750u);
  if (geteuid() == 0) {
    EXPECT_EQ(StatOf(Path("..3")).st_uid, 65534u);
    EXPECT_EQ(StatOf(Path("tls.key")).st_uid, 65534u);
    EXPECT_EQ(StatOf(Path("tls.key")).st_gid, 65534u);
  }
  FLEETCA_ASSERT_OK_AND_ASSIGN(changed, files->Put(other));
  EXPECT_FALSE(changed);
}

TEST_F(FileGenerationsTest, OneProcessAtATime) {
  const auto files = Open();
  const auto other = FileGenerations::Open(Options());
  EXPECT_THAT(other, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(other.status().message(), HasSubstr("in use by another process"));
}

TEST_F(FileGenerationsTest, WhatIsNotItsOwnIsLeftAlone) {
  {
    const auto files = Open();
    FLEETCA_ASSERT_OK(WriteFileAtomic(Path("tls.key"), "precious", 0600));
    const auto put = files->Put(Version(1));
    EXPECT_THAT(put, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
    EXPECT_THAT(put.status().message(), HasSubstr("tls.key is there already"));
    EXPECT_EQ(Contents("tls.key"), "precious");
    EXPECT_THAT(Entries(), ElementsAre("tls.key"));
  }
  FLEETCA_ASSERT_OK(WriteFileAtomic(Path("..data"), "x", 0600));
  EXPECT_THAT(FileGenerations::Open(Options()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
}

TEST_F(FileGenerationsTest, FoldersThatWillNotDo) {
  std::filesystem::create_directory_symlink("/tmp", Path(""));
  auto opened = FileGenerations::Open(Options());
  EXPECT_THAT(opened, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(opened.status().message(), HasSubstr("is a link, or no folder"));
  std::filesystem::remove(Path(""));

  std::filesystem::create_directory(Path(""));
  ASSERT_EQ(chmod(Path("").c_str(), 0775), 0);
  opened = FileGenerations::Open(Options());
  EXPECT_THAT(opened, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
  EXPECT_THAT(opened.status().message(), HasSubstr("chmod go-w"));
  ASSERT_EQ(chmod(Path("").c_str(), 0755), 0);
  if (geteuid() == 0) {
    ASSERT_EQ(chown(Path("").c_str(), 65534, 65534), 0);
    EXPECT_THAT(FileGenerations::Open(Options()),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
  }

  FileGenerationsOptions options = Options();
  options.folder = Path("") + "/no/folder";
  EXPECT_THAT(FileGenerations::Open(options),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  options.folder = "";
  EXPECT_THAT(FileGenerations::Open(options), IsInvalid(Reason::kConfigInvalid, ""));
  options = Options();
  options.generation_mode = 0770;
  EXPECT_THAT(FileGenerations::Open(options), IsInvalid(Reason::kConfigInvalid, ""));
}

TEST_F(FileGenerationsTest, NamesAndModesThatWillNotDo) {
  const auto files = Open();
  for (const std::string& name :
       {std::string(), std::string("."), std::string(".."), std::string("..data"),
        std::string("..7"), std::string("a/b"), std::string("a\0b", 3), std::string(256, 'a')}) {
    std::vector<PlacedFile> bad;
    bad.push_back({.name = name, .contents = SecretBytes("x")});
    EXPECT_THAT(files->Put(bad), IsInvalid(Reason::kConfigInvalid, "")) << name;
  }
  std::vector<PlacedFile> twice = Version(1);
  twice[1].name = twice[0].name;
  EXPECT_THAT(files->Put(twice), IsInvalid(Reason::kConfigInvalid, ""));
  std::vector<PlacedFile> open = Version(1);
  open[0].mode = 0666;
  EXPECT_THAT(files->Put(open), IsInvalid(Reason::kConfigInvalid, ""));
  EXPECT_THAT(Entries(), ElementsAre());
}

TEST_F(FileGenerationsTest, AGenerationThatIsDamagedIsMadeAnew) {
  const auto files = Open();
  FLEETCA_ASSERT_OK(files->Put(Version(1)));
  FLEETCA_ASSERT_OK(WriteFileAtomic(Path("..1/tls.crt"), "certif", 0644));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const bool changed, files->Put(Version(1)));
  EXPECT_TRUE(changed);
  EXPECT_EQ(VersionFound(), "1");
}

TEST_F(FileGenerationsTest, AReaderOfOneFileNeverFindsAPart) {
  const auto files = Open();
  FLEETCA_ASSERT_OK(files->Put(Version(0)));
  std::atomic<bool> done = false;
  std::atomic<int> bad = 0;
  std::thread reader([&] {
    while (!done) {
      const auto found = ReadFile(Path("bundle.pem"));
      const bool whole = found.ok() && found->size() > 10 && found->front() == found->back();
      bad += whole ? 0 : 1;
    }
  });
  for (int version = 1; version < 60; ++version) {
    EXPECT_TRUE(files->Put(Version(version % 10)).ok());
  }
  done = true;
  reader.join();
  EXPECT_EQ(bad, 0);
}

}  // namespace
}  // namespace fleetca::client
