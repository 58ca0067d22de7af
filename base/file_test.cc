#include "base/file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/large_file.h"
#include "base/testing/in_child.h"
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

  const testing::TemporaryFolder temporary_;
  const std::string folder_ = temporary_.path();
};

template <typename T>
absl::Status StatusOf(const absl::StatusOr<T>& result) {
  return result.status();
}

template <typename Result>
void ExpectRefused(const Result& result, Reason reason, absl::string_view path) {
  const absl::Status status = StatusOf(result);
  EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
  EXPECT_EQ(GetReason(status), reason) << status;
  EXPECT_THAT(std::string(status.message()), HasSubstr(std::string(path)));
}

TEST_F(FileTest, AnotherLimitIsTheCallers) {
  const std::string path = Make("f", std::string(kMaxFileBytes + 1, 'x'), 0600);
  ExpectRefused(ReadFile(path), Reason::kFileInvalid, path);
  const absl::StatusOr<std::string> read = ReadLargeFile(path, kMaxFileBytes + 1);
  ASSERT_TRUE(read.ok()) << read.status();
  EXPECT_EQ(read->size(), kMaxFileBytes + 1);
  ExpectRefused(ReadLargeFile(Make("g", "four", 0600), 3), Reason::kFileInvalid, Path("g"));
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
}

TEST_F(FileTest, FolderIsNoFile) {
  ExpectRefused(ReadFile(folder_), Reason::kFileInvalid, folder_);
  ExpectRefused(ReadSecretFile(folder_), Reason::kFileInvalid, folder_);
}

TEST_F(FileTest, SecretFileThatOthersCanReadOrWriteIsRefused) {
  const struct {
    mode_t mode;
    const char* what;
  } cases[] = {{0620, "its group may write it"}, {0604, "everybody may read it"},
               {0602, "everybody may write it"}, {0644, "everybody may read it"},
               {0660, "its group may write it"}, {0666, "everybody may write it"},
               {0777, "everybody may write it"}, {0404, "everybody may read it"}};
  for (const auto& [mode, what] : cases) {
    const std::string path = Make("secret", "s", mode);
    ExpectRefused(ReadSecretFile(path), Reason::kFilePermissions, path);
    const std::string said(ReadSecretFile(path).status().message());
    EXPECT_THAT(said, HasSubstr(what));
    EXPECT_THAT(said, HasSubstr("run: chmod 0600 " + path));
  }
  // What is root's may be lent by its group; what is one's own may not.
  for (const mode_t mode : {0640, 0440}) {
    EXPECT_EQ(ReadSecretFile(Make("secret", "s", mode)).ok(), geteuid() == 0) << mode;
  }
  for (const mode_t mode : {0600, 0400, 0700}) {
    EXPECT_EQ(ReadSecretFile(Make("secret", "s", mode))->view(), "s") << mode;
  }
}

// A pipe without a writer would be waited for.
TEST_F(FileTest, APipeIsNoSecretAndIsNotWaitedFor) {
  const std::string path = Path("pipe");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  for (const auto& secret : {ReadSecretFile(path), ReadCredentialFile(path)}) {
    ExpectRefused(secret, Reason::kFilePermissions, path);
    EXPECT_THAT(std::string(secret.status().message()), HasSubstr("not a pipe"));
  }
}

TEST_F(FileTest, WhoMayNotBeKeptWaitingReadsRegularFilesAlone) {
  const std::string path = Make("f", "text", 0644);
  EXPECT_EQ(*ReadRegularFile(path), "text");
  const std::string pipe = Path("pipe");
  ASSERT_EQ(mkfifo(pipe.c_str(), 0600), 0);
  for (const std::string& other : {pipe, std::string("/dev/zero"), std::string("/dev/null")}) {
    const absl::StatusOr<std::string> refused = ReadRegularFile(other);
    ExpectRefused(refused, Reason::kFileInvalid, other);
    EXPECT_THAT(std::string(refused.status().message()), HasSubstr("a pipe or a device"));
  }
  ExpectRefused(ReadRegularFile("/tmp"), Reason::kFileInvalid, "/tmp");
  ExpectRefused(ReadRegularFile(path, 0, 3), Reason::kFileInvalid, path);
  EXPECT_EQ(*ReadRegularFile(path, 0, 4), "text");
  const std::string link = Path("a-link");
  ASSERT_EQ(symlink(path.c_str(), link.c_str()), 0);
  EXPECT_EQ(*ReadRegularFile(link), "text");
  ExpectRefused(ReadRegularFile(link, O_NOFOLLOW), Reason::kFileInvalid, link);
}

