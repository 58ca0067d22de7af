#include "client/authz/serve/grpc_acceptor.h"

#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "client/authz/serve/testing/serve_fixture.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

class GrpcAcceptorTest : public testing::ServeFixture {
 protected:
  // Envoy's health check, over a connection of its own.
  grpc::Status Check() const {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto stub = grpc::health::v1::Health::NewStub(grpc::CreateCustomChannel(
        server_->grpc_address()->ToString(), grpc::InsecureChannelCredentials(), arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(5));
    grpc::health::v1::HealthCheckResponse response;
    return stub->Check(&context, {}, &response);
  }

  static bool IsEnded(const Descriptor& connection) {
    pollfd wanted = {.fd = connection.get(), .events = POLLIN, .revents = 0};
    char octets[256];
    while (poll(&wanted, 1, 200) == 1) {
      if (recv(connection.get(), octets, sizeof(octets), 0) <= 0) {
        return true;
      }
    }
    return false;
  }

  // Connects so many times while the process has no descriptor for the other end.
  void Flood(const ListenAddress& address, size_t waiting) {
    rlimit before = {};
    ASSERT_EQ(getrlimit(RLIMIT_NOFILE, &before), 0);
    std::vector<Descriptor> places;
    for (size_t i = 0; i < waiting; ++i) {
      places.emplace_back(open("/dev/null", O_RDONLY | O_CLOEXEC));
    }
    rlimit lowered = before;
    lowered.rlim_cur = static_cast<rlim_t>(places.back().get()) + 1;
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
    std::vector<Descriptor> held;
    for (int fd = 0; fd >= 0;) {
      fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
      held.emplace_back(fd);
    }
    std::vector<Descriptor> connections;
    size_t ended = 0;
    for (Descriptor& place : places) {
      place.Reset();
      connections.push_back(testing::ConnectTo(address));
      ended += connections.back().valid() && IsEnded(connections.back()) ? 1 : 0;
    }
    EXPECT_GE(ended, waiting / 2);
    held.clear();
    ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  }
};

TEST_F(GrpcAcceptorTest, Checklist36_AcceptsAgainAfterTheProcessHadNoDescriptors) {
  Start();
  ASSERT_TRUE(Check().ok());
  Flood(*server_->grpc_address(), 8);
  const grpc::Status after = Check();
  EXPECT_TRUE(after.ok()) << after.error_message();
}

TEST_F(GrpcAcceptorTest, Checklist36_TheSameAtAUnixSocket) {
  AuthzServerOptions options = Options();
  options.grpc = ListenAddress{.socket = Path("grpc.sock")};
  Start(options);
  ASSERT_TRUE(Check().ok());
  Flood(*server_->grpc_address(), 8);
  const grpc::Status after = Check();
  EXPECT_TRUE(after.ok()) << after.error_message();
}

TEST_F(GrpcAcceptorTest, AnAddressThatIsTakenIsAnError) {
  Start();
  EXPECT_THAT(GrpcAcceptor::Listen(*server_->grpc_address()),
              IsError(absl::StatusCode::kFailedPrecondition, Reason::kConfigInvalid));
}

TEST_F(GrpcAcceptorTest, OneThatNeverServedJustGoes) {
  FLEETCA_ASSERT_OK_AND_ASSIGN(const std::unique_ptr<GrpcAcceptor> acceptor,
                               GrpcAcceptor::Listen({.host = "127.0.0.1", .port = 0}));
  EXPECT_GT(acceptor->address().port, 0);
}

}  // namespace
}  // namespace fleetca::client
