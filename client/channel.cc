#include "client/channel.h"

#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"
#include "grpcpp/support/time.h"

namespace fleetca::client {
std::shared_ptr<grpc::Channel> MakeChannel(
    const ChannelOptions& options, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(options.max_answer_bytes);
  // A private channel: otherwise gRPC lets all channels with equal arguments share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  // The CA is spoken to directly, and its DNS entries do not configure us.
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  // Backoff decides when to try again; the channel must not say no by itself in between.
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(options.reconnect_delay)));
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS,
                   static_cast<int>(absl::ToInt64Milliseconds(options.max_reconnect_delay)));
  if (!options.server_name.empty()) {
    arguments.SetSslTargetNameOverride(options.server_name);
  }
  return grpc::CreateCustomChannel(options.address, credentials, arguments);
}

void WaitOnChannel(const std::shared_ptr<grpc::Channel>& channel, CallOptions* options) {
  if (options->sleep) {
    return;
  }
  options->sleep = [channel](absl::Duration duration) {
    if (channel->GetState(/*try_to_connect=*/true) == GRPC_CHANNEL_READY) {
      absl::SleepFor(duration);
    } else {
      channel->WaitForConnected(absl::ToChronoTime(absl::Now() + duration));
    }
  };
}

}  // namespace fleetca::client