TEST_F(FileTest, ACheckedFileIsReadOnceItIsBelievedAndHasNotGrown) {
  const std::string path = Make("f", "text", 0644);
  const auto believe = [](int, const struct stat&) { return absl::OkStatus(); };
  EXPECT_EQ(ReadCheckedFile(path, 0, believe)->view(), "text");
  const absl::Status refusal = absl::AbortedError("no");
  EXPECT_EQ(ReadCheckedFile(path, 0, [&](int, const struct stat&) { return refusal; }).status(),
            refusal);
  const auto grow = [&path](int, const struct stat&) {
    std::ofstream(path, std::ios::app) << "and more";
    return absl::OkStatus();
  };
  const absl::StatusOr<SecretBytes> grown = ReadCheckedFile(path, 0, grow);
  ExpectRefused(grown, Reason::kFileInvalid, path);
  EXPECT_THAT(std::string(grown.status().message()), HasSubstr("it grew while it was read"));
}

TEST_F(FileTest, ACheckedFileMayBeALinkWhereTheFlagsSaySo) {
  const std::string target = Make("target", "text", 0644);
  const std::string link = Path("a-link");
  ASSERT_EQ(symlink(target.c_str(), link.c_str()), 0);
  const auto believe = [](int, const struct stat&) { return absl::OkStatus(); };
  EXPECT_EQ(ReadCheckedFile(link, 0, believe)->view(), "text");
  const absl::StatusOr<SecretBytes> refused = ReadCheckedFile(link, O_NOFOLLOW, believe);
  ExpectRefused(refused, Reason::kFileInvalid, link);
  EXPECT_THAT(std::string(refused.status().message()), HasSubstr("symbolic link"));
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

// As Kubernetes mounts Secrets and projected service account tokens: read-only, mode 0644, behind
// links that are replaced to change all files at once.
TEST_F(FileTest, ASecretOnAReadOnlyMountMayBeReadByEverybodyAndWrittenByNobody) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "Only root can mount.";
  }
  const int result = testing::InChild([this] {
    if (unshare(CLONE_NEWNS) != 0 ||
        mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) != 0 ||
        mount("none", folder_.c_str(), "tmpfs", 0, nullptr) != 0) {
      return 100;  // not in this sandbox
    }
    CHILD_EXPECT(mkdir(Path("..2026_11_29").c_str(), 0755) == 0);
    CHILD_EXPECT(symlink("..2026_11_29", Path("..data").c_str()) == 0);
    CHILD_EXPECT(symlink("..data/token", Path("token").c_str()) == 0);
    CHILD_EXPECT(symlink("..data/open", Path("open").c_str()) == 0);
    Make("..2026_11_29/token", "s", 0644);
    Make("..2026_11_29/open", "s", 0664);
    CHILD_EXPECT(!ReadSecretFile(Path("token")).ok());
    CHILD_EXPECT(mount("none", folder_.c_str(), nullptr, MS_REMOUNT | MS_RDONLY, nullptr) == 0);
    const absl::StatusOr<SecretBytes> read = ReadSecretFile(Path("token"));
    CHILD_EXPECT(read.ok() && read->view() == "s");
    const absl::Status refused = ReadSecretFile(Path("open")).status();
    CHILD_EXPECT(GetReason(refused) == Reason::kFilePermissions);
    CHILD_EXPECT(absl::StrContains(refused.message(), "defaultMode"));
    return 0;
  });
  if (result == 100) {
    GTEST_SKIP() << "no mount namespaces here";
  }
  EXPECT_EQ(result, 0);
}

TEST_F(FileTest, ASecretOnStandardInputIsTakenFromWhoeverOpenedIt) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  ASSERT_EQ(write(ends[1], "s", 1), 1);
  close(ends[1]);
  EXPECT_TRUE(testing::HoldsInChild([&ends] {
    dup2(ends[0], STDIN_FILENO);
    const absl::StatusOr<SecretBytes> read = ReadSecretFile("-");
    return read.ok() && read->view() == "s";
  }));
  close(ends[0]);
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
    return testing::InChild([this] {
      // By its name alone, as the folders above may be closed to others.
      const bool became =
          chdir(folder_.c_str()) == 0 && setegid(kNobody) == 0 && seteuid(kNobody) == 0;
      const absl::StatusOr<SecretBytes> read = ReadSecretFile("lent");
      const bool refused = GetReason(StatusOf(read)) == Reason::kFilePermissions;
      return !became ? 3 : read.ok() && read->view() == "s" ? 0 : refused ? 1 : 2;
    });
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
  EXPECT_TRUE(testing::HoldsInChild([&path] {
    const bool unprivileged = geteuid() != 0 || seteuid(kNobody) == 0;
    return unprivileged && GetReason(ReadFile(path).status()) == Reason::kFilePermissions;
  }));
}

}  // namespace
}  // namespace fleetca
