#include "bench/loadgen/connector.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "base/secret.h"
#include "base/status_macros.h"
#include "client/server_credentials.h"
#include "grpcpp/create_channel.h"
#include "grpcpp/support/channel_arguments.h"
#include "grpcpp/support/time.h"

namespace fleetca::loadgen {
namespace {

// A batch of 1,000 with the longest keys and a chain.
constexpr int kMaxAnswerBytes = 16 << 20;

}  // namespace

Connector::Connector(const LoadPlan& plan, client::TlsIdentity identity)
    : server_(plan.server),
      server_name_(plan.server_name),
      timeout_(plan.timeout),
      identity_(std::move(identity)) {}

std::shared_ptr<grpc::Channel> Connector::NewChannel(
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
  grpc::ChannelArguments arguments;
  arguments.SetMaxReceiveMessageSize(kMaxAnswerBytes);
  // Otherwise gRPC lets all channels with equal arguments share a connection.
  arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_HTTP_PROXY, 0);
  arguments.SetInt(GRPC_ARG_SERVICE_CONFIG_DISABLE_RESOLUTION, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);  // a call that failed has failed
  if (!server_name_.empty()) {
    arguments.SetSslTargetNameOverride(server_name_);
  }
  return grpc::CreateCustomChannel(server_, credentials, arguments);
}

absl::StatusOr<std::vector<std::shared_ptr<grpc::Channel>>> Connector::Connect(size_t count) const {
  std::vector<std::shared_ptr<grpc::Channel>> channels;
  for (size_t i = 0; i < count; ++i) {
    FLEETCA_ASSIGN_OR_RETURN(channels.emplace_back(), ConnectWith(identity_.credentials));
  }
  return channels;
}

absl::StatusOr<std::shared_ptr<grpc::Channel>> Connector::ConnectWith(
    const std::shared_ptr<grpc::ChannelCredentials>& credentials) const {
  std::shared_ptr<grpc::Channel> channel = NewChannel(credentials);
  if (!channel->WaitForConnected(absl::ToChronoTime(absl::Now() + timeout_))) {
    return Unavailable(Reason::kServerUnreachable,
                       absl::StrCat("cannot make a connection to ", server_, " in ",
                                    absl::FormatDuration(timeout_)));
  }
  return channel;
}

std::shared_ptr<grpc::ChannelCredentials> Connector::Credentials(
    const std::string& chain_pem, const std::string& private_key_pem) const {
  client::ServerTls tls;
  tls.roots_der = identity_.roots_der;
  tls.server_identity = identity_.server_identity;
  tls.certificate_chain_pem = chain_pem;
  tls.private_key_pem = private_key_pem;
  std::shared_ptr<grpc::ChannelCredentials> credentials = client::ServerCredentials(tls);
  WipeString(tls.private_key_pem);
  return credentials;
}

}  // namespace fleetca::loadgen
