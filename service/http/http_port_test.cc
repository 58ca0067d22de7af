#include "service/http/http_port.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/http/testing/raw_client.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::fleetca::testing::RawClient;
using ::testing::AllOf;
using ::testing::EndsWith;
using ::testing::StartsWith;

TEST(HttpPortTest, ServesOnAFreePortUntilItStops) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port,
                               HttpPort::Start({.address = "127.0.0.1:0"}, {}, Clock::System()));
  ASSERT_GT(port->port(), 0);
  FLEETCA_EXPECT_OK(port->CheckListener());
  {
    RawClient client(port->port());
    EXPECT_THAT(client.Ask("GET /healthz"),
                AllOf(StartsWith("HTTP/1.1 200 "), EndsWith("\r\n\r\nThe server lives\n")));
    EXPECT_THAT(client.Ask("GET /../../../../etc/passwd"), StartsWith("HTTP/1.1 404 "));
    EXPECT_THAT(client.Ask("GET /crl/root.crl"), StartsWith("HTTP/1.1 503 "));
  }
  EXPECT_EQ(port->stats().server_error, 1u);
  port->Stop(absl::Now() + absl::Seconds(5));
  EXPECT_FALSE(RawClient(port->port()).connected());
  EXPECT_THAT(port->CheckListener(), IsError(absl::StatusCode::kUnavailable, Reason::kInternal));
}

TEST(HttpPortTest, APortThatIsTakenIsAnErrorAboutTheAddress) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port,
                               HttpPort::Start({.address = "127.0.0.1:0"}, {}, Clock::System()));
  const absl::Status taken =
      HttpPort::Start({.address = absl::StrCat("127.0.0.1:", port->port())}, {}, Clock::System())
          .status();
  EXPECT_THAT(taken, IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  EXPECT_THAT(std::string(taken.message()), EndsWith("or change http.address"));
}

}  // namespace
}  // namespace fleetca::service
