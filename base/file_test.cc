#include "base/file.h"

#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::testing::HasSubstr;

constexpr uid_t kNobody = 65534;

class FileTest : public ::testing::Test {
 protected:
  std::string Path(absl::string_view name) const { return absl::StrCat(folder_, "/", name); }

  // A file with exactly these bytes and this mode, made without the code under test.
  std::string Make(absl::string_view name, absl::string_view contents, mode_t mode) const {
    const std::string path = Path(name);
    FILE* file = fopen(path.c_str(), "wb");
    EXPECT_NE(file, nullptr);
    EXPECT_EQ(fwrite(contents.data(), 1, contents.size(), file), contents.size());
    EXPECT_EQ(fclose(file), 0);
    EXPECT_EQ(chmod(path.c_str(), mode), 0);
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

template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}
absl::Status StatusOf(const absl::Status& status) { return status; }

template <typename Result>
void ExpectRefused(const Result& result, Reason reason, absl::string_view path) {
  const absl::Status status = StatusOf(result);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(GetReason(status), reason) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(path)));
}

TEST_F(FileTest, ReadsAllSizes) {
  for (const size_t size : {0, 1, 65535, 65536, 65537, 200000}) {
    const std::string contents(size, 'x');
    const absl::StatusOr<std::string> read = ReadFile(Make("f", contents, 0600));
    ASSERT_TRUE(read.ok()) << read.status();
    EXPECT_EQ(*read, contents);
    const absl::StatusOr<SecretBytes> secret = ReadSecretFile(Path("f"));
    ASSERT_TRUE(secret.ok()) << secret.status();
    EXPECT_EQ(secret->view(), contents);
  }
}

TEST_F(FileTest, ReadsBytesAsTheyAre) {
  const std::string contents("a\0\r\n\xff\n", 6);
  EXPECT_EQ(ReadFile(Make("f", contents, 0600)).value(), contents);
  EXPECT_EQ(ReadSecretFile(Path("f"))->view(), contents);
}

TEST_F(FileTest, SizeLimitIsExact) {
  const std::string largest(kMaxFileBytes, 'x');
  EXPECT_EQ(ReadFile(Make("f", largest, 0600)).value(), largest);
  EXPECT_EQ(ReadSecretFile(Path("f"))->size(), kMaxFileBytes);
  Make("f", largest + "x", 0600);
  ExpectRefused(ReadFile(Path("f")), Reason::kFileInvalid, Path("f"));
  ExpectRefused(ReadSecretFile(Path("f")), Reason::kFileInvalid, Path("f"));
}

TEST_F(FileTest, AnEndlessDeviceIsTooLarge) {
  ExpectRefused(ReadFile("/dev/zero"), Reason::kFileInvalid, "/dev/zero");
}

TEST_F(FileTest, ReadsAFileWithoutASize) {
  const absl::StatusOr<std::string> read = ReadFile("/proc/self/status");
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_THAT(*read, HasSubstr("\nPid:"));
}

TEST_F(FileTest, MissingFile) {
  for (const std::string& path : {Path("none"), Path("none/deeper"), std::string()}) {
    ExpectRefused(ReadFile(path), Reason::kFileMissing, path);
    ExpectRefused(ReadSecretFile(path), Reason::kFileMissing, path);
  }
  ExpectRefused(WriteFileAtomic(Path("none/f"), "x", 0600), Reason::kFileMissing, Path("none/f"));
  ExpectRefused(WriteNewFile(Path("none/f"), "x", 0600), Reason::kFileMissing, Path("none/f"));
}

TEST_F(FileTest, FolderIsNoFile) {
  ExpectRefused(ReadFile(folder_), Reason::kFileInvalid, folder_);
  ExpectRefused(ReadSecretFile(folder_), Reason::kFileInvalid, folder_);
  ExpectRefused(WriteFileAtomic(folder_, "x", 0600), Reason::kFileInvalid, folder_);
}

