#include "base/net/unix_socket.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

class UnixSocketTest : public ::testing::Test {
 protected:
  // 0, or the errno with which it is refused.
  int Connect() const {
    const Descriptor fd(socket(AF_UNIX, SOCK_STREAM, 0));
    const sockaddr_un address = Address();
    return connect(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0
               ? 0
               : errno;
  }

  sockaddr_un Address() const {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::strncpy(address.sun_path, path_.c_str(), sizeof(address.sun_path) - 1);
    return address;
  }

  // A socket as a process leaves it that was killed.
  void LeaveStale() const {
    const Descriptor fd(socket(AF_UNIX, SOCK_STREAM, 0));
    const sockaddr_un address = Address();
    ASSERT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(listen(fd.get(), 1), 0);
  }

  // Short, as the path of a socket must be.
  const testing::TemporaryFolder folder_{"/tmp"};
  const std::string path_ = folder_.path() + "/s";
};

TEST_F(UnixSocketTest, HasItsModeWhateverTheUmaskIsAndIsGoneInTheEnd) {
  const mode_t before = umask(0077);
  auto made = UnixSocket::Listen({.path = path_, .mode = 0666});
  umask(before);
  FLEETCA_ASSERT_OK(made);
  EXPECT_EQ((*made)->path(), path_);
  struct stat info = {};
  ASSERT_EQ(lstat(path_.c_str(), &info), 0);
  EXPECT_TRUE(S_ISSOCK(info.st_mode));
  EXPECT_EQ(info.st_mode & 07777, 0666u);
  EXPECT_EQ(info.st_uid, geteuid());
  EXPECT_EQ(Connect(), 0);
  made->reset();
  EXPECT_EQ(Connect(), ENOENT);
}

TEST_F(UnixSocketTest, ReplacesWhatADeadProcessLeft) {
  LeaveStale();
  ASSERT_EQ(Connect(), ECONNREFUSED);
  const auto made = UnixSocket::Listen({.path = path_});
  FLEETCA_ASSERT_OK(made);
  EXPECT_EQ(Connect(), 0);
}

TEST_F(UnixSocketTest, LeavesALivingOneAlone) {
  const auto first = UnixSocket::Listen({.path = path_});
  FLEETCA_ASSERT_OK(first);
  const auto second = UnixSocket::Listen({.path = path_});
  EXPECT_THAT(second.status(),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_THAT(second.status().message(), HasSubstr("Somebody listens at"));
  EXPECT_EQ(Connect(), 0);
}

TEST_F(UnixSocketTest, LeavesTheFileOfAnotherAloneInTheEnd) {
  auto first = UnixSocket::Listen({.path = path_});
  FLEETCA_ASSERT_OK(first);
  ASSERT_EQ(unlink(path_.c_str()), 0);
  const auto second = UnixSocket::Listen({.path = path_});
  FLEETCA_ASSERT_OK(second);
  first->reset();
  EXPECT_EQ(Connect(), 0);
}

TEST_F(UnixSocketTest, SaysWhatIsWrongWithAPath) {
  const auto problem = [](const std::string& path) {
    return UnixSocket::Listen({.path = path}).status();
  };
  for (const std::string& path : {std::string(), std::string("s"), "/" + std::string(120, 'a')}) {
    EXPECT_THAT(problem(path),
                IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
    EXPECT_THAT(problem(path).message(), HasSubstr("107 octets"));
  }
  const absl::Status no_folder = problem(folder_.path() + "/none/s");
  EXPECT_THAT(no_folder, IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
  EXPECT_THAT(no_folder.message(), HasSubstr("No such file or directory"));
}

TEST_F(UnixSocketTest, NobodyButRootGivesItAway) {
  if (geteuid() == 0) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        const auto made, UnixSocket::Listen({.path = path_, .user = 12345, .group = 54321}));
    struct stat info = {};
    ASSERT_EQ(lstat(path_.c_str(), &info), 0);
    EXPECT_EQ(info.st_uid, 12345u);
    EXPECT_EQ(info.st_gid, 54321u);
    EXPECT_EQ(info.st_mode & 07777, 0660u);
  } else {
    EXPECT_THAT(UnixSocket::Listen({.path = path_, .user = 12345}).status().message(),
                HasSubstr("CAP_CHOWN"));
    EXPECT_NE(access(path_.c_str(), F_OK), 0);
  }
}

TEST_F(UnixSocketTest, RemoveStaleSocketTakesAwayOnlyWhatNobodyUses) {
  FLEETCA_EXPECT_OK(RemoveStaleSocket(path_));

  LeaveStale();
  FLEETCA_EXPECT_OK(RemoveStaleSocket(path_));
  EXPECT_NE(access(path_.c_str(), F_OK), 0);

  FLEETCA_ASSERT_OK(WriteFileAtomic(path_, "precious", 0600));
  EXPECT_THAT(RemoveStaleSocket(path_),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_EQ(*ReadFile(path_), "precious");
}

// A process that no longer accepts is not one that is gone.
TEST_F(UnixSocketTest, AFullQueueIsNotWaitedForAndIsNoDeadProcess) {
  const Descriptor fd(socket(AF_UNIX, SOCK_STREAM, 0));
  const sockaddr_un address = Address();
  ASSERT_EQ(bind(fd.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(fd.get(), 0), 0);
  const Descriptor waits(socket(AF_UNIX, SOCK_STREAM, 0));
  ASSERT_EQ(connect(waits.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  EXPECT_THAT(RemoveStaleSocket(path_).message(), HasSubstr("Somebody listens"));
}

}  // namespace
}  // namespace fleetca
