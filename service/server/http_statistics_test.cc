#include "service/server/http_statistics.h"

#include "absl/time/clock.h"
#include "base/http/testing/raw_client.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

TEST(HttpStatisticsTest, TellsWhatThePortAnswered) {
  HttpStatistics statistics;
  v1::HttpStatistics message;
  EXPECT_FALSE(statistics.Write(&message));
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto port,
                               HttpPort::Start({.address = "127.0.0.1:0"}, {}, Clock::System()));
  statistics.Follow(*port, nullptr);
  testing::RawClient client(port->port());
  client.Ask("GET /healthz");
  client.Ask("GET /crl/root.crl");
  client.Ask("GET /nothing");
  ASSERT_TRUE(statistics.Write(&message));
  EXPECT_EQ(message.answers().at("/healthz"), 1u);
  EXPECT_EQ(message.answers().at("/crl/"), 1u);
  EXPECT_EQ(message.answers().at("other"), 1u);
  EXPECT_EQ(message.answers().at("/ocsp"), 0u);
  EXPECT_EQ(message.statuses().at(200), 1u);
  EXPECT_EQ(message.statuses().at(404), 1u);
  EXPECT_EQ(message.statuses().at(503), 1u);
  EXPECT_EQ(message.connections(), 1u);
  EXPECT_EQ(message.accepted_connections(), 1u);
  EXPECT_EQ(message.refused_connections(), 0u);
  EXPECT_GT(message.body_bytes(), 0u);
  port->Stop(absl::Now());
}

}  // namespace
}  // namespace fleetca::service
