#include "service/bootstrap/bootstrap_server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <sys/resource.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/config/config_reader.h"
#include "base/config/config_text.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "fleetca/config/v1/config.pb.h"
#include "service/bootstrap/bootstrap_access_check.h"
#include "service/bootstrap/relayed_files.h"
#include "service/config/token_issuer_config.h"
#include "service/net/channel_arguments.h"

namespace fleetca::service {
namespace {

// Below the bound of the process, so that gRPC refuses before memory ends.
constexpr size_t kQuotaBytes = size_t{128} << 20;
constexpr absl::Duration kFilesInterval = absl::Seconds(1);

// Callers about whom nothing is known get little of the server, and not for long.
void SetBootstrapArguments(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 120'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 8);
  grpc::ResourceQuota quota("bootstrap");
  quota.Resize(kQuotaBytes);
  builder.SetResourceQuota(quota);
}

ListenerOptions Options(const internal::v1::GetSettingsResponse& settings) {
  const uint64_t max_per_address = settings.max_connections_per_address();
  ListenerOptions options{
      .name = "bootstrap", .address = "", .field = "bootstrap.address", .trims_memory = true};
  rlimit descriptors = {};
  getrlimit(RLIMIT_NOFILE, &descriptors);
  // A watched connection has two of them.
  options.limits.max_connections = descriptors.rlim_cur / 4;
  options.limits.max_per_address =
      max_per_address == 0 ? options.limits.max_connections
                           : std::min<uint64_t>(max_per_address, options.limits.max_connections);
  // The largest request that is lawful, its token and a handshake fit.
  options.limits.unanswered_bytes =
      std::max<uint64_t>(96 << 10, 2 * settings.max_message_bytes() + (32 << 10));
  options.limits.bytes_per_answer = options.limits.unanswered_bytes;
  options.limits.unanswered_bytes_in_all = 32 << 20;
  options.limits.receive_buffer_bytes = 32 << 10;
  options.limits.look_interval = absl::Milliseconds(10);
  options.limits.message_timeout = absl::Seconds(15);
  options.limits.first_answer_timeout = absl::Seconds(15);
  options.limits.idle_before_replaced = absl::Seconds(2);
  return options;
}

// What the issuing process has read from its configuration, where a mistake had a line.
absl::StatusOr<std::vector<TokenIssuerConfig>> ReadIssuers(
    const internal::v1::GetSettingsResponse& settings) {
  config::v1::ServerConfig none;
  ConfigText text("", "the configuration", &none);
  ConfigReader reader(&text, "");
  std::vector<TokenIssuerConfig> issuers =
      ReadTokenIssuers("token_issuers", settings.token_issuers(), settings.trust_domain(), &reader);
  FLEETCA_RETURN_IF_ERROR(text.ToStatus());
  return issuers;
}

}  // namespace

absl::StatusOr<std::unique_ptr<BootstrapServer>> BootstrapServer::Start(
    const internal::v1::GetSettingsResponse& settings,
    internal::v1::BootstrapRelayService::StubInterface& issuing_process,
    std::vector<Descriptor> sockets) {
  auto server = absl::WrapUnique(new BootstrapServer());
  FLEETCA_ASSIGN_OR_RETURN(
      server->watcher_, FileWatcher::Start(kFilesInterval, ReadByIssuingProcess(issuing_process)));
  FLEETCA_ASSIGN_OR_RETURN(server->tls_,
                           ServerTls::Create({.certificate = settings.certificate_file(),
                                              .private_key = settings.private_key_file(),
                                              .client_ca = "",
                                              .logged_elsewhere = true},
                                             *server->watcher_, Clock::System()));
  if (!settings.token_issuers().empty()) {
    FLEETCA_ASSIGN_OR_RETURN(const std::vector<TokenIssuerConfig> issuers, ReadIssuers(settings));
    FLEETCA_ASSIGN_OR_RETURN(server->jwts_,
                             MakeJwtReader(settings.trust_domain(), issuers, *server->watcher_));
  }
  server->tokens_ = std::make_unique<BearerReader>(server->jwts_.get(), Clock::System());
  server->service_ = std::make_unique<BootstrapService>(
      issuing_process, *server->tokens_, settings.max_message_bytes(), settings.trust_bundle());
  FLEETCA_RETURN_IF_ERROR(server->Listen(settings, std::move(sockets)));
  return server;
}

BootstrapServer::~BootstrapServer() {
  if (server_ != nullptr) {
    Stop(absl::Now());
  }
}

absl::Status BootstrapServer::Listen(const internal::v1::GetSettingsResponse& settings,
                                     std::vector<Descriptor> sockets) {
  FLEETCA_ASSIGN_OR_RETURN(auto credentials, tls_->CredentialsForBearers());
  credentials->SetAuthMetadataProcessor(std::make_shared<BootstrapAccessCheck>());
  FLEETCA_ASSIGN_OR_RETURN(
      listener_, Listener::Adopt(Options(settings), ListeningSockets{std::move(sockets)}));
  grpc::ServerBuilder builder;
  SetChannelArguments(settings.max_message_bytes(), builder);
  SetBootstrapArguments(builder);
  listener_->AddTo(credentials, builder);
  builder.RegisterService(service_.get());
  server_ = builder.BuildAndStart();
  if (server_ == nullptr) {
    return Internal(Reason::kInternal, "gRPC did not start the server of the bootstrap port");
  }
  return listener_->Serve();
}

absl::Status BootstrapServer::CheckListener() const {
  return listener_->accepting()
             ? absl::OkStatus()
             : Unavailable(Reason::kInternal,
                           "The bootstrap port accepts no connections; see the log for the reason, "
                           "such as too few descriptors");
}

void BootstrapServer::Stop(absl::Time deadline) {
  listener_->StopAccepting();
  server_->Shutdown(absl::ToChronoTime(deadline));
  server_->Wait();
  server_.reset();
}

}  // namespace fleetca::service
