#include "client/agent/daemon/status_ports.h"

#include <atomic>
#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/fetch/http_fetch.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::StartsWith;

class StatusPortsTest : public ::testing::Test {
 protected:
  StatusPortsTest() { report_.identities.resize(1); }

  std::string Socket() const { return folder_.path() + "/status.sock"; }

  absl::StatusOr<FetchedDocument> Get(absl::string_view path, int port = 0) const {
    HttpFetchOptions options{.scheme = UrlScheme::kHttp, .max_bytes = 100'000};
    options.url = port == 0 ? absl::StrCat("http://localhost", path)
                            : absl::StrCat("http://127.0.0.1:", port, path);
    options.unix_socket = port == 0 ? Socket() : "";
    return FetchHttp(options);
  }

  AgentReport report_;
  // A socket's path is 107 octets at most.
  const fleetca::testing::TemporaryFolder folder_{"/tmp"};
};

TEST_F(StatusPortsTest, ASocketAndAnAddressSayTheSame) {
  report_.identities[0].name = "web";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ports,
                               StatusPorts::Open("127.0.0.1:0", Socket(), FileOwner()));
  FLEETCA_ASSERT_OK(ports->Start([this] { return report_; }));
  for (const int port : {0, ports->port()}) {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument status, Get("/status", port));
    EXPECT_EQ(status.type, "application/json");
    EXPECT_THAT(status.body, HasSubstr("\"web\""));
    FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument metrics, Get("/metrics", port));
    EXPECT_THAT(metrics.body, HasSubstr("fleetca_agent_ready{identity=\"web\"} 0"));
    FLEETCA_EXPECT_OK(Get("/livez", port));
    EXPECT_THAT(Get("/readyz", port).status().message(), HasSubstr("503"));
    EXPECT_THAT(Get("/else", port).status().message(), HasSubstr("404"));
  }
}

TEST_F(StatusPortsTest, ReadyIsWhenEveryIdentityIs) {
  report_.identities[0].ready = true;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ports, StatusPorts::Open("", Socket(), FileOwner()));
  FLEETCA_ASSERT_OK(ports->Start([this] { return report_; }));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument ready, Get("/readyz"));
  EXPECT_THAT(ready.body, StartsWith("ok"));
  EXPECT_THAT(ready.body, Not(HasSubstr("reload")));
  EXPECT_EQ(ports->port(), 0);
}

// The certificate is in place, and a service that does not reload is for its operator.
TEST_F(StatusPortsTest, AHookThatFailsLeavesTheAgentReadyAndIsSaid) {
  report_.identities[0].name = "web";
  report_.identities[0].ready = true;
  HookStatus& hook = report_.identities[0].hooks.emplace_back();
  hook.what = "reload web.service";
  hook.pending = true;
  hook.result = FailedPrecondition(Reason::kInternal, "reload web.service: it has no unit");
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto ports, StatusPorts::Open("", Socket(), FileOwner()));
  FLEETCA_ASSERT_OK(ports->Start([this] { return report_; }));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument ready, Get("/readyz"));
  EXPECT_THAT(ready.body, StartsWith("ok, but:\nweb: reload web.service: it has no unit"));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const FetchedDocument metrics, Get("/metrics"));
  EXPECT_THAT(metrics.body, HasSubstr("fleetca_agent_hooks_pending{identity=\"web\"} 1"));
  EXPECT_THAT(metrics.body, HasSubstr("fleetca_agent_ready{identity=\"web\"} 1"));
}

TEST_F(StatusPortsTest, AnAddressOfTheNetworkIsRefused) {
  EXPECT_FALSE(StatusPorts::Open("0.0.0.0:0", "", FileOwner()).ok());
}

}  // namespace
}  // namespace fleetca::client