TEST_F(FileTest, SecretFileThatOthersCanReadOrWriteIsRefused) {
  for (const mode_t mode : {0640, 0620, 0604, 0602, 0644, 0666, 0777, 0440, 0404}) {
    const std::string path = Make("secret", "s", mode);
    ExpectRefused(ReadSecretFile(path), Reason::kFilePermissions, path);
    EXPECT_THAT(std::string(ReadSecretFile(path).status().message()), HasSubstr("chmod 0600"));
  }
  for (const mode_t mode : {0600, 0400, 0700}) {
    EXPECT_EQ(ReadSecretFile(Make("secret", "s", mode))->view(), "s") << mode;
  }
}

TEST_F(FileTest, CredentialMayShowItsAclAsGroupRead) {
  for (const mode_t mode : {0400, 0440, 0600, 0640}) {
    EXPECT_EQ(ReadCredentialFile(Make("credential", "s", mode))->view(), "s") << mode;
  }
  for (const mode_t mode : {0460, 0420, 0444, 0404, 0402}) {
    const std::string path = Make("credential", "s", mode);
    ExpectRefused(ReadCredentialFile(path), Reason::kFilePermissions, path);
  }
}

// As in a Kubernetes Secret with fsGroup.
TEST_F(FileTest, ASecretOfRootsMayBeLentByAGroup) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "Only root can give a file to another group.";
  }
  ASSERT_EQ(chmod(folder_.c_str(), 0711), 0);
  const auto can_read = [this](mode_t mode, uid_t owner) {
    const std::string path = Make("lent", "s", mode);
    EXPECT_EQ(chown(path.c_str(), owner, kNobody), 0);
    const pid_t child = fork();
    if (child == 0) {
      // By its name alone, as the folders above may be closed to others.
      const bool became =
          chdir(folder_.c_str()) == 0 && setegid(kNobody) == 0 && seteuid(kNobody) == 0;
      const absl::StatusOr<SecretBytes> read = ReadSecretFile("lent");
      const bool refused = GetReason(StatusOf(read)) == Reason::kFilePermissions;
      _exit(!became ? 3 : read.ok() && read->view() == "s" ? 0 : refused ? 1 : 2);
    }
    int result = 0;
    EXPECT_EQ(waitpid(child, &result, 0), child);
    return WEXITSTATUS(result);
  };
  for (const mode_t mode : {0440, 0640}) {
    EXPECT_EQ(can_read(mode, 0), 0) << mode;
    EXPECT_EQ(can_read(mode, kNobody), 1) << mode;  // which could close it itself
  }
  for (const mode_t mode : {0660, 0460, 0444, 0644, 0642}) {
    EXPECT_EQ(can_read(mode, 0), 1) << mode;
  }
}

TEST_F(FileTest, SecretThroughALinkIsJudgedByItsTarget) {
  // As Kubernetes mounts its secrets.
  ASSERT_EQ(symlink(Make("target", "s", 0600).c_str(), Path("link").c_str()), 0);
  EXPECT_EQ(ReadSecretFile(Path("link"))->view(), "s");
  Make("target", "s", 0644);
  ExpectRefused(ReadSecretFile(Path("link")), Reason::kFilePermissions, Path("link"));
}

TEST_F(FileTest, SecretMustBeARegularFile) {
  ExpectRefused(ReadSecretFile("/dev/null"), Reason::kFilePermissions, "/dev/null");
  ExpectRefused(ReadSecretFile("-"), Reason::kFilePermissions, "-");
}

TEST_F(FileTest, SecretOfAnotherUserIsRefused) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "Only root can give a file away.";
  }
  const std::string path = Make("secret", "s", 0600);
  ASSERT_EQ(chown(path.c_str(), kNobody, kNobody), 0);
  ExpectRefused(ReadSecretFile(path), Reason::kFilePermissions, path);
  EXPECT_THAT(std::string(ReadSecretFile(path).status().message()), HasSubstr("65534"));
}

