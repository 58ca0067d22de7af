#include "client/agent/hook.h"

#include <csignal>
#include <string>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/file.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::StartsWith;

TEST(HookTest, IsSaidInWords) {
  EXPECT_EQ(HookInWords({.exec = {"/usr/sbin/nginx", "-s", "reload"}}),
            "exec /usr/sbin/nginx -s reload");
  EXPECT_EQ(HookInWords({.exec = {"a", "b\n"}}), "exec a b\\n");
  EXPECT_EQ(HookInWords({.pid_file = "/run/nginx.pid", .signal = SIGHUP}),
            "signal HUP to /run/nginx.pid");
  EXPECT_EQ(HookInWords({.reload_unit = "nginx.service"}), "reload nginx.service");
}

TEST(HookTest, AProgramIsToldWhatHasChanged) {
  const fleetca::testing::TemporaryFolder folder;
  const HookContext context = {.identity = "web",
                               .spiffe_id = "spiffe://fleet.example/svc/web",
                               .folder = folder.path(),
                               .serial = "0a1b"};
  FLEETCA_EXPECT_OK(RunHook(
      {.exec = {"sh", "-c",
                "echo $FLEETCA_IDENTITY $FLEETCA_SPIFFE_ID $FLEETCA_SERIAL > $FLEETCA_FOLDER/out"}},
      context));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::string out, ReadFile(folder.path() + "/out"));
  EXPECT_EQ(out, "web spiffe://fleet.example/svc/web 0a1b\n");
}

TEST(HookTest, ErrorsNameTheHook) {
  const absl::Status status = RunHook({.exec = {"/no/such/program"}}, {});
  EXPECT_THAT(status, IsError(absl::StatusCode::kFailedPrecondition, Reason::kFileMissing));
  EXPECT_THAT(std::string(status.message()), StartsWith("exec /no/such/program: "));
  // Whether there is a systemd here or not, there is no such unit.
  EXPECT_EQ(RunHook({.reload_unit = "no-such-unit-of-fleetca.service"}, {}).code(),
            absl::StatusCode::kFailedPrecondition);
  const absl::Status signal = RunHook(
      {.pid_file = "/no/such/pid", .signal = SIGHUP, .timeout = absl::Milliseconds(50)}, {});
  EXPECT_THAT(std::string(signal.message()), StartsWith("signal HUP to /no/such/pid: "));
}

TEST(HookTest, NoneOutlastsWhatItIsWaitedForWithin) {
  const absl::Time begin = absl::Now();
  const absl::Status status = RunHook({.exec = {"sleep", "60"}, .timeout = absl::Minutes(10)},
                                      {.until = begin + absl::Seconds(2)});
  EXPECT_THAT(status, IsError(absl::StatusCode::kDeadlineExceeded, Reason::kDeadlineExceeded));
  EXPECT_LT(absl::Now() - begin, absl::Seconds(30));
  // What is late already has a moment, as most programs need no more.
  FLEETCA_EXPECT_OK(RunHook({.exec = {"true"}}, {.until = begin - absl::Hours(1)}));
}

}  // namespace
}  // namespace fleetca::client
