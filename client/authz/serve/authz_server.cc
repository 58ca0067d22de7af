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
#include "client/authz/serve/current_authorizer.h"
#include "client/authz/serve/ext_authz_service.h"
#include "client/authz/serve/grpc_acceptor.h"

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
  builder.SetMaxReceiveMessageSize(kMaxMessage);
  builder.SetResourceQuota(grpc::ResourceQuota("authz").Resize(kMaxMemory));
}

class BothServers final : public AuthzServer {
 public:
  explicit BothServers(std::unique_ptr<CurrentAuthorizer> authorizer)
      : authorizer_(std::move(authorizer)), service_(authorizer_.get()) {}

  ~BothServers() override {
    http_.reset();
    if (grpc_ != nullptr) {
      acceptor_->Stop();
      grpc_->Shutdown(std::chrono::system_clock::now() + kDrain);
    }
  }

  absl::Status ListenGrpc(const ListenAddress& address) {
    FLEETCA_ASSIGN_OR_RETURN(acceptor_, GrpcAcceptor::Listen(address));
    // For Envoy's health checks.
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    SetLimits(builder);
    acceptor_->AddTo(builder);
    builder.RegisterService(&service_);
    grpc_ = builder.BuildAndStart();
    if (grpc_ == nullptr) {
      return Internal(Reason::kInternal,
                      absl::StrCat("gRPC did not start the server at ", address.ToString()));
    }
    return acceptor_->Serve();
  }

  absl::Status ListenHttp(const HttpServerOptions& options) {
    FLEETCA_ASSIGN_OR_RETURN(http_, HttpServer::Start(authorizer_.get(), options));
    return absl::OkStatus();
  }

  std::optional<ListenAddress> grpc_address() const override {
    return acceptor_ == nullptr ? std::nullopt : std::optional(acceptor_->address());
  }
  std::optional<ListenAddress> http_address() const override {
    return http_ == nullptr ? std::nullopt : std::optional(http_->address());
  }

  absl::Status Reload() override { return authorizer_->Reload(); }

 private:
  const std::unique_ptr<CurrentAuthorizer> authorizer_;
  ExtAuthzService service_;
  std::unique_ptr<GrpcAcceptor> acceptor_;
  std::unique_ptr<grpc::Server> grpc_;
  std::unique_ptr<HttpServer> http_;
};

}  // namespace

absl::StatusOr<std::unique_ptr<AuthzServer>> AuthzServer::Start(AuthzServerOptions options) {
  FLEETCA_ASSIGN_OR_RETURN(
      auto authorizer,
      CurrentAuthorizer::Create(std::move(options.files), std::move(options.passed_attributes)));
  auto server = std::make_unique<BothServers>(std::move(authorizer));
  if (options.grpc.has_value()) {
    FLEETCA_RETURN_IF_ERROR(server->ListenGrpc(*options.grpc));
  }
  if (options.http.has_value()) {
    FLEETCA_RETURN_IF_ERROR(server->ListenHttp(*options.http));
  }
  return server;
}

}  // namespace fleetca::client
