#include "client/authz/serve/listen_address.h"

#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cstring>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::IsInvalid;
using ::testing::HasSubstr;

std::string Parsed(absl::string_view text, bool allow_remote = false) {
  const auto address = ParseListenAddress(text, allow_remote, "--http");
  FLEETCA_EXPECT_OK(address);
  return address.ok() ? address->ToString() : "refused";
}

std::string Problem(absl::string_view text) {
  const auto address = ParseListenAddress(text, false, "--http");
  EXPECT_THAT(address, IsInvalid(Reason::kConfigInvalid, "--http")) << text;
  return std::string(address.status().message());
}

TEST(ListenAddressTest, LocalAddresses) {
  EXPECT_EQ(Parsed("127.0.0.1:9100"), "127.0.0.1:9100");
  EXPECT_EQ(Parsed("127.1.2.3:0"), "127.1.2.3:0");
  EXPECT_EQ(Parsed("[::1]:9100"), "[::1]:9100");
  EXPECT_EQ(Parsed("localhost:9100"), "127.0.0.1:9100");
  EXPECT_EQ(Parsed("unix:/run/authz.sock"), "unix:/run/authz.sock");
}

TEST(ListenAddressTest, RemoteAddressesOnlyWhenAsked) {
  for (const absl::string_view text :
       {"0.0.0.0:9100", "10.0.0.1:9100", "[::]:9100", "[fe80::1]:9100", "128.0.0.1:1",
        "[::ffff:127.0.0.1]:9100"}) {
    EXPECT_THAT(Problem(text), HasSubstr("--allow-remote"));
    EXPECT_EQ(Parsed(text, true), text);
  }
}

TEST(ListenAddressTest, RefusesWhatIsNoAddress) {
  EXPECT_THAT(Problem(""), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1"), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1:x"), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1:65536"), HasSubstr("no port"));
  EXPECT_THAT(Problem("127.0.0.1:-1"), HasSubstr("no port"));
  EXPECT_THAT(Problem("[::1:9100"), HasSubstr("bracket"));
  EXPECT_THAT(Problem(":9100"), HasSubstr("not a numeric address"));
  EXPECT_THAT(Problem("authz.fleet.example:9100"), HasSubstr("not a numeric address"));
  EXPECT_THAT(Problem("unix:authz.sock"), HasSubstr("not a socket"));
  EXPECT_THAT(Problem(absl::StrCat("unix:/", std::string(120, 'a'))), HasSubstr("107 octets"));
}

TEST(RemoveStaleSocketTest, TakesAwayOnlyWhatNobodyUses) {
  // Short, as the path of a socket must be.
  const fleetca::testing::TemporaryFolder folder("/tmp");
  const std::string path = folder.path() + "/s";
  FLEETCA_EXPECT_OK(RemoveStaleSocket(path));

  const int fd = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  std::strncpy(address.sun_path, path.c_str(), sizeof(address.sun_path) - 1);
  ASSERT_EQ(bind(fd, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
  ASSERT_EQ(listen(fd, 1), 0);
  EXPECT_THAT(RemoveStaleSocket(path),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_EQ(access(path.c_str(), F_OK), 0);
  close(fd);
  FLEETCA_EXPECT_OK(RemoveStaleSocket(path));
  EXPECT_NE(access(path.c_str(), F_OK), 0);

  FLEETCA_ASSERT_OK(WriteFileAtomic(path, "precious", 0600));
  EXPECT_THAT(RemoveStaleSocket(path),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileInvalid));
  EXPECT_EQ(*ReadFile(path), "precious");
}

}  // namespace
}  // namespace fleetca::client
