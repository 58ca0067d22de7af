#include "base/watched_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

// Two files, whose contents must be the same word: a stand-in for a certificate and its key.
class WatchedFilesTest : public ::testing::Test {
 protected:
  WatchedFilesTest() {
    Write(a_, "old");
    Write(b_, "old");
  }

  // In place, as an editor or `cp` does it.
  static void Write(const std::string& path, absl::string_view text) {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC, 0600);
    ASSERT_GE(fd, 0);
    ASSERT_EQ(write(fd, text.data(), text.size()), static_cast<ssize_t>(text.size()));
    close(fd);
  }

  absl::Status SwitchTo(absl::Span<const SecretBytes> contents) {
    ++judged_;
    if (contents[0].view() != contents[1].view()) {
      return FailedPrecondition(Reason::kFileInvalid, absl::StrCat(b_, " does not fit ", a_));
    }
    in_force_ = std::string(contents[0].view());
    return absl::OkStatus();
  }

  WatchedFiles NewFiles() {
    return WatchedFiles(
        "the test's pair", {{a_}, {b_, true}},
        [this](absl::Span<const SecretBytes> contents) { return SwitchTo(contents); });
  }

  // What one look puts into the log.
  static std::string LogOfLook(WatchedFiles& files) {
    ::testing::internal::CaptureStderr();
    files.Look();
    return ::testing::internal::GetCapturedStderr();
  }

  const testing::TemporaryFolder folder_;
  const std::string a_ = folder_.path() + "/a";
  const std::string b_ = folder_.path() + "/b";
  std::string in_force_;
  int judged_ = 0;
};

TEST_F(WatchedFilesTest, LoadSwitchesAtOnce) {
  WatchedFiles files = NewFiles();
  FLEETCA_EXPECT_OK(files.Load());
  EXPECT_EQ(in_force_, "old");
}

