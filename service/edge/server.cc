#include "service/edge/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/descriptor_budget.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "service/edge/authority.h"
#include "service/edge/bearer_authenticator.h"
#include "service/edge/bootstrap_guard.h"
#include "service/edge/ca_service.h"
#include "service/edge/grpc_log.h"
#include "service/edge/join_token_service.h"
#include "service/edge/listener/listener.h"
#include "service/edge/method_guard.h"
#include "service/edge/peer_authenticator.h"
#include "service/edge/statistics_service.h"
#include "service/edge/tls_credentials.h"
#include "service/edge/token_issuer_config.h"
#include "service/rate_reporter.h"
#include "service/workers.h"
#include "store/rocksdb_store.h"

namespace fleetca::service {
namespace {

constexpr char kServiceName[] = "fleetca.v1.CertificateAuthorityService";

// The traps of gRPC 1.51 as a server that strangers reach; each was seen to bite.
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
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  // Room above our own limit, which answers with a reason; beyond twice of it gRPC cuts the message
  // off.
  builder.SetMaxReceiveMessageSize(static_cast<int>(max_message_bytes * 2));
}

// Besides, for callers of whom nothing is known: they get little of the server, and not for long.
void SetBootstrapArguments(grpc::ServerBuilder& builder) {
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 30'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 120'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 8);
  grpc::ResourceQuota quota("bootstrap");
  quota.Resize(size_t{256} << 20);
  builder.SetResourceQuota(quota);
}

absl::Status DidNotStart(absl::string_view field) {
  return Internal(Reason::kInternal, absl::StrCat("gRPC did not start the server of ", field));
}

// Request messages are counted where they can be large; others are a few kilobytes at most.
uint64_t MessageBytes(absl::string_view method, const void* message) {
  if (method == "/fleetca.v1.CertificateAuthorityService/IssueCertificate") {
    return static_cast<const v1::IssueCertificateRequest*>(message)->ByteSizeLong();
  }
  if (method == "/fleetca.v1.CertificateAuthorityService/BatchIssueCertificates") {
    return static_cast<const v1::BatchIssueCertificatesRequest*>(message)->ByteSizeLong();
  }
  if (method == "/fleetca.v1.CertificateAuthorityService/StreamIssueCertificates") {
    return static_cast<const v1::StreamIssueCertificatesRequest*>(message)->ByteSizeLong();
  }
  return 0;
}

ListenerOptions MainListener(const ServerConfig& config, uint64_t descriptors) {
  ListenerOptions options{.name = "main",
                          .address = config.listener.address,
                          .field = "listener.address",
                          .message_size = MessageBytes};
  // Several of the largest messages may be on their way.
  options.limits.unanswered_bytes = 4 * config.limits.max_message_bytes;
  options.limits.bytes_per_message = 16 << 10;
  options.limits.bytes_per_answer = 0;
  options.limits.max_connections = descriptors / 2;
  options.limits.max_per_address = options.limits.max_connections;
  return options;
}

ListenerOptions BootstrapListener(const ServerConfig& config, uint64_t descriptors) {
  ListenerOptions options{
      .name = "bootstrap", .address = config.bootstrap_address, .field = "bootstrap.address"};
  options.limits.max_connections = descriptors / 2;
  options.limits.max_per_address = options.limits.max_connections;
  options.limits.unanswered_bytes_in_all = 32 << 20;
  options.limits.first_answer_timeout = absl::Seconds(20);
  options.limits.idle_before_replaced = absl::Seconds(2);
  return options;
}

