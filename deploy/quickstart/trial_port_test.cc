#include "deploy/quickstart/trial_port.h"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gtest/gtest.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::quickstart {
namespace {

TEST(TrialPortTest, TakesTheWantedPortUnlessItIsTaken) {
  const auto port = FreePort(0);
  ASSERT_TRUE(port.ok());
  EXPECT_NE(*port, 0);
  EXPECT_EQ(FreePort(*port).value(), *port);
  const Descriptor other(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(*port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  ASSERT_EQ(bind(other.get(), reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(other.get(), 1), 0);
  const auto chosen = FreePort(*port);
  ASSERT_TRUE(chosen.ok());
  EXPECT_NE(*chosen, *port);
  EXPECT_NE(*chosen, 0);
}

TEST(TrialPortTest, ReadsThePortOfAnAddress) {
  EXPECT_EQ(PortOf("127.0.0.1:8443"), 8443);
  EXPECT_EQ(PortOf("[::1]:1"), 1);
  EXPECT_EQ(PortOf("127.0.0.1"), 0);
  EXPECT_EQ(PortOf("127.0.0.1:65536"), 0);
  EXPECT_EQ(PortOf(LoopbackAddress(65535)), 65535);
}

TEST(TrialPortTest, ChangesTheAddressAlone) {
  const testing::TemporaryFolder folder;
  const std::string config = folder.path() + "/config";
  const auto text = [](absl::string_view address) {
    return absl::StrCat("bootstrap: \"127.0.0.1:1\"\n\nlistener {\n  address: \"", address,
                        "\"\n}\nbootstrap {\n  address: \"127.0.0.1:1\"\n}\n");
  };
  ASSERT_TRUE(WriteNewFile(config, text("127.0.0.1:1"), 0600).ok());
  EXPECT_TRUE(ChangeAddress(config, "127.0.0.1:1", "127.0.0.1:2").ok());
  EXPECT_EQ(ReadFile(config).value(), text("127.0.0.1:2"));
  const absl::Status refused = ChangeAddress(config, "127.0.0.1:1", "127.0.0.1:3");
  EXPECT_EQ(GetReason(refused), Reason::kConfigInvalid);
  EXPECT_EQ(ReadFile(config).value(), text("127.0.0.1:2"));
}

}  // namespace
}  // namespace fleetca::quickstart
