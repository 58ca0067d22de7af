#include "service/authority/pair_files.h"

#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

class PairFilesTest : public ::testing::Test {
 protected:
  static mode_t ModeOf(const std::string& path) {
    struct stat found;
    return stat(path.c_str(), &found) == 0 ? found.st_mode & 0777 : 0;
  }
  static std::string Read(const std::string& path) { return ReadFile(path).value_or("(none)"); }
  // How many files there are in the folder, so that nothing is left beside them.
  int Files() const {
    int count = 0;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder_.path())) {
      count += entry.is_regular_file() ? 1 : 0;
    }
    return count;
  }

  const testing::TemporaryFolder folder_;
  const PairFiles files_ = {folder_.path() + "/server.crt", folder_.path() + "/server.key"};
};

TEST_F(PairFilesTest, NewFilesAreMadeWithTheirModes) {
  FLEETCA_ASSERT_OK(ReplacePair(files_, "certificate", "key"));
  EXPECT_EQ(Read(files_.certificate), "certificate");
  EXPECT_EQ(Read(files_.private_key), "key");
  EXPECT_EQ(ModeOf(files_.certificate), 0644u);
  EXPECT_EQ(ModeOf(files_.private_key), 0600u);
  EXPECT_EQ(Files(), 2);
}

TEST_F(PairFilesTest, ModesAndOwnersStay) {
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.certificate, "old", 0640));
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.private_key, "old key", 0400));
  if (geteuid() == 0) {
    ASSERT_EQ(chown(files_.private_key.c_str(), 12345, 23456), 0);
  }
  FLEETCA_ASSERT_OK(ReplacePair(files_, "certificate", "key"));
  EXPECT_EQ(ModeOf(files_.certificate), 0640u);
  EXPECT_EQ(ModeOf(files_.private_key), 0400u);
  if (geteuid() == 0) {
    struct stat found;
    ASSERT_EQ(stat(files_.private_key.c_str(), &found), 0);
    EXPECT_EQ(found.st_uid, 12345u);
    EXPECT_EQ(found.st_gid, 23456u);
  }
  EXPECT_EQ(Files(), 2);
}

TEST_F(PairFilesTest, WhatALinkNamesIsReplaced) {
  std::filesystem::create_directory(folder_.path() + "/real");
  FLEETCA_ASSERT_OK(WriteFileAtomic(folder_.path() + "/real/key", "old key", 0600));
  std::filesystem::create_symlink("real/key", files_.private_key);
  FLEETCA_ASSERT_OK(ReplacePair(files_, "certificate", "key"));
  EXPECT_TRUE(std::filesystem::is_symlink(files_.private_key));
  EXPECT_EQ(Read(folder_.path() + "/real/key"), "key");
}

TEST_F(PairFilesTest, WhatALinkNamesIsMadeWhereItIsNotThereYet) {
  std::filesystem::create_directory(folder_.path() + "/real");
  std::filesystem::create_symlink("real/key", files_.private_key);
  FLEETCA_ASSERT_OK(ReplacePair(files_, "certificate", "key"));
  EXPECT_TRUE(std::filesystem::is_symlink(files_.private_key));
  EXPECT_EQ(Read(folder_.path() + "/real/key"), "key");
  EXPECT_EQ(ModeOf(folder_.path() + "/real/key"), 0600u);
  EXPECT_EQ(Files(), 3);  // the link counts as what it names
}

TEST_F(PairFilesTest, WhatAMachineThatStoppedLeftIsGoneAfterwards) {
  for (const std::string& file : {files_.certificate, files_.private_key}) {
    FLEETCA_ASSERT_OK(WriteFileAtomic(file, "old", 0600));
    FLEETCA_ASSERT_OK(WriteFileAtomic(file + ".fleetca-new", "never published", 0600));
  }
  FLEETCA_ASSERT_OK(ReplacePair(files_, "certificate", "key"));
  EXPECT_EQ(Read(files_.private_key), "key");
  EXPECT_EQ(Files(), 2);
}

TEST_F(PairFilesTest, NoKeyIsWrittenWhereEverybodyReadsIt) {
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.private_key, "old key", 0644));
  EXPECT_THAT(ReplacePair(files_, "certificate", "key"),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
  EXPECT_EQ(Read(files_.private_key), "old key");
  EXPECT_EQ(Files(), 1);
}

TEST_F(PairFilesTest, AKeyIsKeptBesideItselfAndNoKeptOneIsLost) {
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.private_key, "one", 0400));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string kept, KeepKey(files_.private_key));
  EXPECT_EQ(kept, std::filesystem::canonical(folder_.path()).string() + "/server.key.replaced");
  EXPECT_EQ(Read(kept), "one");
  EXPECT_EQ(ModeOf(kept), 0400u);
  EXPECT_EQ(KeepKey(files_.private_key).value_or(""), kept);  // the same once more
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.private_key, "two", 0600));
  EXPECT_EQ(KeepKey(files_.private_key).value_or(""), kept + "-2");
  EXPECT_EQ(Read(kept), "one");
  EXPECT_EQ(Read(kept + "-2"), "two");
  EXPECT_EQ(Files(), 3);
}

TEST_F(PairFilesTest, TheyAreComparedByWhatTheySay) {
  EXPECT_THAT(PairFilesSha256(files_),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.certificate, "certificate", 0644));
  EXPECT_EQ(PairFilesSha256(files_).value_or(""), PairSha256("certificate", ""));
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.private_key, "key", 0600));
  EXPECT_EQ(PairFilesSha256(files_).value_or(""), PairSha256("certificate", "key"));
  EXPECT_NE(PairSha256("certificate", "key"), PairSha256("certificatek", "ey"));
}

TEST_F(PairFilesTest, WhereOneCannotBeWrittenBothStay) {
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.certificate, "old", 0644));
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.private_key, "old key", 0600));
  const absl::Status status =
      ReplacePair({files_.certificate, folder_.path() + "/none/server.key"}, "certificate", "key");
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_THAT(std::string(status.message()), HasSubstr("/none/server.key"));
  EXPECT_EQ(Read(files_.certificate), "old");
  EXPECT_EQ(Files(), 2);
}

TEST_F(PairFilesTest, AFolderInThePlaceOfOneLeavesTheOther) {
  // A folder in the certificate's place takes no file's name.
  std::filesystem::create_directory(files_.certificate);
  FLEETCA_ASSERT_OK(WriteFileAtomic(files_.private_key, "old key", 0600));
  EXPECT_FALSE(ReplacePair(files_, "certificate", "key").ok());
  EXPECT_EQ(Read(files_.private_key), "old key");
  EXPECT_EQ(Files(), 1);
}

}  // namespace
}  // namespace fleetca::service
