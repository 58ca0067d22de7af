#include "service/edge/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/support/byte_buffer.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/descriptor_budget.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "base/log.h"
#include "base/memory_limit.h"
#include "base/status_macros.h"
#include "base/thread_check.h"
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

// What gRPC, RocksDB and this server start besides workers, with room.
constexpr int kLibraryThreads = 32;

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
  // What is parsed at once, before anything of it is freed: a reset stream costs 40 KB until then.
  builder.AddChannelArgument(GRPC_ARG_TCP_MAX_READ_CHUNK_SIZE, 64 * 1024);
  // Some room above our own limit, which answers with a reason; beyond it gRPC refuses the message,
  // but only when it is complete: until then the listener bounds it.
  builder.SetMaxReceiveMessageSize(static_cast<int>(max_message_bytes + max_message_bytes / 8));
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

// Our own methods take octets (service/edge/wire_message.h); gRPC's take no large messages.
uint64_t MessageBytes(absl::string_view method, const void* message) {
  return absl::StartsWith(method, "/fleetca.")
             ? static_cast<const grpc::ByteBuffer*>(message)->Length()
             : 0;
}

// What the gRPC port's messages may take, unfinished ones included: a part of the machine, and not
// more however large it is.
struct MessageMemory {
  explicit MessageMemory(size_t max_message_bytes)
      : quota(std::clamp<uint64_t>(MemoryLimit() / 4, uint64_t{64} << 20, uint64_t{384} << 20)),
        // Where configured messages are so large, two of them fit all the same.
        in_all(std::max<uint64_t>(quota / 2, 4 * max_message_bytes)),
        per_caller(std::max<uint64_t>(quota / 6, 2 * max_message_bytes)) {
    quota = std::max(quota, 2 * in_all);
  }
  uint64_t quota;
  uint64_t in_all;
  uint64_t per_caller;
};

size_t OrAtMost(size_t configured, size_t most) {
  return configured == 0 ? most : std::min(configured, most);
}

ListenerOptions MainListener(const ServerConfig& config, uint64_t descriptors) {
  const LimitsConfig& limits = config.limits;
  const MessageMemory memory(limits.max_message_bytes);
  ListenerOptions options{.name = "main",
                          .address = config.listener.address,
                          .field = "listener.address",
                          .trims_memory = true,
                          .message_size = MessageBytes};
  options.limits.max_connections = OrAtMost(limits.max_connections, descriptors / 2);
  options.limits.max_per_address =
      OrAtMost(limits.max_connections_per_address, options.limits.max_connections);
  options.limits.max_per_caller = limits.max_connections_per_caller;
  // Several of the largest messages may be on their way.
  options.limits.unanswered_bytes =
      std::min<uint64_t>(4 * limits.max_message_bytes, memory.per_caller);
  options.limits.unanswered_bytes_per_caller = memory.per_caller;
  options.limits.unanswered_bytes_in_all = memory.in_all;
  options.limits.bytes_per_message = 16 << 10;
  // A thread of gRPC reads a connection until nothing is left, so what is left should be bounded.
  options.limits.receive_buffer_bytes = 128 << 10;
  options.limits.bytes_per_answer = 0;
  options.limits.message_timeout = limits.message_timeout;
  return options;
}

ListenerOptions BootstrapListener(const ServerConfig& config, uint64_t descriptors) {
  ListenerOptions options{
      .name = "bootstrap", .address = config.bootstrap_address, .field = "bootstrap.address"};
  options.limits.max_connections = descriptors / 2;
  options.limits.max_per_address =
      OrAtMost(config.limits.max_connections_per_address, options.limits.max_connections);
  options.limits.unanswered_bytes_in_all = 32 << 20;
  options.limits.receive_buffer_bytes = 32 << 10;
  options.limits.look_interval = absl::Milliseconds(10);
  options.limits.message_timeout = absl::Seconds(15);
  options.limits.first_answer_timeout = absl::Seconds(15);
  options.limits.idle_before_replaced = absl::Seconds(2);
  return options;
}

