#include "base/systemd_notify.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstddef>
#include <cstdlib>
#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca {
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

class SystemdNotifyTest : public ::testing::Test {
 protected:
  void TearDown() override {
    for (const char* name : {"NOTIFY_SOCKET", "WATCHDOG_USEC", "WATCHDOG_PID"}) {
      unsetenv(name);
    }
  }
};

TEST_F(SystemdNotifyTest, NothingIsSentWithoutSystemd) {
  unsetenv("NOTIFY_SOCKET");
  EXPECT_TRUE(NotifySystemd("READY=1").ok());
  setenv("NOTIFY_SOCKET", "", 1);
  EXPECT_TRUE(NotifySystemd("READY=1").ok());
}

TEST_F(SystemdNotifyTest, StateArrivesAtAnAbstractSocket) {
  const std::string name = absl::StrCat("@fleetca-notify-test-", getpid());
  const Listener listener(name);
  setenv("NOTIFY_SOCKET", name.c_str(), 1);
  ASSERT_TRUE(NotifySystemd("READY=1").ok());
  EXPECT_EQ(listener.Receive(), "READY=1");
}

TEST_F(SystemdNotifyTest, StateArrivesAtASocketFile) {
  const testing::TemporaryFolder folder("/tmp");  // a socket's path is 107 octets at most
  const std::string name = folder.path() + "/s";
  const Listener listener(name);
  setenv("NOTIFY_SOCKET", name.c_str(), 1);
  ASSERT_TRUE(NotifySystemd("STOPPING=1").ok());
  EXPECT_EQ(listener.Receive(), "STOPPING=1");
}

TEST_F(SystemdNotifyTest, SocketThatIsNotThereIsAnError) {
  setenv("NOTIFY_SOCKET", "/nowhere/socket", 1);
  EXPECT_EQ(GetReason(NotifySystemd("READY=1")), Reason::kConfigInvalid);
  setenv("NOTIFY_SOCKET", std::string(200, 'a').c_str(), 1);
  EXPECT_EQ(GetReason(NotifySystemd("READY=1")), Reason::kConfigInvalid);
}

TEST_F(SystemdNotifyTest, TheWatchdogIsThisProcessesOrNobodys) {
  EXPECT_EQ(SystemdWatchdog(), std::nullopt);
  setenv("WATCHDOG_USEC", "20000000", 1);
  EXPECT_EQ(SystemdWatchdog(), absl::Seconds(20));
  setenv("WATCHDOG_PID", absl::StrCat(getpid()).c_str(), 1);
  EXPECT_EQ(SystemdWatchdog(), absl::Seconds(20));
  setenv("WATCHDOG_PID", "1", 1);
  EXPECT_EQ(SystemdWatchdog(), std::nullopt);
  setenv("WATCHDOG_PID", absl::StrCat(getpid()).c_str(), 1);
  setenv("WATCHDOG_USEC", "soon", 1);
  EXPECT_EQ(SystemdWatchdog(), std::nullopt);
}

}  // namespace
}  // namespace fleetca
