#include "service/net/channel_arguments.h"

#include <grpc/grpc.h>

#include "absl/strings/str_cat.h"
#include "base/bearer_token_limit.h"
#include "base/errors.h"

namespace fleetca::service {

void SetChannelArguments(size_t max_message_bytes, grpc::ServerBuilder& builder) {
  // Only identity: a gzip bomb would inflate without bound.
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
  // Clients that connect and say nothing, or fall silent, or stay for ever.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 1'800'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE,
                             static_cast<int>(kMaxBearerTokenBytes + kMaxOtherMetadataBytes));
  // What is parsed at once, before anything of it is freed: a reset stream costs 40 KB until then.
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, 64 * 1024);
  // Some room above our own limit, which answers with a reason; beyond it gRPC refuses the message,
  // but only when it is complete: until then the listener bounds it.
  builder.SetMaxReceiveMessageSize(static_cast<int>(max_message_bytes + max_message_bytes / 8));
}

absl::Status DidNotStart(absl::string_view field) {
  return Internal(Reason::kInternal, absl::StrCat("gRPC did not start the server of ", field));
}

}  // namespace fleetca::service
