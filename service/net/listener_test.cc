#include "service/net/listener.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/resource.h>
#include <sys/socket.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/process_usage.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

constexpr absl::Duration kLong = absl::Seconds(10);

Descriptor Connect(int port) {
  Descriptor made(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (connect(made.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0) {
    made.Reset();
  }
  return made;
}

// Whether the other side ends the connection within `patience`.
bool IsEnded(const Descriptor& connection, absl::Duration patience = kLong) {
  const absl::Time end = absl::Now() + patience;
  char buffer[4096];
  while (absl::Now() < end) {
    pollfd wanted = {.fd = connection.get(), .events = POLLIN, .revents = 0};
    const int left =
        static_cast<int>(std::max<int64_t>(1, (end - absl::Now()) / absl::Milliseconds(1)));
    if (poll(&wanted, 1, left) == 1 && recv(connection.get(), buffer, sizeof(buffer), 0) <= 0) {
      return true;
    }
  }
  return false;
}

bool Send(const Descriptor& connection, const std::string& bytes) {
  return send(connection.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(bytes.size());
}

// Something to call.
class Greeter : public grpc::health::v1::Health::CallbackService {
 public:
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const grpc::health::v1::HealthCheckRequest*,
                                  grpc::health::v1::HealthCheckResponse*) override {
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(grpc::Status::OK);
    return reactor;
  }
};

// A gRPC server behind a listener; without TLS, so that the tests can
// write HTTP/2 as it is.
class ListenerTest : public ::testing::Test {
 protected:
  void Start(ConnectionLimits limits, const std::string& address = "127.0.0.1:0") {
    limits.look_interval = absl::Milliseconds(10);
    auto listener = Listener::Listen(
        {.name = "test", .address = address, .field = "listener.address", .limits = limits});
    FLEETCA_ASSERT_OK(listener);
    listener_ = *std::move(listener);
    grpc::ServerBuilder builder;
    listener_->AddTo(grpc::InsecureServerCredentials(), builder);
    builder.RegisterService(&greeter_);
    server_ = builder.BuildAndStart();
    ASSERT_NE(server_, nullptr);
    FLEETCA_ASSERT_OK(listener_->Serve());
  }

  ~ListenerTest() override {
    if (server_ != nullptr) {
      listener_->StopAccepting();
      server_->Shutdown(std::chrono::system_clock::now());
    }
  }

  // One call over a connection of its own.
  grpc::Status Call(const std::string& host = "127.0.0.1") {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    return CallBy(grpc::CreateCustomChannel(absl::StrCat(host, ":", listener_->port()),
                                            grpc::InsecureChannelCredentials(), arguments));
  }

  static grpc::Status CallBy(const std::shared_ptr<grpc::Channel>& channel) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + std::chrono::seconds(10));
    grpc::health::v1::HealthCheckResponse response;
    return grpc::health::v1::Health::NewStub(channel)->Check(&context, {}, &response);
  }

  Greeter greeter_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(ListenerTest, ServesOverEveryKindOfAddress) {
  struct Kind {
    const char* address;
    const char* client;
  };
  for (const Kind& kind : {Kind{"127.0.0.1:0", "127.0.0.1"}, Kind{"localhost:0", "localhost"},
                           Kind{"0.0.0.0:0", "127.0.0.1"}, Kind{"[::]:0", "127.0.0.1"}}) {
    Start({}, kind.address);
    EXPECT_GT(listener_->port(), 0);
    EXPECT_TRUE(listener_->accepting());
    EXPECT_TRUE(Call(kind.client).ok()) << kind.address;
    listener_->StopAccepting();
    server_->Shutdown(std::chrono::system_clock::now());
  }
}

TEST_F(ListenerTest, APortIsNeverShared) {
  Start({});
  EXPECT_THAT(Listener::Listen({.name = "second",
                                .address = absl::StrCat("127.0.0.1:", listener_->port()),
                                .field = "listener.address"}),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
  EXPECT_THAT(Listener::Listen({.address = "no.such.host.invalid:1", .field = "listener.address"}),
              IsError(absl::StatusCode::kUnavailable, Reason::kConfigInvalid));
}

TEST_F(ListenerTest, WhoeverSendsTooMuchWithoutAnAnswerIsCutOff) {
  Start({.unanswered_bytes = 1 << 16});
  const Descriptor connection = Connect(listener_->port());
  ASSERT_TRUE(connection.valid());
  // A header block that never ends.
  ASSERT_TRUE(Send(connection, std::string("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n") +
                                   std::string("\0\0\0\4\0\0\0\0\0", 9) +
                                   std::string("\0\0\0\1\0\0\0\0\1", 9)));
  std::string continuation("\0\1\0\x9\0\0\0\0\1\0\1x\x7f\x81\xff\xff\xff\3", 18);
  continuation.resize(9 + 256, 'a');
  for (int i = 0; i < 1000 && Send(connection, continuation); ++i) {
    continuation.replace(9, 256, 256, 'a');
  }
  EXPECT_TRUE(IsEnded(connection));
  EXPECT_TRUE(Call().ok());
}

TEST_F(ListenerTest, AnswersGiveBytesBack) {
  Start({.unanswered_bytes = 4000, .bytes_per_answer = 4000});
  const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", listener_->port()),
                                           grpc::InsecureChannelCredentials());
  // Together many times the limit.
  for (int i = 0; i < 300; ++i) {
    const grpc::Status status = CallBy(channel);
    ASSERT_TRUE(status.ok()) << i << ": " << status.error_message();
  }
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
}

TEST_F(ListenerTest, AMessageThatIsNotFinishedInTimeEndsItsConnection) {
  Start({.message_timeout = absl::Milliseconds(300)});
  const Descriptor connection = Connect(listener_->port());
  ASSERT_TRUE(Send(connection, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"));
  const absl::Time begun = absl::Now();
  bool ended = false;
  while (!ended && absl::Now() - begun < kLong) {
    // Settings: gRPC takes them for ever.
    for (int i = 0; i < 50; ++i) {
      Send(connection, std::string("\0\0\0\4\0\0\0\0\0", 9));
    }
    ended = IsEnded(connection, absl::Milliseconds(20));
  }
  EXPECT_TRUE(ended);
}

TEST_F(ListenerTest, WhoeverMakesNoCallIsClosed) {
  Start({.first_answer_timeout = absl::Milliseconds(200)});
  const Descriptor connection = Connect(listener_->port());
  EXPECT_TRUE(IsEnded(connection));
}

TEST_F(ListenerTest, SilentConnectionsMakeRoomForNewOnes) {
  Start({.max_connections = 4});
  std::vector<Descriptor> silent;
  for (int i = 0; i < 12; ++i) {
    silent.push_back(Connect(listener_->port()));
  }
  absl::SleepFor(absl::Milliseconds(200));
  EXPECT_TRUE(Call().ok());
  int ended = 0;
  for (const Descriptor& one : silent) {
    ended += IsEnded(one, absl::Milliseconds(50)) ? 1 : 0;
  }
  EXPECT_GE(ended, 9);
  EXPECT_LT(ended, 12);
}

TEST_F(ListenerTest, AnsweredConnectionsAreNotReplaced) {
  Start({.max_connections = 1});
  const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", listener_->port()),
                                           grpc::InsecureChannelCredentials());
  ASSERT_TRUE(CallBy(channel).ok());
  EXPECT_TRUE(IsEnded(Connect(listener_->port())));
  EXPECT_EQ(channel->GetState(false), GRPC_CHANNEL_READY);
  EXPECT_TRUE(CallBy(channel).ok());
}

TEST_F(ListenerTest, DescriptorsAreGivenBack) {
  Start({});
  ASSERT_TRUE(Call().ok());
  const auto open = [] { return ReadProcessUsage()->open_files; };
  const uint32_t before = open();
  for (int i = 0; i < 50; ++i) {
    Connect(listener_->port());
  }
  // The call's connection is the 51st to be taken.
  ASSERT_TRUE(Call().ok());
  const absl::Time end = absl::Now() + kLong;
  uint32_t after = open();
  while (after > before && absl::Now() < end) {
    absl::SleepFor(absl::Milliseconds(20));
    after = open();
  }
  EXPECT_LE(after, before);
}

// The flood that gRPC's own listener does not survive.
TEST_F(ListenerTest, AcceptsAgainAfterTheProcessHadNoDescriptors) {
  Start({});
  ASSERT_TRUE(Call().ok());
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  std::vector<Descriptor> held;
  std::vector<Descriptor> waiting;
  for (int i = 0; i < 8; ++i) {
    waiting.push_back(Descriptor(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)));
  }
  rlimit lowered = before;
  lowered.rlim_cur = static_cast<rlim_t>(waiting.back().get()) + 1;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  for (int fd = 0; fd >= 0;) {
    fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
    held.push_back(Descriptor(fd));
  }
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<uint16_t>(listener_->port()));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  for (const Descriptor& one : waiting) {
    EXPECT_EQ(connect(one.get(), reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
  }
  // Those that find no descriptor are accepted and closed, not left waiting. One or two may have
  // found one, which a connection of before gave back.
  int ended = 0;
  for (const Descriptor& one : waiting) {
    ended += IsEnded(one, absl::Milliseconds(200)) ? 1 : 0;
  }
  EXPECT_GE(ended, 4);
  held.clear();
  setrlimit(RLIMIT_NOFILE, &before);
  const absl::Time freed = absl::Now();
  EXPECT_TRUE(Call().ok());
  EXPECT_LT(absl::Now() - freed, absl::Seconds(5));
  EXPECT_TRUE(listener_->accepting());
}

// Checklist 50: health follows it, both ways, and nobody has to connect for that.
TEST_F(ListenerTest, SaysThatItDoesNotAcceptWhileThereAreNoDescriptors) {
  Start({});
  const auto becomes = [this](bool accepting) {
    const absl::Time end = absl::Now() + kLong;
    while (listener_->accepting() != accepting && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(20));
    }
    return listener_->accepting() == accepting;
  };
  rlimit before = {};
  getrlimit(RLIMIT_NOFILE, &before);
  rlimit lowered = before;
  lowered.rlim_cur = 3;
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &lowered), 0);
  EXPECT_TRUE(becomes(false));
  ASSERT_EQ(setrlimit(RLIMIT_NOFILE, &before), 0);
  EXPECT_TRUE(becomes(true));
  EXPECT_TRUE(Call().ok());
}

TEST_F(ListenerTest, StopAcceptingFreesThePortAndKeepsConnections) {
  Start({});
  const auto channel = grpc::CreateChannel(absl::StrCat("127.0.0.1:", listener_->port()),
                                           grpc::InsecureChannelCredentials());
  ASSERT_TRUE(CallBy(channel).ok());
  listener_->StopAccepting();
  EXPECT_FALSE(listener_->accepting());
  EXPECT_FALSE(Connect(listener_->port()).valid());
  EXPECT_TRUE(CallBy(channel).ok());
  listener_->StopAccepting();
}

TEST_F(ListenerTest, AListenerThatNeverServedJustGoes) {
  auto listener = Listener::Listen({.address = "127.0.0.1:0", .field = "listener.address"});
  FLEETCA_ASSERT_OK(listener);
  EXPECT_FALSE((*listener)->accepting());
}

}  // namespace
}  // namespace fleetca::service
