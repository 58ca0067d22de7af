#include "base/durable_file.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/testing/in_child.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::testing::HasSubstr;

class DurableFileTest : public ::testing::Test {
 protected:
  std::string Path(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }

  // A file with exactly these bytes and this mode.
  std::string Make(absl::string_view name, absl::string_view contents, mode_t mode) const {
    const std::string path = Path(name);
    EXPECT_TRUE(WriteNewFile(path, contents, mode).ok());
    return path;
  }

  std::vector<std::string> Listing() const {
    std::vector<std::string> names;
    DIR* folder = opendir(folder_.c_str());
    while (const dirent* entry = readdir(folder)) {
      if (entry->d_name[0] != '.') {
        names.push_back(entry->d_name);
      }
    }
    closedir(folder);
    return names;
  }

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

mode_t ModeOf(const std::string& path) {
  struct stat info;
  EXPECT_EQ(stat(path.c_str(), &info), 0) << path;
  return info.st_mode & 07777;
}

TEST_F(DurableFileTest, WritesContentsAndModeWhateverTheUmask) {
  const mode_t before = umask(0077);
  for (const mode_t mode : {0600, 0644, 0400, 0640}) {
    const std::string path = Path(absl::StrCat("f", mode));
    EXPECT_TRUE(WriteFileAtomic(path, "one", mode).ok());
    EXPECT_EQ(ModeOf(path), mode);
    EXPECT_EQ(ReadFile(path).value(), "one");
    const std::string fresh = Path(absl::StrCat("new", mode));
    EXPECT_TRUE(WriteNewFile(fresh, "two", mode).ok());
    EXPECT_EQ(ModeOf(fresh), mode);
    EXPECT_EQ(ReadFile(fresh).value(), "two");
  }
  umask(before);
}

TEST_F(DurableFileTest, WriteReplacesContentsAndMode) {
  const std::string path = Make("f", "a longer old text", 0644);
  EXPECT_TRUE(WriteFileAtomic(path, "new", 0600).ok());
  EXPECT_EQ(ReadFile(path).value(), "new");
  EXPECT_EQ(ModeOf(path), 0600u);
  EXPECT_TRUE(WriteFileAtomic(path, "", 0600).ok());
  EXPECT_EQ(ReadFile(path).value(), "");
  EXPECT_THAT(Listing(), ::testing::ElementsAre("f"));
}

TEST_F(DurableFileTest, WriteNewFileLeavesAnExistingOneAlone) {
  const std::string path = Make("f", "old", 0640);
  const absl::Status status = WriteNewFile(path, "new", 0600);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  EXPECT_EQ(ReadFile(path).value(), "old");
  EXPECT_EQ(ModeOf(path), 0640u);
  EXPECT_THAT(Listing(), ::testing::ElementsAre("f"));
}

TEST_F(DurableFileTest, WriteNewFileFollowsNoDanglingLink) {
  ASSERT_EQ(symlink(Path("elsewhere").c_str(), Path("link").c_str()), 0);
  EXPECT_EQ(WriteNewFile(Path("link"), "key", 0600).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_NE(access(Path("elsewhere").c_str(), F_OK), 0);
}

TEST_F(DurableFileTest, OneOfManyWritersOfANewFileWins) {
  constexpr int kWriters = 8;
  std::atomic<int> won{0};
  std::vector<std::thread> writers;
  for (int i = 0; i < kWriters; ++i) {
    writers.emplace_back([&, i] {
      if (WriteNewFile(Path("f"), absl::StrCat("writer ", i), 0600).ok()) {
        ++won;
      }
    });
  }
  for (std::thread& writer : writers) {
    writer.join();
  }
  EXPECT_EQ(won, 1);
  EXPECT_THAT(Listing(), ::testing::ElementsAre("f"));
}

TEST_F(DurableFileTest, AReaderSeesTheOldFileOrTheNewNeverAPart) {
  const std::string path = Path("f");
  const std::string contents[] = {std::string(300000, 'a'), std::string(200000, 'b')};
  ASSERT_TRUE(WriteFileAtomic(path, contents[0], 0600).ok());
  std::atomic<bool> done{false};
  std::thread reader([&] {
    while (!done) {
      const absl::StatusOr<std::string> read = ReadFile(path);
      ASSERT_TRUE(read.ok()) << read.status();
      ASSERT_TRUE(*read == contents[0] || *read == contents[1]) << read->size();
    }
  });
  for (int i = 0; i < 50; ++i) {
    EXPECT_TRUE(WriteFileAtomic(path, contents[i % 2], 0600).ok());
  }
  done = true;
  reader.join();
}

TEST_F(DurableFileTest, APathWithoutAFolderIsInTheWorkingFolder) {
  char before[4096];
  ASSERT_NE(getcwd(before, sizeof(before)), nullptr);
  ASSERT_EQ(chdir(folder_.c_str()), 0);
  EXPECT_TRUE(WriteFileAtomic("bare", "x", 0600).ok());
  EXPECT_EQ(ReadFile("bare").value(), "x");
  ASSERT_EQ(chdir(before), 0);
  EXPECT_EQ(ReadFile(Path("bare")).value(), "x");
}

TEST_F(DurableFileTest, AFullDiskIsAnErrorAndLeavesTheOldFile) {
  // /dev/full takes no byte, but nothing can be renamed there, so the limit of a file's size
  // stands for the full disk.
  const std::string path = Make("f", "old", 0600);
  EXPECT_TRUE(testing::HoldsInChild([&path] {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status status = WriteFileAtomic(path, std::string(5000, 'x'), 0600);
    return GetReason(status) == Reason::kFileInvalid;
  }));
  EXPECT_EQ(ReadFile(path).value(), "old");
  EXPECT_THAT(Listing(), ::testing::ElementsAre("f"));
}

TEST_F(DurableFileTest, WhereNoFileCanBe) {
  for (const auto& write : {WriteFileAtomic, WriteNewFile}) {
    const absl::Status missing = write(Path("none/f"), "x", 0600);
    EXPECT_EQ(missing.code(), absl::StatusCode::kFailedPrecondition) << missing;
    EXPECT_EQ(GetReason(missing), Reason::kFileMissing) << missing;
    EXPECT_THAT(std::string(missing.message()), HasSubstr(Path("none/f")));
  }
  const absl::Status folder = WriteFileAtomic(folder_, "x", 0600);
  EXPECT_EQ(folder.code(), absl::StatusCode::kFailedPrecondition) << folder;
  EXPECT_EQ(GetReason(folder), Reason::kFileInvalid) << folder;
  EXPECT_THAT(std::string(folder.message()), HasSubstr(folder_));
}

TEST_F(DurableFileTest, ACreatedFileIsEmptyAndNew) {
  {
    const absl::StatusOr<Descriptor> made = CreateNewFile(Path("f"), 0600);
    ASSERT_TRUE(made.ok()) << made.status();
    EXPECT_EQ(ModeOf(Path("f")), 0600u);
    EXPECT_EQ(ReadFile(Path("f")).value(), "");
    EXPECT_EQ(WriteAll(made->get(), "bit by bit"), 0);
  }
  const absl::Status again = CreateNewFile(Path("f"), 0600).status();
  EXPECT_EQ(again.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_THAT(std::string(again.message()), HasSubstr(Path("f")));
  EXPECT_EQ(ReadFile(Path("f")).value(), "bit by bit");
  EXPECT_EQ(GetReason(CreateNewFile(Path("none/f"), 0600).status()), Reason::kFileMissing);
}

TEST_F(DurableFileTest, AFolderTakesTheNameOfAnEmptyOneAlone) {
  for (const char* const name : {"new", "empty", "full"}) {
    std::filesystem::create_directory(Path(name));
  }
  Make("new/f", "x", 0600);
  Make("full/g", "y", 0600);
  EXPECT_EQ(RenameDurably(Path("new"), Path("full")), ENOTEMPTY);
  EXPECT_EQ(RenameDurably(Path("new"), Path("empty")), 0);
  EXPECT_EQ(ReadFile(Path("empty/f")).value(), "x");
  EXPECT_EQ(ReadFile(Path("full/g")).value(), "y");
  EXPECT_EQ(RenameDurably(Path("new"), Path("empty")), ENOENT);
}

TEST_F(DurableFileTest, ErrorsAreNumbers) {
  EXPECT_EQ(SyncFolderOf(Path("f")), 0);
  EXPECT_EQ(SyncFolderOf(Path("none/f")), ENOENT);
  EXPECT_EQ(WriteAll(-1, "x"), EBADF);
  EXPECT_EQ(WriteAll(-1, ""), 0);
}

TEST(FolderOfTest, IsWhatStandsBeforeTheLastSlash) {
  EXPECT_EQ(FolderOf("a/b/c"), "a/b");
  EXPECT_EQ(FolderOf("b"), ".");
  EXPECT_EQ(FolderOf("/b"), "/");
  EXPECT_EQ(FolderOf("/a/b"), "/a");
}

}  // namespace
}  // namespace fleetca
