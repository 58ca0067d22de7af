#include "service/cli/readiness.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::service {
namespace {

// A socket that stands for systemd's, bound to `name`, where a leading "@" means an abstract one.
class Listener {
 public:
  explicit Listener(const std::string& name) : descriptor_(socket(AF_UNIX, SOCK_DGRAM, 0)) {
    sockaddr_un address = {};
    address.sun_family = AF_UNIX;
    std::memcpy(address.sun_path, name.data(), name.size());
    if (name[0] == '@') {
      address.sun_path[0] = '\0';
    }
    const auto size = static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + name.size());
    EXPECT_EQ(bind(descriptor_, reinterpret_cast<sockaddr*>(&address), size), 0);
  }
  ~Listener() { close(descriptor_); }

  std::string Receive() const {
    char buffer[100];
    const ssize_t size = recv(descriptor_, buffer, sizeof(buffer), MSG_DONTWAIT);
    return size < 0 ? "(nothing)" : std::string(buffer, static_cast<size_t>(size));
  }

 private:
  const int descriptor_;
};

class ReadinessTest : public ::testing::Test {
 protected:
  void TearDown() override { unsetenv("NOTIFY_SOCKET"); }
};

TEST_F(ReadinessTest, NothingIsSentWithoutSystemd) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(NotifySystemd("READY=1").ok());
  setenv("NOTIFY_SOCKET", "", 1);
  EXPECT_TRUE(NotifySystemd("READY=1").ok());
}

TEST_F(ReadinessTest, StateArrivesAtAnAbstractSocket) {
  const std::string name = absl::StrCat("@fleetca-readiness-test-", getpid());
  const Listener listener(name);
  setenv("NOTIFY_SOCKET", name.c_str(), 1);
  ASSERT_TRUE(NotifySystemd("READY=1").ok());
  EXPECT_EQ(listener.Receive(), "READY=1");
}

TEST_F(ReadinessTest, StateArrivesAtASocketFile) {
  const testing::TemporaryFolder folder("/tmp");  // a socket's path is 107 octets at most
  const std::string name = folder.path() + "/s";
  const Listener listener(name);
  setenv("NOTIFY_SOCKET", name.c_str(), 1);
  ASSERT_TRUE(NotifySystemd("STOPPING=1").ok());
  EXPECT_EQ(listener.Receive(), "STOPPING=1");
}

TEST_F(ReadinessTest, SocketThatIsNotThereIsAnError) {
  setenv("NOTIFY_SOCKET", "/nowhere/socket", 1);
  EXPECT_EQ(GetReason(NotifySystemd("READY=1")), Reason::kConfigInvalid);
  setenv("NOTIFY_SOCKET", std::string(200, 'a').c_str(), 1);
  EXPECT_EQ(GetReason(NotifySystemd("READY=1")), Reason::kConfigInvalid);
}

TEST_F(ReadinessTest, ReadyFileHoldsThePort) {
  const testing::TemporaryFolder folder;
  const std::string path = folder.path() + "/ready";
  ASSERT_TRUE(WriteReadyFile(path, 8443, 0).ok());
  EXPECT_EQ(*ReadFile(path), "8443\n");
  ASSERT_TRUE(WriteReadyFile(path, 8443, 8444).ok());
  EXPECT_EQ(*ReadFile(path), "8443\n8444\n");
  EXPECT_TRUE(RemoveReadyFile(path).ok());
  EXPECT_EQ(GetReason(ReadFile(path).status()), Reason::kFileMissing);
  EXPECT_TRUE(RemoveReadyFile(path).ok());
  EXPECT_EQ(GetReason(RemoveReadyFile("/")), Reason::kFileInvalid);
}

}  // namespace
}  // namespace fleetca::service
