// What each kind of thing at a path has done to it.
#include "base/output_file.h"

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/output_check.h"
#include "base/output_place.h"
#include "base/testing/in_child.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;

constexpr mode_t kMode = 0644;
constexpr uid_t kNobody = 65534;
constexpr char kKey[] = "-----BEGIN EC PRIVATE KEY-----\nMA==\n-----END EC PRIVATE KEY-----\n";

class OutputFileTest : public ::testing::Test {
 protected:
  std::string Path(absl::string_view name) const { return absl::StrCat(folder_.path(), "/", name); }

  // The check before the question must agree with the write after it.
  absl::Status CheckAndWrite(const std::string& path) {
    const absl::Status checked = CheckCanWrite(path);
    const absl::Status written = WriteOutput(path, "data", kMode);
    EXPECT_EQ(checked.ok(), written.ok()) << checked << "\n" << written;
    EXPECT_EQ(GetReason(checked), GetReason(written)) << checked << "\n" << written;
    return written;
  }

  static std::string ReadPipe(int fd) {
    char some[64];
    const ssize_t count = read(fd, some, sizeof(some));
    return std::string(some, count < 0 ? 0 : static_cast<size_t>(count));
  }

  // A socket's path must be short.
  const testing::TemporaryFolder folder_{"/tmp"};
};

TEST_F(OutputFileTest, AFileIsMadeOrReplaced) {
  EXPECT_TRUE(CheckAndWrite(Path("new")).ok());
  ASSERT_TRUE(WriteFileAtomic(Path("old"), "old", 0600).ok());
  EXPECT_TRUE(CheckAndWrite(Path("old")).ok());
  EXPECT_EQ(*ReadFile(Path("old")), "data");
}

TEST_F(OutputFileTest, ADeviceStaysOne) {
  const std::string device = Path("null");
  struct stat found;
  if (mknod(device.c_str(), S_IFCHR | 0666, makedev(1, 3)) != 0) {
    ASSERT_TRUE(CheckAndWrite("/dev/null").ok());
    ASSERT_EQ(stat("/dev/null", &found), 0);
  } else {
    // Where the folder is on a file system without devices, that fails, and it stays one as well.
    WriteOutput(device, "data", kMode).IgnoreError();
    ASSERT_EQ(lstat(device.c_str(), &found), 0);
  }
  EXPECT_TRUE(S_ISCHR(found.st_mode));
  EXPECT_TRUE(CheckAndWrite("/dev/null").ok());
  EXPECT_EQ(GetReason(WriteOutput("/dev/full", "data", kMode)), Reason::kFileInvalid);
}

TEST_F(OutputFileTest, APipeIsWrittenInto) {
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  const Descriptor reader(open(Path("pipe").c_str(), O_RDONLY | O_NONBLOCK | O_CLOEXEC));
  ASSERT_TRUE(CheckCanWrite(Path("pipe")).ok());
  ASSERT_TRUE(WriteOutput(Path("pipe"), "data", kMode).ok());
  EXPECT_EQ(ReadPipe(reader.get()), "data");
  struct stat found;
  ASSERT_EQ(lstat(Path("pipe").c_str(), &found), 0);
  EXPECT_TRUE(S_ISFIFO(found.st_mode));
}

TEST_F(OutputFileTest, OpenDescriptorsAreWrittenIntoByEachOfTheirNames) {
  for (const char* name : {"/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"}) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    EXPECT_TRUE(testing::HoldsInChild([&] {
      dup2(ends[1], STDOUT_FILENO);
      return CheckCanWrite(name).ok() && WriteOutput(name, "data", kMode).ok();
    })) << name;
    close(ends[1]);
    EXPECT_EQ(ReadPipe(ends[0]), "data") << name;
    close(ends[0]);
  }
  EXPECT_FALSE(CheckAndWrite("/dev/fd/987").ok());
}