class GrpcServer : public Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Create(const ServerConfig& config,
                                                        std::unique_ptr<store::Store> store) {
    RouteGrpcLog();
    auto server = absl::WrapUnique(new GrpcServer());
    // gRPC and RocksDB abort where they cannot start a thread.
    FLEETCA_RETURN_IF_ERROR(
        CheckThreadsCanStart(kLibraryThreads + static_cast<int>(config.limits.WorkerThreads())));
    FLEETCA_ASSIGN_OR_RETURN(server->descriptors_, RaiseDescriptorLimit());
    const bool durable = store == nullptr && config.store.sync_writes;
    FLEETCA_ASSIGN_OR_RETURN(server->watcher_, FileWatcher::Start());
    FLEETCA_ASSIGN_OR_RETURN(server->authority_,
                             Authority::Open(config, std::move(store), *server->watcher_));
    FLEETCA_ASSIGN_OR_RETURN(server->tls_, ServerTls::Create({config.listener.certificate_file,
                                                              config.listener.private_key_file,
                                                              config.listener.client_ca_file},
                                                             *server->watcher_, Clock::System()));
    server->Describe(config.limits, durable);
    FLEETCA_RETURN_IF_ERROR(server->Listen(config));
    FLEETCA_RETURN_IF_ERROR(server->StartWorkers(config));
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
    queue_ = std::make_unique<IssueQueue>(
        IssueQueue::Options{.capacity = config.limits.queue_capacity,
                            .issuer_key = authority_->issuer().issuing_key(),
                            .workers = config.limits.WorkerThreads()});
    FLEETCA_ASSIGN_OR_RETURN(authenticator_,
                             PeerAuthenticator::Create({.issuing_cas = authority_->issuing_cas(),
                                                        .trust_domain = config.trust_domain,
                                                        .oids = config.issuer.oids,
                                                        .store = &authority_->store()}));
    gate_ = std::make_unique<IssueGate>(
        *queue_, *authenticator_, authority_->chain(),
        IssueLimits{config.limits.max_batch_items, config.limits.max_message_bytes,
                    config.limits.stream_window});
    service_ =
        std::make_unique<CaService>(*gate_, policies, authority_->store(), authority_->bundles());
    tokens_ = std::make_unique<JoinTokenService>(*authenticator_, authority_->join_tokens());
    statistics_ = std::make_unique<StatisticsService>(*authenticator_, policies, description_,
                                                      *queue_, authority_->issuer().stats(),
                                                      authority_->store().stats());
    FLEETCA_ASSIGN_OR_RETURN(auto credentials, tls_->CredentialsForCertificates());
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
    grpc::ResourceQuota quota("main");
    quota.Resize(MessageMemory(config.limits.max_message_bytes).quota);
    builder.SetResourceQuota(quota);
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
      FLEETCA_ASSIGN_OR_RETURN(
          jwts_, MakeJwtAuthenticator(config.trust_domain, config.token_issuers, *watcher_));
    }
    bearer_ = std::make_unique<BearerAuthenticator>(jwts_.get(), Clock::System());
    const size_t max_message_bytes =
        std::min(config.limits.max_message_bytes, 2 * config.limits.max_csr_bytes + 4096);
    bootstrap_gate_ = std::make_unique<IssueGate>(*queue_, *bearer_, authority_->chain(),
                                                  IssueLimits{1, max_message_bytes, 1});
    bootstrap_service_ = std::make_unique<CaService>(*bootstrap_gate_, authority_->policies(),
                                                     authority_->store(), authority_->bundles());
    FLEETCA_ASSIGN_OR_RETURN(auto credentials, tls_->CredentialsForBearers());
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

  absl::Status StartWorkers(const ServerConfig& config) {
    const size_t threads = config.limits.WorkerThreads();
    FLEETCA_ASSIGN_OR_RETURN(workers_, IssueWorkers::Start(*queue_, authority_->issuer(), threads,
                                                           config.limits.worker_batch));
    FLEETCA_ASSIGN_OR_RETURN(reporter_,
                             RateReporter::Start(authority_->issuer().stats(), queue_->stats()));
    log::Info("Listening", {{"address", config.listener.address},
                            {"port", port_},
                            {"trust_domain", config.trust_domain},
                            {"policy_revision", authority_->policies().Current()->revision()},
                            {"workers", threads},
                            {"reflection", config.listener.reflection ? "on" : "off"}});
    return absl::OkStatus();
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
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<Authority> authority_;
  std::unique_ptr<ServerTls> tls_;
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
