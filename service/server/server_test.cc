#include "service/server/server.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/http/testing/raw_client.h"
#include "fleetca/v1/statistics.grpc.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "service/server/testing/ca_folder_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::CaFolderFixture;
using ::fleetca::testing::IsError;
using ::testing::EndsWith;
using ::testing::StartsWith;

class ServerTest : public CaFolderFixture {
 protected:
  static ServerOptions InMemory() {
    return ServerOptions{.store = std::make_unique<store::MemoryStore>()};
  }
  v1::GetStatisticsResponse Statistics(const Server& server) const {
    grpc::SslCredentialsOptions files;
    files.pem_root_certs = Read("trust-bundle.pem");
    files.pem_cert_chain = Read("admin.crt");
    files.pem_private_key = Read("admin.key");
    const auto channel =
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", server.port()), grpc::SslCredentials(files));
    grpc::ClientContext context;
    context.set_deadline(absl::ToChronoTime(absl::Now() + absl::Seconds(30)));
    v1::GetStatisticsResponse response;
    const grpc::Status status =
        v1::StatisticsService::NewStub(channel)->GetStatistics(&context, {}, &response);
    EXPECT_TRUE(status.ok()) << status.error_message();
    return response;
  }
  v1::ServerDescription Description(const Server& server) const {
    return Statistics(server).server();
  }
};

TEST_F(ServerTest, ServesWithoutABootstrapPortAndDrains) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(Config(), InMemory()));
  EXPECT_GT(server->port(), 0);
  EXPECT_EQ(server->bootstrap_port(), 0);
  FLEETCA_EXPECT_OK(server->Drain());
}

TEST_F(ServerTest, OnlyAStoreThatSyncsIsSaidToBeDurable) {
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(Config(), InMemory()));
    const v1::ServerDescription described = Description(*server);
    EXPECT_FALSE(described.durable());
    EXPECT_EQ(described.issuer_key(), "P-256");
    EXPECT_EQ(described.queue_capacity(), Config().limits.queue_capacity);
    EXPECT_EQ(described.worker_threads(), Config().limits.WorkerThreads());
    EXPECT_NE(described.libraries().at("RocksDB"), "");
  }
  ServerConfig config = Config();
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(config));
    EXPECT_TRUE(Description(*server).durable());
  }
  config.store.sync_writes = false;
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(config));
  EXPECT_FALSE(Description(*server).durable());
}

TEST_F(ServerTest, TheStatisticsTellOfTheCertificatesThatTheCaHasForItself) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(Config(), InMemory()));
  const v1::GetStatisticsResponse statistics = Statistics(*server);
  ASSERT_EQ(statistics.own_certificates_size(), 4);
  int i = 0;
  for (const char* name : {"server.crt", "issuing-ca.crt", "trust-bundle.pem", "admin.crt"}) {
    const v1::OwnCertificate& own = statistics.own_certificates(i++);
    EXPECT_EQ(own.file(), File(name));
    EXPECT_GT(own.not_after().seconds(), absl::ToUnixSeconds(absl::Now())) << name;
    EXPECT_FALSE(own.in_warning_time()) << name;
    EXPECT_EQ(own.renewal_error(), "") << name;
  }
}

TEST_F(ServerTest, APolicyThatIsNotRightIsAnErrorAndLeavesTheServerServing) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(Config(), InMemory()));
  Replace("policy.textproto", "policy_revision: 1\n", "policy_revision: 2\n");
  FLEETCA_EXPECT_OK(server->ReloadPolicy());
  Write("policy.textproto", "junk");
  EXPECT_THAT(server->ReloadPolicy(),
              IsError(absl::StatusCode::kInvalidArgument, Reason::kConfigInvalid));
  EXPECT_NE(Description(*server).version(), "");
}

TEST_F(ServerTest, HttpTellsWhatEveryoneMayKnow) {
  ServerConfig config = Config();
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(config, InMemory()));
    EXPECT_EQ(server->http_port(), 0);
    EXPECT_FALSE(Statistics(*server).has_http());
  }
  config.http.address = "127.0.0.1:0";
  config.http.base_url = "http://127.0.0.1";
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(config, InMemory()));
  ::fleetca::testing::RawClient client(server->http_port());
  EXPECT_THAT(client.Ask("GET /healthz"), StartsWith("HTTP/1.1 200 "));
  // Once the CRLs are made.
  const absl::Time patience = absl::Now() + absl::Seconds(30);
  while (!absl::StartsWith(client.Ask("GET /readyz"), "HTTP/1.1 200 ") && absl::Now() < patience) {
    absl::SleepFor(absl::Milliseconds(50));
  }
  EXPECT_THAT(client.Ask("GET /readyz"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(client.Ask("GET /roots.pem"), EndsWith("\r\n\r\n" + Read("trust-bundle.pem")));
  EXPECT_THAT(client.Ask("GET /crl/root.crl"), StartsWith("HTTP/1.1 200 "));
  const v1::GetStatisticsResponse statistics = Statistics(*server);
  EXPECT_EQ(statistics.http().answers().at("/crl/"), 1u);
  EXPECT_GT(statistics.http().statuses().at(200), 3u);
  EXPECT_EQ(statistics.http().connections(), 1u);
  EXPECT_GT(statistics.http().crls_signed(), 0u);
  const int port = server->http_port();
  FLEETCA_EXPECT_OK(server->Drain());
  EXPECT_FALSE(::fleetca::testing::RawClient(port).connected());
}

// What was opened before the part that is not right is closed again.
TEST_F(ServerTest, AStartThatFailsLeavesNothingBehind) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const auto other, Server::Start(Config(), InMemory()));
  ServerConfig config = Config();
  config.listener.address = absl::StrCat("127.0.0.1:", other->port());
  EXPECT_THAT(Server::Start(config).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  config.listener.address = "127.0.0.1:0";
  config.bootstrap_address = absl::StrCat("127.0.0.1:", other->port());
  EXPECT_THAT(Server::Start(config).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  config.bootstrap_address.clear();
  config.http.address = absl::StrCat("127.0.0.1:", other->port());
  config.http.base_url = "http://127.0.0.1";
  EXPECT_THAT(Server::Start(config).status(),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  config.http.address.clear();
  FLEETCA_EXPECT_OK(Server::Start(config));  // the store is not locked, and not spoiled
}

TEST_F(ServerTest, OneThatIsNotDrainedDrainsWhenItEnds) {
  int port = 0;
  {
    FLEETCA_ASSERT_OK_AND_ASSIGN(const auto server, Server::Start(Config(), InMemory()));
    port = server->port();
  }
  ServerConfig config = Config();
  config.listener.address = absl::StrCat("127.0.0.1:", port);
  FLEETCA_EXPECT_OK(Server::Start(config, InMemory()));
}

}  // namespace
}  // namespace fleetca::service
