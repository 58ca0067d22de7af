#include "client/authz/feed/revocation_stream.h"

#include <memory>
#include <string>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/steady_time.h"
#include "client/channel.h"
#include "client/testing/fake_server.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

class RevocationStreamTest : public ::testing::Test {
 protected:
  std::shared_ptr<grpc::Channel> Channel() const {
    const auto identity = LoadTlsIdentity(server_.files(), absl::Now());
    FLEETCA_EXPECT_OK(identity);
    ChannelOptions options;
    options.address = server_.address();
    return MakeChannel(options, identity->credentials);
  }

  testing::FakeServer server_;
};

TEST_F(RevocationStreamTest, ACaThatSaysNothingIsLeft) {
  RevocationStream stream(Channel(), {});
  v1::WatchRevocationsResponse message;
  server_.revocations().Publish({});
  ASSERT_TRUE(stream.Read(absl::Seconds(10), &message));
  const absl::Time before = SteadyTime();
  EXPECT_FALSE(stream.Read(absl::Milliseconds(200), &message));
  EXPECT_LT(SteadyTime() - before, absl::Seconds(5));
  const absl::Status why = stream.Finish();
  EXPECT_THAT(why, IsError(absl::StatusCode::kUnavailable, Reason::kServerUnreachable));
  EXPECT_THAT(std::string(why.message()), HasSubstr("said nothing for 200ms"));
}

TEST_F(RevocationStreamTest, SaysWhatTheServerSaid) {
  server_.revocations().Refuse({grpc::StatusCode::PERMISSION_DENIED, "not you"});
  RevocationStream stream(Channel(), {});
  v1::WatchRevocationsResponse message;
  EXPECT_FALSE(stream.Read(absl::Seconds(10), &message));
  const absl::Status why = stream.Finish();
  EXPECT_EQ(why.code(), absl::StatusCode::kPermissionDenied);
  EXPECT_EQ(why.message(), "not you");
}

TEST_F(RevocationStreamTest, MayEndWithoutHavingBeenRead) {
  const absl::Time before = SteadyTime();
  { const RevocationStream stream(Channel(), {}); }
  {
    RevocationStream stream(Channel(), {});
    v1::WatchRevocationsResponse message;
    server_.revocations().Publish({});
    EXPECT_TRUE(stream.Read(absl::Seconds(10), &message));
  }
  EXPECT_LT(SteadyTime() - before, absl::Seconds(10));
}

}  // namespace
}  // namespace fleetca::client