TEST_F(WatchedFilesTest, LoadReturnsWhatIsWrongAndNamesTheFile) {
  WatchedFiles files = NewFiles();
  Write(b_, "other");
  EXPECT_THAT(files.Load(), IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  unlink(b_.c_str());
  const absl::Status missing = files.Load();
  EXPECT_THAT(missing, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_THAT(std::string(missing.message()), HasSubstr(b_));
  EXPECT_EQ(in_force_, "");
}

TEST_F(WatchedFilesTest, ASecretThatOthersCanReadIsRefused) {
  WatchedFiles files = NewFiles();
  ASSERT_EQ(chmod(b_.c_str(), 0644), 0);
  EXPECT_THAT(files.Load(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFilePermissions));
}

TEST_F(WatchedFilesTest, SwitchesWhenNewContentsStandStill) {
  WatchedFiles files = NewFiles();
  FLEETCA_ASSERT_OK(files.Load());
  EXPECT_THAT(LogOfLook(files), IsEmpty());
  Write(a_, "new");
  Write(b_, "new");
  EXPECT_THAT(LogOfLook(files), IsEmpty());
  EXPECT_EQ(in_force_, "old");  // seen once
  const std::string log = LogOfLook(files);
  EXPECT_EQ(in_force_, "new");
  EXPECT_THAT(log, HasSubstr("the test's pair"));
  EXPECT_THAT(log, HasSubstr(b_));
  judged_ = 0;
  EXPECT_THAT(LogOfLook(files), IsEmpty());
  EXPECT_EQ(judged_, 0);  // nothing is judged again that is in force
}

TEST_F(WatchedFilesTest, WhatGrowsBetweenTwoLooksIsNotJudged) {
  WatchedFiles files = NewFiles();
  FLEETCA_ASSERT_OK(files.Load());
  judged_ = 0;
  for (const absl::string_view text : {"n", "ne", "new"}) {
    Write(a_, text);
    Write(b_, text);
    files.Look();
  }
  EXPECT_EQ(judged_, 0);
  files.Look();
  EXPECT_EQ(in_force_, "new");
}

TEST_F(WatchedFilesTest, WrongContentsKeepTheStateAndAreLoggedOnce) {
  WatchedFiles files = NewFiles();
  FLEETCA_ASSERT_OK(files.Load());
  Write(a_, "new");  // and its key has not come yet
  EXPECT_THAT(LogOfLook(files), IsEmpty());
  const std::string log = LogOfLook(files);
  EXPECT_THAT(log, HasSubstr(absl::StrCat(b_, " does not fit ", a_)));
  EXPECT_THAT(log, HasSubstr("stays in force"));
  for (int i = 0; i < 5; ++i) {
    EXPECT_THAT(LogOfLook(files), IsEmpty());
  }
  EXPECT_EQ(in_force_, "old");
  Write(b_, "new");
  files.Look();
  EXPECT_THAT(LogOfLook(files), HasSubstr("Files were read again"));
  EXPECT_EQ(in_force_, "new");
}

TEST_F(WatchedFilesTest, EachFaultIsLoggedOnceAndTheirNumberIsBounded) {
  WatchedFiles files = NewFiles();
  FLEETCA_ASSERT_OK(files.Load());
  unlink(a_.c_str());
  EXPECT_THAT(LogOfLook(files), HasSubstr(absl::StrCat("Cannot read ", a_)));
  Write(a_, "new");
  files.Look();
  EXPECT_THAT(LogOfLook(files), HasSubstr("does not fit"));
  unlink(a_.c_str());
  EXPECT_THAT(LogOfLook(files), IsEmpty());  // said before
  Write(a_, "old");
  EXPECT_THAT(LogOfLook(files), HasSubstr("say again what is in force"));
  EXPECT_THAT(LogOfLook(files), IsEmpty());
  unlink(a_.c_str());
  EXPECT_THAT(LogOfLook(files), HasSubstr(absl::StrCat("Cannot read ", a_)));  // a new occasion
}

TEST(WatchedFilesReaderTest, FaultsInEverNewWordsDoNotFillTheLog) {
  int number = 0;
  WatchedFiles files(
      "numbers", {{"/nowhere"}}, [](absl::Span<const SecretBytes>) { return absl::OkStatus(); },
      [&number](absl::Span<const WatchedFile>) -> absl::StatusOr<std::vector<SecretBytes>> {
        return FailedPrecondition(Reason::kFileInvalid, absl::StrCat("fault ", ++number));
      });
  ::testing::internal::CaptureStderr();
  for (int i = 0; i < 100; ++i) {
    files.Look();
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_THAT(log, HasSubstr("fault 8"));
  EXPECT_THAT(log, ::testing::Not(HasSubstr("fault 9")));
}

TEST(WatchedFilesReaderTest, FilesThatChangeWhileTheyAreReadAreReadLater) {
  int reads = 0;
  int judged = 0;
  WatchedFiles files(
      "numbers", {{"/nowhere"}},
      [&judged](absl::Span<const SecretBytes>) {
        ++judged;
        return absl::OkStatus();
      },
      [&reads](absl::Span<const WatchedFile>) -> absl::StatusOr<std::vector<SecretBytes>> {
        if (++reads < 3) {
          return Unavailable(Reason::kFileInvalid, "being written");
        }
        std::vector<SecretBytes> contents;
        contents.emplace_back("done");
        return contents;
      });
  ::testing::internal::CaptureStderr();
  files.Look();
  EXPECT_THAT(::testing::internal::GetCapturedStderr(), IsEmpty());
  FLEETCA_EXPECT_OK(files.Load());
  EXPECT_EQ(reads, 3);
  EXPECT_EQ(judged, 1);
}

TEST_F(WatchedFilesTest, FaultsThatAnotherProcessLogsAreNotLoggedTwice) {
  WatchedFiles files(
      "shared", {{a_}, {b_}},
      [this](absl::Span<const SecretBytes> contents) { return SwitchTo(contents); }, ReadTogether,
      WatchedFiles::Faults::kLoggedElsewhere);
  FLEETCA_ASSERT_OK(files.Load());
  unlink(a_.c_str());
  EXPECT_THAT(LogOfLook(files), IsEmpty());
  EXPECT_EQ(in_force_, "old");
}

TEST_F(WatchedFilesTest, ReplacementBySymlinkIsSeen) {
  // As Kubernetes does it: the paths stay, and the folder behind them is another one.
  for (const absl::string_view word : {"one", "two"}) {
    const std::string data = absl::StrCat(folder_.path(), "/", word);
    ASSERT_EQ(mkdir(data.c_str(), 0700), 0);
    Write(data + "/a", word);
    Write(data + "/b", word);
  }
  const std::string link = folder_.path() + "/data";
  ASSERT_EQ(symlink("one", link.c_str()), 0);
  WatchedFiles files("mounted", {{link + "/a"}, {link + "/b"}},
                     [this](absl::Span<const SecretBytes> contents) { return SwitchTo(contents); });
  FLEETCA_ASSERT_OK(files.Load());
  EXPECT_EQ(in_force_, "one");
  const std::string fresh = folder_.path() + "/fresh";
  ASSERT_EQ(symlink("two", fresh.c_str()), 0);
  ASSERT_EQ(rename(fresh.c_str(), link.c_str()), 0);
  files.Look();
  files.Look();
  EXPECT_EQ(in_force_, "two");
}

TEST_F(WatchedFilesTest, APipeDoesNotKeepTheThreadThatLooks) {
  WatchedFiles files = NewFiles();
  FLEETCA_ASSERT_OK(files.Load());
  unlink(a_.c_str());
  ASSERT_EQ(mkfifo(a_.c_str(), 0600), 0);
  EXPECT_THAT(LogOfLook(files), HasSubstr("not a regular file"));
  EXPECT_EQ(in_force_, "old");
}

// It would keep the looks waiting, too, and with them the thread that hears the signal to stop.
TEST_F(WatchedFilesTest, APipeDoesNotKeepTheThreadThatReloads) {
  WatchedFiles files = NewFiles();
  FLEETCA_ASSERT_OK(files.Load());
  unlink(a_.c_str());
  ASSERT_EQ(mkfifo(a_.c_str(), 0600), 0);
  const absl::Status refused = files.Load();
  EXPECT_EQ(GetReason(refused), Reason::kFileInvalid);
  EXPECT_THAT(std::string(refused.message()), HasSubstr(a_));
  EXPECT_EQ(in_force_, "old");
  EXPECT_EQ(LogOfLook(files), "");
}

TEST_F(WatchedFilesTest, SameSizeAndTimeIsStillAnotherContent) {
  WatchedFiles files = NewFiles();
  FLEETCA_ASSERT_OK(files.Load());
  struct stat before;
  ASSERT_EQ(stat(a_.c_str(), &before), 0);
  const timespec times[] = {before.st_atim, before.st_mtim};
  for (const std::string& path : {a_, b_}) {
    Write(path, "neu");
    ASSERT_EQ(utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
  }
  files.Look();
  files.Look();
  EXPECT_EQ(in_force_, "neu");
}

}  // namespace
}  // namespace fleetca
