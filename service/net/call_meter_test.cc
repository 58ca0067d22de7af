#include "service/net/call_meter.h"

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include <chrono>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpc/health/v1/health.grpc.pb.h"
#include "service/net/connection_table.h"
#include "service/net/peer_address.h"

namespace fleetca::service {
namespace {

using grpc::health::v1::Health;
using grpc::health::v1::HealthCheckRequest;
using grpc::health::v1::HealthCheckResponse;

constexpr uint64_t kBytesPerMessage = 1000;
constexpr uint64_t kBytesPerAnswer = 70000;
constexpr uint64_t kMessageSize = 320;

// Answers "fail" with an error, "wait" when it is told to or the caller gives up, the rest at once.
class Greeter : public Health::CallbackService {
 public:
  grpc::ServerUnaryReactor* Check(grpc::CallbackServerContext* context,
                                  const HealthCheckRequest* request,
                                  HealthCheckResponse*) override {
    absl::MutexLock lock(&mutex_);
    peer_ = context->peer();
    if (request->service() == "wait") {
      waiting_ = context->DefaultReactor();
      return waiting_;
    }
    grpc::ServerUnaryReactor* const reactor = context->DefaultReactor();
    reactor->Finish(request->service() == "fail" ? grpc::Status(grpc::StatusCode::ABORTED, "")
                                                 : grpc::Status::OK);
    return reactor;
  }

  std::string peer() {
    absl::MutexLock lock(&mutex_);
    return peer_;
  }
  bool waits() {
    absl::MutexLock lock(&mutex_);
    return waiting_ != nullptr;
  }
  void FinishWaiting() {
    absl::MutexLock lock(&mutex_);
    waiting_->Finish(grpc::Status::OK);
    waiting_ = nullptr;
  }

 private:
  absl::Mutex mutex_;
  std::string peer_ ABSL_GUARDED_BY(mutex_);
  grpc::ServerUnaryReactor* waiting_ ABSL_GUARDED_BY(mutex_) = nullptr;
};

// The same by gRPC's synchronous API, which reflection has.
class SynchronousGreeter : public Health::Service {
 public:
  grpc::Status Check(grpc::ServerContext*, const HealthCheckRequest*,
                     HealthCheckResponse*) override {
    return grpc::Status::OK;
  }
};

class CallMeterTest : public ::testing::Test {
 protected:
  CallMeterTest() { Start(greeter_); }
  ~CallMeterTest() override { server_->Shutdown(std::chrono::system_clock::now()); }

  void Start(grpc::Service& service) {
    if (server_ != nullptr) {
      server_->Shutdown(std::chrono::system_clock::now());
    }
    ConnectionLimits limits;
    limits.bytes_per_message = kBytesPerMessage;
    limits.bytes_per_answer = kBytesPerAnswer;
    std::vector<std::unique_ptr<grpc::experimental::ServerInterceptorFactoryInterface>> creators;
    creators.push_back(std::make_unique<CallMeterFactory>(
        table_, callers_, limits, [this](absl::string_view method, const void*) {
          method_ = std::string(method);
          return kMessageSize;
        }));
    grpc::ServerBuilder builder;
    int port = 0;
    builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
    builder.experimental().SetInterceptorCreators(std::move(creators));
    builder.RegisterService(&service);
    server_ = builder.BuildAndStart();
    stub_ = Health::NewStub(
        grpc::CreateChannel(absl::StrCat("127.0.0.1:", port), grpc::InsecureChannelCredentials()));
  }

  grpc::Status Call(const std::string& service) {
    grpc::ClientContext context;
    HealthCheckRequest request;
    HealthCheckResponse response;
    request.set_service(service);
    return stub_->Check(&context, request, &response);
  }

  // The channel's connection, of which the table knows from now on.
  std::shared_ptr<Connection> Know() {
    EXPECT_TRUE(Call("").ok()) << "a call of a connection that nobody knows is answered";
    auto connection = std::make_shared<Connection>(PeerAddress::FromGrpc(greeter_.peer()).value());
    table_->Add(connection);
    return connection;
  }

