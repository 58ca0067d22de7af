#include "client/authz/serve/authz_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <chrono>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "client/authz/serve/authz_gate.h"
#include "client/authz/serve/ext_authz_service.h"

namespace fleetca::client {
namespace {

// A request's headers, and its body where Envoy is told to send it, which is not read.
constexpr int kMaxMessage = 1 << 20;
constexpr size_t kMaxMemory = size_t{128} << 20;
constexpr std::chrono::seconds kDrain(5);

void SetLimits(grpc::ServerBuilder& builder) {
  // Only identity: a gzip bomb would inflate without bound.
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  // Without it a second server on the same port would silently share it.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  builder.SetResourceQuota(grpc::ResourceQuota("authz").Resize(kMaxMemory));
}

class BothServers final : public AuthzServer {
 public:
  explicit BothServers(std::unique_ptr<AuthzGate> gate)
      : gate_(std::move(gate)), service_(gate_.get()) {}

  ~BothServers() override {
    http_.reset();
    if (grpc_ != nullptr) {
      grpc_->Shutdown(std::chrono::system_clock::now() + kDrain);
    }
  }

  absl::Status ListenGrpc(const ListenAddress& address) {
    if (address.IsSocket()) {
      FLEETCA_RETURN_IF_ERROR(RemoveStaleSocket(address.socket));
    }
    // For Envoy's health checks.
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    SetLimits(builder);
    int port = 0;
    builder.AddListeningPort(address.ToString(), grpc::InsecureServerCredentials(), &port);
    builder.RegisterService(&service_);
    grpc_ = builder.BuildAndStart();
    if (grpc_ == nullptr || port == 0) {
      return FailedPrecondition(
          Reason::kConfigInvalid,
          absl::StrCat("Cannot listen at ", address.ToString(),
                       "; choose a free port, or a folder that this user may write to"));
    }
    grpc_address_ = address;
    grpc_address_->port = address.IsSocket() ? 0 : port;
    return absl::OkStatus();
  }

  absl::Status ListenHttp(const HttpServerOptions& options) {
    FLEETCA_ASSIGN_OR_RETURN(http_, HttpServer::Start(gate_.get(), options));
    return absl::OkStatus();
  }

  std::optional<ListenAddress> grpc_address() const override { return grpc_address_; }
  std::optional<ListenAddress> http_address() const override {
    return http_ == nullptr ? std::nullopt : std::optional(http_->address());
  }

  absl::Status Reload() override { return gate_->Reload(); }

 private:
  const std::unique_ptr<AuthzGate> gate_;
  ExtAuthzService service_;
  std::optional<ListenAddress> grpc_address_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AuthzServer>> AuthzServer::Start(AuthzServerOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(
      auto gate, AuthzGate::Create(std::move(options.files), std::move(options.passed_attributes)));
  auto server = std::make_unique<BothServers>(std::move(gate));
  if (options.grpc.has_value()) {
    FLEETCA_RETURN_IF_ERROR(server->ListenGrpc(*options.grpc));
  }
  if (options.http.has_value()) {
    FLEETCA_RETURN_IF_ERROR(server->ListenHttp(*options.http));
  }
  return server;
}

}  // namespace fleetca::client