TEST_F(FileTest, UnreadableFileIsAboutPermissions) {
  const std::string path = Make("f", "x", 0000);
  const pid_t child = fork();
  if (child == 0) {
    const bool unprivileged = geteuid() != 0 || seteuid(kNobody) == 0;
    const bool refused = GetReason(ReadFile(path).status()) == Reason::kFilePermissions;
    _exit(unprivileged && refused ? 0 : 1);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(result, 0);
}

TEST_F(FileTest, WritesContentsAndModeWhateverTheUmask) {
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

TEST_F(FileTest, WriteReplacesContentsAndMode) {
  const std::string path = Make("f", "a longer old text", 0644);
  EXPECT_TRUE(WriteFileAtomic(path, "new", 0600).ok());
  EXPECT_EQ(ReadFile(path).value(), "new");
  EXPECT_EQ(ModeOf(path), 0600u);
  EXPECT_TRUE(WriteFileAtomic(path, "", 0600).ok());
  EXPECT_EQ(ReadFile(path).value(), "");
  EXPECT_THAT(Listing(), ::testing::ElementsAre("f"));
}

TEST_F(FileTest, WriteNewFileLeavesAnExistingOneAlone) {
  const std::string path = Make("f", "old", 0640);
  const absl::Status status = WriteNewFile(path, "new", 0600);
  EXPECT_EQ(status.code(), absl::StatusCode::kAlreadyExists);
  EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
  EXPECT_THAT(std::string(status.message()), HasSubstr(path));
  EXPECT_EQ(ReadFile(path).value(), "old");
  EXPECT_EQ(ModeOf(path), 0640u);
  EXPECT_THAT(Listing(), ::testing::ElementsAre("f"));
}

TEST_F(FileTest, WriteNewFileFollowsNoDanglingLink) {
  ASSERT_EQ(symlink(Path("elsewhere").c_str(), Path("link").c_str()), 0);
  EXPECT_EQ(WriteNewFile(Path("link"), "key", 0600).code(), absl::StatusCode::kAlreadyExists);
  EXPECT_NE(access(Path("elsewhere").c_str(), F_OK), 0);
}

TEST_F(FileTest, OneOfManyWritersOfANewFileWins) {
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

TEST_F(FileTest, AReaderSeesTheOldFileOrTheNewNeverAPart) {
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

TEST_F(FileTest, APathWithoutAFolderIsInTheWorkingFolder) {
  char before[4096];
  ASSERT_NE(getcwd(before, sizeof(before)), nullptr);
  ASSERT_EQ(chdir(folder_.c_str()), 0);
  EXPECT_TRUE(WriteFileAtomic("bare", "x", 0600).ok());
  EXPECT_EQ(ReadFile("bare").value(), "x");
  ASSERT_EQ(chdir(before), 0);
  EXPECT_EQ(ReadFile(Path("bare")).value(), "x");
}

TEST_F(FileTest, AFullDiskIsAnErrorAndLeavesTheOldFile) {
  // /dev/full takes no byte, but nothing can be renamed there, so the limit of a file's size
  // stands for the full disk.
  const std::string path = Make("f", "old", 0600);
  const pid_t child = fork();
  if (child == 0) {
    signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1000, 1000};
    setrlimit(RLIMIT_FSIZE, &limit);
    const absl::Status status = WriteFileAtomic(path, std::string(5000, 'x'), 0600);
    _exit(GetReason(status) == Reason::kFileInvalid ? 0 : 1);
  }
  int result = 0;
  ASSERT_EQ(waitpid(child, &result, 0), child);
  EXPECT_EQ(result, 0);
  EXPECT_EQ(ReadFile(path).value(), "old");
  EXPECT_THAT(Listing(), ::testing::ElementsAre("f"));
}

}  // namespace
}  // namespace fleetca