class GrpcServer : public Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Create(const ServerConfig& config,
                                                        std::unique_ptr<store::Store> store) {
    RouteGrpcLog();
    auto server = absl::WrapUnique(new GrpcServer());
    FLEETCA_ASSIGN_OR_RETURN(server->descriptors_, RaiseDescriptorLimit());
    const bool durable = store == nullptr && config.store.sync_writes;
    FLEETCA_ASSIGN_OR_RETURN(server->authority_, Authority::Open(config, std::move(store)));
    server->Describe(config.limits, durable);
    FLEETCA_RETURN_IF_ERROR(server->Listen(config));
    server->StartWorkers(config);
    FLEETCA_RETURN_IF_ERROR(server->ListenForBootstrap(config));
    return server;
  }

  ~GrpcServer() override {
    if (!drained_) {
      Drain().IgnoreError();
    }
  }

  int port() const override { return port_; }
  int bootstrap_port() const override { return bootstrap_port_; }
  absl::Status ReloadPolicy() override { return authority_->ReloadPolicy(); }

  absl::Status Drain() override {
    drained_ = true;
    if (grpc_server_ == nullptr) {
      return absl::OkStatus();
    }
    log::Info("Draining: no new calls, answering what was accepted");
    grpc_server_->GetHealthCheckService()->Shutdown();
    service_->BeginDrain();
    main_listener_->StopAccepting();
    if (bootstrap_listener_ != nullptr) {
      bootstrap_listener_->StopAccepting();
    }
    const auto deadline = std::chrono::system_clock::now() + absl::ToChronoSeconds(drain_timeout_);
    if (bootstrap_server_ != nullptr) {
      bootstrap_server_->Shutdown(deadline);
    }
    grpc_server_->Shutdown(deadline);  // returns when every call has ended, or was cut off
    grpc_server_->Wait();
    const bool in_time = std::chrono::system_clock::now() < deadline;
    workers_.reset();
    reporter_.reset();
    if (!in_time) {
      return MakeError(absl::StatusCode::kDeadlineExceeded, Reason::kDraining, "",
                       "Calls were still open when listener.drain_timeout had passed, and were cut "
                       "off; what they were not answered can be asked again with the same "
                       "request_id");
    }
    log::Info("Drained: every accepted request was answered");
    return absl::OkStatus();
  }

 private:
  GrpcServer() = default;

  // The port for those who have certificates.
  absl::Status Listen(const ServerConfig& config) {
    drain_timeout_ = config.listener.drain_timeout;
    const PolicyHolder& policies = authority_->policies();
    queue_ = std::make_unique<IssueQueue>(config.limits.queue_capacity);
    authenticator_ = std::make_unique<PeerAuthenticator>(config.trust_domain, config.issuer.oids,
                                                         Clock::System());
    gate_ = std::make_unique<IssueGate>(
        *queue_, *authenticator_, authority_->chain(),
        IssueLimits{config.limits.max_batch_items, config.limits.max_message_bytes,
                    config.limits.stream_window});
    service_ =
        std::make_unique<CaService>(*gate_, policies, authority_->store(), authority_->bundle());
    tokens_ = std::make_unique<JoinTokenService>(*authenticator_, authority_->join_tokens());
    statistics_ = std::make_unique<StatisticsService>(*authenticator_, policies, description_,
                                                      *queue_, authority_->issuer().stats(),
                                                      authority_->store().stats());
    FLEETCA_ASSIGN_OR_RETURN(auto credentials, CreateTlsCredentials(config.listener));
    credentials->SetAuthMetadataProcessor(
        std::make_shared<MethodGuard>(*authenticator_, policies, config.listener.reflection));

    // A quarter of the sockets is the bootstrap port's, where there is one.
    const uint64_t sockets = descriptors_.sockets;
    FLEETCA_ASSIGN_OR_RETURN(
        main_listener_,
        Listener::Listen(MainListener(
            config, config.bootstrap_address.empty() ? sockets : sockets - sockets / 4)));
    port_ = main_listener_->port();
    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    SetChannelArguments(config.limits.max_message_bytes, builder);
    main_listener_->AddTo(credentials, builder);
    builder.RegisterService(service_.get());
    builder.RegisterService(tokens_.get());
    builder.RegisterService(statistics_.get());
    grpc_server_ = builder.BuildAndStart();
    if (grpc_server_ == nullptr) {
      return DidNotStart("listener.address");
    }
    FLEETCA_RETURN_IF_ERROR(main_listener_->Serve());
    grpc_server_->GetHealthCheckService()->SetServingStatus(kServiceName, true);
    return absl::OkStatus();
  }

  // The port for those who have none yet, with one request a message and no more.
  absl::Status ListenForBootstrap(const ServerConfig& config) {
    if (config.bootstrap_address.empty()) {
      return absl::OkStatus();
    }
    if (!config.token_issuers.empty()) {
      FLEETCA_ASSIGN_OR_RETURN(jwts_,
                               MakeJwtAuthenticator(config.trust_domain, config.token_issuers));
    }
    bearer_ = std::make_unique<BearerAuthenticator>(jwts_.get(), Clock::System());
    const size_t max_message_bytes =
        std::min(config.limits.max_message_bytes, 2 * config.limits.max_csr_bytes + 4096);
    bootstrap_gate_ = std::make_unique<IssueGate>(*queue_, *bearer_, authority_->chain(),
                                                  IssueLimits{1, max_message_bytes, 1});
    bootstrap_service_ = std::make_unique<CaService>(*bootstrap_gate_, authority_->policies(),
                                                     authority_->store(), authority_->bundle());
    FLEETCA_ASSIGN_OR_RETURN(auto credentials, CreateBootstrapCredentials(config.listener));
    credentials->SetAuthMetadataProcessor(std::make_shared<BootstrapGuard>());

    FLEETCA_ASSIGN_OR_RETURN(bootstrap_listener_,
                             Listener::Listen(BootstrapListener(config, descriptors_.sockets / 4)));
    bootstrap_port_ = bootstrap_listener_->port();
    grpc::ServerBuilder builder;
    SetChannelArguments(max_message_bytes, builder);
    SetBootstrapArguments(builder);
    bootstrap_listener_->AddTo(credentials, builder);
    builder.RegisterService(bootstrap_service_.get());
    bootstrap_server_ = builder.BuildAndStart();
    if (bootstrap_server_ == nullptr) {
      return DidNotStart("bootstrap.address");
    }
    FLEETCA_RETURN_IF_ERROR(bootstrap_listener_->Serve());
    log::Info("Listening for bootstrap", {{"address", config.bootstrap_address},
                                          {"port", bootstrap_port_},
                                          {"token_issuers", config.token_issuers.size()}});
    return absl::OkStatus();
  }

  void StartWorkers(const ServerConfig& config) {
    const size_t threads = config.limits.WorkerThreads();
    workers_ = std::make_unique<IssueWorkers>(*queue_, authority_->issuer(), threads,
                                              config.limits.worker_batch);
    reporter_ = std::make_unique<RateReporter>(authority_->issuer().stats());
    log::Info("Listening", {{"address", config.listener.address},
                            {"port", port_},
                            {"trust_domain", config.trust_domain},
                            {"policy_revision", authority_->policies().Current()->revision()},
                            {"workers", threads},
                            {"reflection", config.listener.reflection ? "on" : "off"}});
  }

  void Describe(const LimitsConfig& limits, bool durable) {
    description_.set_durable(durable);
    description_.set_issuer_key(authority_->IssuerKeyDescription());
    DescribeBuildAndMachine(&description_);
    (*description_.mutable_libraries())["RocksDB"] = store::RocksDbVersion();
    description_.set_worker_threads(static_cast<uint32_t>(limits.WorkerThreads()));
    description_.set_worker_batch(static_cast<uint32_t>(limits.worker_batch));
    description_.set_queue_capacity(limits.queue_capacity);
  }

  // In the order they are made; each uses those above it.
  DescriptorBudget descriptors_;
  v1::ServerDescription description_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<IssueQueue> queue_;
  std::unique_ptr<PeerAuthenticator> authenticator_;
  std::unique_ptr<IssueGate> gate_;
  std::unique_ptr<CaService> service_;
  std::unique_ptr<JoinTokenService> tokens_;
  std::unique_ptr<StatisticsService> statistics_;
  std::unique_ptr<const JwtAuthenticator> jwts_;
  std::unique_ptr<BearerAuthenticator> bearer_;
  std::unique_ptr<IssueGate> bootstrap_gate_;
  std::unique_ptr<CaService> bootstrap_service_;
  std::unique_ptr<Listener> main_listener_;
  std::unique_ptr<Listener> bootstrap_listener_;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::unique_ptr<grpc::Server> bootstrap_server_;
  std::unique_ptr<IssueWorkers> workers_;
  std::unique_ptr<RateReporter> reporter_;
  absl::Duration drain_timeout_;
  int port_ = 0;
  int bootstrap_port_ = 0;
  bool drained_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerConfig& config) {
  return GrpcServer::Create(config, nullptr);
}

absl::StatusOr<std::unique_ptr<Server>> Server::StartWithStore(
    const ServerConfig& config, std::unique_ptr<store::Store> store) {
  return GrpcServer::Create(config, std::move(store));
}

}  // namespace fleetca::service
