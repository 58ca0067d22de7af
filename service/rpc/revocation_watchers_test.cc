#include "service/rpc/revocation_watchers.h"

#include <grpcpp/grpcpp.h>

#include <memory>
#include <string>

#include "base/errors.h"
#include "fleetca/v1/revocation.grpc.pb.h"
#include "gtest/gtest.h"
#include "service/rpc/testing/rpc_fixture.h"
#include "store/memory/memory_store.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::FakeCallerReader;
using ::fleetca::testing::WireReason;

using Service =
    v1::RevocationService::WithRawCallbackMethod_WatchRevocations<v1::RevocationService::Service>;

class WatchService : public Service {
 public:
  explicit WatchService(RevocationWatchers& watchers) : watchers_(watchers) {}
  grpc::ServerWriteReactor<grpc::ByteBuffer>* WatchRevocations(
      grpc::CallbackServerContext* context, const grpc::ByteBuffer* request) override {
    return watchers_.Watch(context, request);
  }

 private:
  RevocationWatchers& watchers_;
};

// A stream that an identity reads.
struct Reader {
  grpc::ClientContext context;
  std::unique_ptr<grpc::ClientReader<v1::WatchRevocationsResponse>> stream;
  v1::WatchRevocationsResponse message;

  bool Read() { return stream->Read(&message); }
  // All that there is to tell, so that no message is on its way.
  bool ReadAll() {
    bool open = Read();
    while (open && !message.has_time()) {
      open = Read();
    }
    return open;
  }
  // How it ends, whatever comes before.
  grpc::Status End() {
    while (Read()) {
    }
    return stream->Finish();
  }
};

class RevocationWatchersTest : public ::testing::Test {
 protected:
  void SetUp() override {
    auto watchers = RevocationWatchers::Start(store_, known_, caller_reader_, {.max_watchers = 3});
    FLEETCA_ASSERT_OK(watchers.status());
    watchers_ = *std::move(watchers);
    service_ = std::make_unique<WatchService>(*watchers_);
    grpc::ServerBuilder builder;
    builder.RegisterService(service_.get());
    server_ = builder.BuildAndStart();
    known_.SetComplete(0);
  }
  void TearDown() override {
    watchers_->BeginDrain();
    server_->Shutdown();
  }

  std::unique_ptr<Reader> Open(const std::string& identity) {
    caller_reader_.Set(
        CertificateCaller{.spiffe_id = identity, .not_after = absl::InfiniteFuture()});
    auto reader = std::make_unique<Reader>();
    reader->stream =
        v1::RevocationService::NewStub(server_->InProcessChannel(grpc::ChannelArguments()))
            ->WatchRevocations(&reader->context, {});
    return reader;
  }

  store::MemoryStore store_;
  KnownRevocations known_;
  FakeCallerReader caller_reader_;
  std::unique_ptr<RevocationWatchers> watchers_;
  std::unique_ptr<WatchService> service_;
  std::unique_ptr<grpc::Server> server_;
};

TEST_F(RevocationWatchersTest, NoIdentityKeepsAllOthersOut) {
  std::unique_ptr<Reader> greedy[3];
  for (auto& reader : greedy) {
    reader = Open("spiffe://fleet.test/svc/greedy");
    ASSERT_TRUE(reader->ReadAll());
  }
  EXPECT_EQ(watchers_->size(), 3u);
  const auto other = Open("spiffe://fleet.test/svc/other");
  ASSERT_TRUE(other->ReadAll());
  EXPECT_EQ(watchers_->size(), 3u);
  // Who has the most gets no more.
  const auto refused = Open("spiffe://fleet.test/svc/greedy");
  const grpc::Status status = refused->End();
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(WireReason(status), "QUEUE_FULL");
  // One of the three has ended, which one is open, and the others go on until the drain.
  watchers_->BeginDrain();
  int gave_way = 0;
  int drained = 0;
  for (auto& reader : greedy) {
    const grpc::StatusCode code = reader->End().error_code();
    gave_way += code == grpc::StatusCode::RESOURCE_EXHAUSTED ? 1 : 0;
    drained += code == grpc::StatusCode::UNAVAILABLE ? 1 : 0;
  }
  EXPECT_EQ(gave_way, 1);
  EXPECT_EQ(drained, 2);
  EXPECT_EQ(other->End().error_code(), grpc::StatusCode::UNAVAILABLE);
}

TEST_F(RevocationWatchersTest, AReaderThatTakesNothingGivesWayToo) {
  std::unique_ptr<Reader> greedy[3];
  for (auto& reader : greedy) {
    reader = Open("spiffe://fleet.test/svc/greedy");
    ASSERT_TRUE(reader->Read());
  }
  const auto other = Open("spiffe://fleet.test/svc/other");
  EXPECT_TRUE(other->ReadAll());
  EXPECT_EQ(watchers_->size(), 3u);
}

}  // namespace
}  // namespace fleetca::service