  // gRPC has done with a call some time after the client has its answer.
  template <typename Condition>
  static bool Comes(Condition condition) {
    const absl::Time end = absl::Now() + absl::Seconds(10);
    while (!condition() && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    return condition();
  }

  const std::shared_ptr<ConnectionTable> table_ = std::make_shared<ConnectionTable>();
  const std::shared_ptr<CallerTable> callers_ = std::make_shared<CallerTable>();
  std::string method_;
  Greeter greeter_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<Health::Stub> stub_;
};

TEST_F(CallMeterTest, AnAnsweredCallGivesItsBytesBack) {
  const auto connection = Know();
  EXPECT_TRUE(Call("").ok());
  EXPECT_TRUE(Comes([&] { return !connection->working(); }));
  EXPECT_EQ(method_, "/grpc.health.v1.Health/Check");
  EXPECT_EQ(connection->TakeCredit(),
            kMessageSize + kMessageSize / 16 + kBytesPerMessage + kBytesPerAnswer);
  EXPECT_TRUE(connection->answered());
  EXPECT_EQ(connection->unfinished(), 0);
  EXPECT_FALSE(connection->caller_known()) << "without TLS there is none";
}

TEST_F(CallMeterTest, CallsOfTheSynchronousApiAreMetered) {
  SynchronousGreeter greeter;
  Start(greeter);
  for (int i = 0; i < 20; ++i) {
    EXPECT_TRUE(Call("").ok()) << i;
  }
  server_->Shutdown(std::chrono::system_clock::now());
}

TEST_F(CallMeterTest, ARefusalIsSentAndGivesNoMoreBack) {
  const auto connection = Know();
  EXPECT_EQ(Call("fail").error_code(), grpc::StatusCode::ABORTED);
  EXPECT_TRUE(Comes([&] { return !connection->working(); }));
  EXPECT_EQ(connection->TakeCredit(), kMessageSize + kMessageSize / 16 + kBytesPerMessage);
}

TEST_F(CallMeterTest, ACallIsWorkedOnUntilItIsAnswered) {
  const auto connection = Know();
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("wait");
  grpc::CompletionQueue queue;
  const auto call = stub_->AsyncCheck(&context, request, &queue);
  HealthCheckResponse response;
  grpc::Status status;
  call->Finish(&response, &status, this);
  ASSERT_TRUE(Comes([&] { return greeter_.waits(); }));
  EXPECT_TRUE(connection->working());
  EXPECT_EQ(connection->unfinished(), 0) << "its message is complete";
  greeter_.FinishWaiting();
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_TRUE(status.ok());
  EXPECT_TRUE(Comes([&] { return !connection->working(); }));
}

TEST_F(CallMeterTest, ACallThatIsGivenUpIsNotWorkedOnAnyMore) {
  const auto connection = Know();
  connection->TakeCredit();
  grpc::ClientContext context;
  HealthCheckRequest request;
  request.set_service("wait");
  grpc::CompletionQueue queue;
  const auto call = stub_->AsyncCheck(&context, request, &queue);
  HealthCheckResponse response;
  grpc::Status status;
  call->Finish(&response, &status, this);
  ASSERT_TRUE(Comes([&] { return greeter_.waits(); }));
  context.TryCancel();
  void* tag = nullptr;
  bool ok = false;
  ASSERT_TRUE(queue.Next(&tag, &ok));
  EXPECT_EQ(status.error_code(), grpc::StatusCode::CANCELLED);
  absl::SleepFor(absl::Milliseconds(50));
  greeter_.FinishWaiting();
  EXPECT_TRUE(Comes([&] { return !connection->working(); }));
  EXPECT_EQ(connection->TakeCredit(), kMessageSize + kMessageSize / 16 + kBytesPerMessage);
}

}  // namespace
}  // namespace fleetca::service