// `sudo -u nobody fleetca ... --out /dev/stdout > file`: opening it anew would be refused, and
// replacing what the shell opened would lose what it holds.
TEST_F(OutputFileTest, StandardOutputNeedsNoRightsAndIsAppendedTo) {
  const Descriptor file(open(Path("redirected").c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  ASSERT_EQ(write(file.get(), "before ", 7), 7);
  EXPECT_TRUE(testing::HoldsInChild([&] {
    dup2(file.get(), STDOUT_FILENO);
    const bool became = geteuid() != 0 || (setresgid(kNobody, kNobody, kNobody) == 0 &&
                                           setresuid(kNobody, kNobody, kNobody) == 0);
    return became && CheckCanWrite("/dev/stdout").ok() &&
           WriteOutput("/dev/stdout", "data", kMode).ok();
  }));
  EXPECT_EQ(*ReadFile(Path("redirected")), "before data");
}

TEST_F(OutputFileTest, ALinkStaysOneAndItsTargetIsReplaced) {
  fs::create_directory(Path("folder"));
  ASSERT_TRUE(WriteFileAtomic(Path("folder/old"), "old", 0600).ok());
  fs::create_symlink("folder/old", Path("link"));
  fs::create_symlink("link", Path("link-to-link"));
  fs::create_symlink("folder/none", Path("dangling"));
  EXPECT_TRUE(CheckAndWrite(Path("link-to-link")).ok());
  EXPECT_EQ(*ReadFile(Path("folder/old")), "data");
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_TRUE(fs::is_symlink(Path("link-to-link")));
  EXPECT_TRUE(CheckAndWrite(Path("dangling")).ok());
  EXPECT_TRUE(fs::is_symlink(Path("dangling")));
  EXPECT_EQ(*ReadFile(Path("folder/none")), "data");
  fs::create_symlink("round", Path("round"));
  EXPECT_FALSE(CheckAndWrite(Path("round")).ok());
}

// Root must not be led by a link that somebody laid in /tmp.
TEST_F(OutputFileTest, ALinkOfAnotherUserInASharedFolderIsNotFollowed) {
  if (geteuid() != 0) {
    GTEST_SKIP() << "only root can make another user's link";
  }
  fs::create_directory(Path("shared"));
  ASSERT_EQ(chmod(Path("shared").c_str(), 01777), 0);
  ASSERT_TRUE(WriteFileAtomic(Path("precious"), "old", 0600).ok());
  fs::create_symlink(Path("precious"), Path("shared/link"));
  ASSERT_EQ(lchown(Path("shared/link").c_str(), kNobody, kNobody), 0);
  EXPECT_EQ(GetReason(CheckAndWrite(Path("shared/link"))), Reason::kFilePermissions);
  EXPECT_EQ(*ReadFile(Path("precious")), "old");
}

TEST_F(OutputFileTest, AFolderAndAKeyAreRefused) {
  fs::create_directory(Path("folder"));
  ASSERT_TRUE(WriteFileAtomic(Path("key"), absl::StrCat("text\n", kKey), 0600).ok());
  fs::create_symlink("key", Path("link"));
  for (const char* name : {"folder", "folder/", "folder/.", "key", "link"}) {
    EXPECT_FALSE(CheckAndWrite(Path(name)).ok()) << name;
  }
  EXPECT_THAT(std::string(CheckCanWrite(Path("link")).message()),
              HasSubstr("it holds a private key"));
  EXPECT_THAT(*ReadFile(Path("key")), HasSubstr(kKey));
}

TEST_F(OutputFileTest, ASocketIsWrittenIntoWhereSomebodyListens) {
  const Descriptor listening(socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  ASSERT_LT(Path("socket").size(), sizeof(address.sun_path));
  std::strcpy(address.sun_path, Path("socket").c_str());
  ASSERT_EQ(bind(listening.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_TRUE(CheckCanWrite(Path("socket")).ok());
  EXPECT_EQ(GetReason(WriteOutput(Path("socket"), "data", kMode)), Reason::kFileInvalid);
  ASSERT_EQ(listen(listening.get(), 1), 0);
  ASSERT_TRUE(WriteOutput(Path("socket"), "data", kMode).ok());
  const Descriptor accepted(accept(listening.get(), nullptr, nullptr));
  EXPECT_EQ(ReadPipe(accepted.get()), "data");
  EXPECT_TRUE(fs::is_socket(Path("socket")));
}

TEST_F(OutputFileTest, ADashIsStandardOutput) {
  int ends[2];
  ASSERT_EQ(pipe(ends), 0);
  EXPECT_TRUE(testing::HoldsInChild([&] {
    dup2(ends[1], STDOUT_FILENO);
    return CheckCanWrite("-", Replace::kNothing).ok() &&
           WriteOutput("-", "data", kMode, Replace::kNothing).ok();
  }));
  close(ends[1]);
  EXPECT_EQ(ReadPipe(ends[0]), "data");
  close(ends[0]);
  EXPECT_TRUE(testing::HoldsInChild([] {
    close(STDOUT_FILENO);
    const absl::Status written = WriteOutput("-", "data", kMode);
    return GetReason(written) == Reason::kFileInvalid &&
           absl::StrContains(written.message(), "standard output");
  }));
  EXPECT_FALSE(fs::exists("-"));
}

TEST_F(OutputFileTest, WhatMayHaveItsPlaceTaken) {
  ASSERT_TRUE(WriteFileAtomic(Path("old"), "old", 0600).ok());
  ASSERT_TRUE(WriteFileAtomic(Path("key"), kKey, 0600).ok());
  fs::create_symlink("old", Path("link"));
  for (const char* name : {"old", "link", "key"}) {
    EXPECT_EQ(WriteOutput(Path(name), "data", kMode, Replace::kNothing).code(),
              absl::StatusCode::kAlreadyExists);
    EXPECT_EQ(CheckCanWrite(Path(name), Replace::kNothing).code(),
              absl::StatusCode::kAlreadyExists);
  }
  EXPECT_EQ(*ReadFile(Path("old")), "old");
  EXPECT_TRUE(WriteOutput(Path("new"), "data", kMode, Replace::kNothing).ok());
  EXPECT_FALSE(CheckCanWrite(Path("key"), Replace::kAllButKeys).ok());
  EXPECT_TRUE(CheckCanWrite(Path("key"), Replace::kAnything).ok());
  EXPECT_TRUE(WriteOutput(Path("key"), "another key", 0600, Replace::kAnything).ok());
  EXPECT_EQ(*ReadFile(Path("key")), "another key");
}

TEST_F(OutputFileTest, OneOfManyFilesIsWrittenAsOthersAre) {
  fs::create_symlink("old", Path("link"));
  for (const char* data : {"one", "two"}) {
    ASSERT_TRUE(WriteOutput(Path("link"), data, kMode, Replace::kAllButKeys, Durable::kLater).ok());
    EXPECT_EQ(*ReadFile(Path("old")), data);
  }
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_EQ(SyncFileSystemOf(Path("old")), 0);
  EXPECT_EQ(SyncFileSystemOf(Path("none/old")), ENOENT);
}

TEST_F(OutputFileTest, RemovingLeavesLinksAndStreams) {
  ASSERT_TRUE(WriteFileAtomic(Path("old"), "old", 0600).ok());
  fs::create_symlink("old", Path("link"));
  ASSERT_EQ(mkfifo(Path("pipe").c_str(), 0600), 0);
  for (const std::string& path : {Path("link"), Path("pipe"), Path("none"), std::string("-")}) {
    EXPECT_TRUE(RemoveOutput(path).ok()) << path;
  }
  EXPECT_TRUE(fs::is_symlink(Path("link")));
  EXPECT_TRUE(fs::is_fifo(Path("pipe")));
  EXPECT_FALSE(fs::exists(Path("old")));
}

TEST_F(OutputFileTest, OneFileIsKnownByEachOfItsNames) {
  fs::create_directory(Path("folder"));
  fs::create_directory_symlink("folder", Path("way"));
  ASSERT_TRUE(WriteFileAtomic(Path("folder/old"), "old", 0600).ok());
  fs::create_hard_link(Path("folder/old"), Path("hard"));
  const auto same = [this](const char* one, const char* other) {
    const std::optional<FileIdentity> a = FindFile(Path(one));
    const std::optional<FileIdentity> b = FindFile(Path(other));
    return a.has_value() && b.has_value() && a->IsSameAs(*b);
  };
  EXPECT_TRUE(same("folder/new", "folder/./new"));
  EXPECT_TRUE(same("folder/new", "way/new"));
  EXPECT_TRUE(same("folder/old", "hard"));
  EXPECT_FALSE(same("folder/new", "new"));
  EXPECT_FALSE(same("folder/old", "folder/new"));
  EXPECT_FALSE(FindFile("/dev/null").has_value());
  EXPECT_FALSE(FindFile(Path("none/new")).has_value());
}

}  // namespace
}  // namespace fleetca
