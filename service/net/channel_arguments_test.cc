#include "service/net/channel_arguments.h"

#include <grpc/grpc.h>
#include <grpcpp/support/channel_arguments.h>

#include <map>
#include <string>

#include "base/errors.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;
using ::testing::HasSubstr;

// Shows what it would give to gRPC.
class OpenBuilder : public grpc::ServerBuilder {
 public:
  std::multimap<std::string, int> Integers() {
    grpc::ChannelArguments arguments = BuildChannelArgs();
    const grpc_channel_args all = arguments.c_channel_args();
    std::multimap<std::string, int> integers;
    for (size_t i = 0; i < all.num_args; ++i) {
      if (all.args[i].type == GRPC_ARG_INTEGER) {
        integers.emplace(all.args[i].key, all.args[i].value.integer);
      }
    }
    return integers;
  }
};

TEST(ChannelArgumentsTest, EveryTrapIsClosed) {
  OpenBuilder builder;
  SetChannelArguments(8000, builder);
  const std::multimap<std::string, int> given = builder.Integers();
  for (const auto& expected : std::map<std::string, int>{
           // Bit 0 is identity: nothing is inflated. The builder adds its own default; that ours
           // counts is tested with a server, in tests/integration/tls_test.py.
           {GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1},
           {GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000},
           {GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000},
           {GRPC_ARG_MAX_CONNECTION_AGE_MS, 1'800'000},
           {GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60'000},
           {GRPC_ARG_KEEPALIVE_TIME_MS, 60'000},
           {GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000},
           {GRPC_ARG_MAX_CONCURRENT_STREAMS, 100},
           // The longest token (base/bearer_token_limit.h), and room for the rest.
           {GRPC_ARG_MAX_METADATA_SIZE, 24 * 1024},
           {GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, 64 * 1024},
           // A message one byte over our own limit still comes to our answer.
           {GRPC_ARG_MAX_RECEIVE_MESSAGE_LENGTH, 9000},
       }) {
    EXPECT_THAT(given, ::testing::Contains(::testing::Pair(expected.first, expected.second)));
  }
}

TEST(ChannelArgumentsTest, AServerThatDidNotStartIsSaidWithItsField) {
  const absl::Status status = DidNotStart("listener.address");
  EXPECT_THAT(status, IsError(absl::StatusCode::kInternal, Reason::kInternal));
  EXPECT_THAT(std::string(status.message()), HasSubstr("listener.address"));
}

}  // namespace
}  // namespace fleetca::service
