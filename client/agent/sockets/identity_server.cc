#include "client/agent/sockets/identity_server.h"

#include <grpcpp/resource_quota.h>
#include <grpcpp/security/server_credentials.h>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::client {
namespace {

// Requests are some names and what Envoy says of an error.
constexpr int kMaxRequest = 64 * 1024;
// What all connections to a server together may take.
constexpr size_t kMaxMemory = size_t{16} << 20;

// The traps of gRPC 1.51 as a server (service/net/channel_arguments.h has those of strangers).
void SetLimits(grpc::ServerBuilder& builder) {
  // Only identity: a gzip bomb would inflate without bound.
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
  // Clients that connect and say nothing, or have no more calls, or are stopped. There is no limit
  // to a connection's age: streams are to last.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  // What clients may send of these themselves, on streams that are silent for days.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 100);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, 64 * 1024);
  builder.SetMaxReceiveMessageSize(kMaxRequest);
  // Each server has a quota of its own: who floods one socket takes nothing from the others, and
  // who is not entitled takes nothing from those who are.
  builder.SetResourceQuota(grpc::ResourceQuota("agent_socket").Resize(kMaxMemory));
}

}  // namespace

absl::StatusOr<std::unique_ptr<IdentityServer>> IdentityServer::Start(
    const IdentityServerOptions& options) {
  using Builder = grpc::ServerBuilder::experimental_type;
  auto made = absl::WrapUnique(new IdentityServer(options));
  grpc::ServerBuilder builder;
  SetLimits(builder);
  // Without TLS: the kernel says who is there.
  made->acceptor_ = builder.experimental().AddExternalConnectionAcceptor(
      Builder::ExternalConnectionType::FROM_FD, grpc::InsecureServerCredentials());
  if (options.workload_api) {
    builder.RegisterService(&made->workload_);
  }
  if (options.envoy_sds) {
    builder.RegisterService(&made->sds_);
  }
  made->server_ = builder.BuildAndStart();
  if (made->server_ == nullptr) {
    return Internal(
        Reason::kInternal,
        absl::StrCat("gRPC did not start the server of the identity ", options.identity));
  }
  return made;
}

void IdentityServer::Take(Descriptor connection) {
  grpc::experimental::ExternalConnectionAcceptor::NewConnectionParameters parameters;
  parameters.fd = connection.Release();
  acceptor_->HandleNewConnection(&parameters);
}

void IdentityServer::Stop(absl::Time deadline) {
  if (server_ != nullptr) {
    server_->Shutdown(absl::ToChronoTime(deadline));
    server_.reset();
  }
}

}  // namespace fleetca::client
