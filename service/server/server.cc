#include "service/server/server.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/time/clock.h"
#include "base/clock.h"
#include "base/descriptor_budget.h"
#include "base/errors.h"
#include "base/file_watcher.h"
#include "base/grpc/library_log.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/thread_check.h"
#include "service/health/health.h"
#include "service/http/http_port.h"
#include "service/issuance/issue_queue.h"
#include "service/issuance/rate_reporter.h"
#include "service/issuance/workers.h"
#include "service/net/tls_credentials.h"
#include "service/rpc/statistics_service.h"
#include "service/server/bootstrap_port.h"
#include "service/server/http_statistics.h"
#include "service/server/issuing_port.h"
#include "service/server/own_certificate_watch.h"
#include "service/server/published_certificates.h"
#include "service/server/readiness.h"
#include "service/server/revocation_publishing.h"
#include "service/server/running_ca.h"
#include "service/server/server_health.h"
#include "service/server/server_renewal.h"
#include "service/server/serving_places.h"
#include "service/time/store_pruner.h"
#include "store/rocksdb/rocksdb_store.h"
#include "x509/possession.h"

namespace fleetca::service {
namespace {

// How many threads gRPC, RocksDB and this server start beside the workers, with room to spare.
constexpr int kLibraryThreads = 32;

// How long an answer over HTTP may still take when everything else has ended.
constexpr absl::Duration kHttpDrainTimeout = absl::Seconds(2);

// How many descriptors the HTTP port has, its own ones included; 0 without such a port.
uint64_t HttpDescriptors(const HttpConfig& http, uint64_t sockets) {
  return http.address.empty()
             ? 0
             : std::min<uint64_t>(http.max_connections + HttpServerDescriptors(http.threads),
                                  sockets / 4);
}

class GrpcServer : public Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Create(const ServerConfig& config,
                                                        ServerOptions options) {
    RouteLibraryLog();
    auto server = absl::WrapUnique(new GrpcServer());
    FLEETCA_RETURN_IF_ERROR(server->StartParts(config, std::move(options)));
    return server;
  }

  ~GrpcServer() override {
    if (!drained_) {
      Drain().IgnoreError();
    }
  }

  int port() const override { return issuing_port_->port(); }
  int bootstrap_port() const override {
    return bootstrap_port_ == nullptr ? 0 : bootstrap_port_->port();
  }
  int http_port() const override { return http_port_ == nullptr ? 0 : http_port_->port(); }
  absl::Status ReloadPolicy() override { return ca_->ApplyPolicy("").status(); }

  absl::Status Drain() override {
    drained_ = true;
    if (issuing_port_ == nullptr) {
      return absl::OkStatus();
    }
    log::Info("Draining: no new calls, answering what was accepted");
    // Whoever asks over HTTP hears of the drain until it is over.
    readiness_.BeginDrain();
    health_.reset();
    // The statistics ask it until the last call has ended.
    own_certificate_watch_->Stop();
    // Both ports at once; the strangers' time runs beside the callers'.
    issuing_port_->BeginDrain();
    if (bootstrap_port_ != nullptr) {
      bootstrap_port_->BeginDrain();
    }
    const bool in_time = issuing_port_->FinishDrain(absl::Now() + drain_timeout_);
    if (bootstrap_port_ != nullptr) {
      bootstrap_port_->FinishDrain();
    }
    workers_.reset();
    reporter_.reset();
    if (http_port_ != nullptr) {
      http_port_->Stop(absl::Now() + kHttpDrainTimeout);
    }
    if (!in_time) {
      return DeadlineExceeded(
          Reason::kDraining,
          "Calls were still open when listener.drain_timeout had passed, and were cut "
          "off; what they were not answered can be asked again with the same "
          "request_id");
    }
    log::Info("Drained: every accepted request was answered");
    return absl::OkStatus();
  }

 private:
  GrpcServer() = default;

  absl::Status StartParts(const ServerConfig& config, ServerOptions options) {
    drain_timeout_ = config.listener.drain_timeout;
    for (const std::string& warning : config.warnings) {
      log::Warning("The configuration should be written otherwise", {{"what", warning}});
    }
    FLEETCA_RETURN_IF_ERROR(CheckPlaces(config, /*with_store=*/options.store == nullptr));
    // gRPC and RocksDB abort where they cannot start a thread.
    FLEETCA_RETURN_IF_ERROR(
        CheckThreadsCanStart(kLibraryThreads + static_cast<int>(config.limits.WorkerThreads())));
    FLEETCA_ASSIGN_OR_RETURN(const DescriptorBudget descriptors, RaiseDescriptorLimit());
    const bool durable = options.store == nullptr && config.store.sync_writes;
    FLEETCA_ASSIGN_OR_RETURN(watcher_, FileWatcher::Start());
    FLEETCA_ASSIGN_OR_RETURN(ca_, RunningCa::Open(config, std::move(options.store), *watcher_));
    FLEETCA_RETURN_IF_ERROR(StartTls(config, options.expired_certificate_is_taken));
    queue_ = std::make_unique<IssueQueue>(IssueQueue::Options{
        .capacity = config.limits.queue_capacity,
        .issuer_key = ca_->issuer().issuing_key(),
        .possession_in_lanes =
            [ca = ca_.get()] {
              return ca->possession().statistics().path == x509::PossessionPath::kLanes;
            },
        .workers = config.limits.WorkerThreads()});
    // Before the ports: what they queue is always answered, also by a start that fails afterwards.
    FLEETCA_RETURN_IF_ERROR(StartWorkers(config));
    FLEETCA_ASSIGN_OR_RETURN(
        issuing_port_,
        IssuingPort::Start(
            config, *tls_, *ca_, *queue_, Describe(config.limits, durable),
            [own = own_certificate_watch_.get()] { return own->certificates(); },
            descriptors.sockets - HttpDescriptors(config.http, descriptors.sockets),
            [this](v1::HttpStatistics* http) { return http_statistics_.Write(http); }));
    LogListening(config);
    if (!config.bootstrap_address.empty()) {
      FLEETCA_ASSIGN_OR_RETURN(bootstrap_port_, BootstrapPort::Start(config, *tls_, *ca_, *queue_,
                                                                     options.bootstrap_program));
    }
    if (!config.http.address.empty()) {
      FLEETCA_RETURN_IF_ERROR(StartHttp(config, HttpDescriptors(config.http, descriptors.sockets)));
    }
    FLEETCA_RETURN_IF_ERROR(StartPruner(config.store_retention));
    FLEETCA_ASSIGN_OR_RETURN(
        health_,
        HealthMonitor::Start(
            ServerHealthChecks(*tls_, *ca_, *issuing_port_, bootstrap_port_.get(),
                               own_certificate_watch_.get(), http_port_.get(), publishing_.get()),
            [port = issuing_port_.get()](const std::string& service, bool healthy) {
              port->SetServing(service, healthy);
            }));
    readiness_.Follow(*health_);
    return absl::OkStatus();
  }

  absl::Status StartHttp(const ServerConfig& config, uint64_t descriptors) {
    const HttpConfig& http = config.http;
    FLEETCA_ASSIGN_OR_RETURN(
        certificates_,
        PublishedCertificates::Create(ca_->issuing_cas(), ca_->bundles(), Clock::System()));
    HttpPortOptions options{.address = http.address, .threads = http.threads};
    const uint64_t own = HttpServerDescriptors(http.threads);
    options.limits.max_connections =
        std::min<uint64_t>(http.max_connections, descriptors > own ? descriptors - own : 1);
    options.limits.max_connections_per_address = http.MaxConnectionsPerAddress();
    options.limits.idle_timeout = http.request_timeout;
    options.limits.request_timeout = http.request_timeout;
    options.limits.answer_timeout = http.answer_timeout;
    FLEETCA_ASSIGN_OR_RETURN(publishing_, RevocationPublishing::Start(config, *ca_));
    HttpSources sources{.crls = publishing_.get(),
                        .ocsp = publishing_.get(),
                        .certificates = certificates_.get(),
                        .why_not_ready = [this] { return readiness_.Reasons(); }};
    FLEETCA_ASSIGN_OR_RETURN(http_port_,
                             HttpPort::Start(options, std::move(sources), Clock::System()));
    http_statistics_.Follow(*http_port_, publishing_.get());
    log::Info(
        "Listening for HTTP",
        {{"address", http.address}, {"port", http_port_->port()}, {"base_url", http.base_url}});
    return absl::OkStatus();
  }

  // What the CRLs have still to say is kept.
  absl::Status StartPruner(absl::Duration retention) {
    PruneLimit limit;
    if (publishing_ != nullptr) {
      limit = [this](absl::Time before) {
        return publishing_->NotNeededBefore(ca_->store(), before);
      };
    }
    FLEETCA_ASSIGN_OR_RETURN(store_pruner_, StorePruner::Start(ca_->clock_rule(), ca_->store(),
                                                               retention, std::move(limit)));
    return absl::OkStatus();
  }

  absl::Status StartTls(const ServerConfig& config, bool expired_is_taken) {
    const Clock& clock = Clock::System();
    renewal_ = std::make_unique<ServerRenewal>(config, *ca_, clock);
    FLEETCA_ASSIGN_OR_RETURN(
        tls_,
        ServerTls::Create(
            {config.listener.certificate_file, config.listener.private_key_file,
             config.listener.client_ca_file},
            *watcher_, clock,
            [ca = ca_.get()](const x509::Certificate& own) { return ca->ReserveNames(own); },
            [ca = ca_.get()] { return ca->Trust(); },
            {.instead = [this](const absl::Status& why) { return renewal_->PairInstead(why); },
             .expired_is_taken = expired_is_taken}));
    FLEETCA_ASSIGN_OR_RETURN(own_certificate_watch_,
                             OwnCertificateWatch::Start(config, *ca_, *tls_, *renewal_, clock));
    return absl::OkStatus();
  }

  absl::Status StartWorkers(const ServerConfig& config) {
    const size_t threads = config.limits.WorkerThreads();
    FLEETCA_ASSIGN_OR_RETURN(
        workers_, IssueWorkers::Start(*queue_, ca_->issuer(), threads, config.limits.worker_batch));
    FLEETCA_ASSIGN_OR_RETURN(reporter_,
                             RateReporter::Start(ca_->issuer().stats(), queue_->stats()));
    return absl::OkStatus();
  }

  void LogListening(const ServerConfig& config) const {
    log::Info("Listening",
              {{"address", config.listener.address},
               {"port", port()},
               {"trust_domain", config.trust_domain},
               {"policy_revision", ca_->policies().Current()->revision()},
               {"workers", config.limits.WorkerThreads()},
               {"reflection", config.listener.reflection ? "on" : "off"},
               {"possession", x509::PossessionPathText(ca_->possession().statistics().path)}});
  }

  v1::ServerDescription Describe(const LimitsConfig& limits, bool durable) const {
    v1::ServerDescription description;
    description.set_durable(durable);
    description.set_issuer_key(ca_->IssuerKeyDescription());
    DescribeBuildAndMachine(&description);
    (*description.mutable_libraries())["RocksDB"] = store::RocksDbVersion();
    description.set_worker_threads(static_cast<uint32_t>(limits.WorkerThreads()));
    description.set_worker_batch(static_cast<uint32_t>(limits.worker_batch));
    description.set_queue_capacity(limits.queue_capacity);
    return description;
  }

  // In the order they are made; each uses those above it.
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<RunningCa> ca_;
  std::unique_ptr<ServerRenewal> renewal_;
  std::unique_ptr<ServerTls> tls_;
  std::unique_ptr<OwnCertificateWatch> own_certificate_watch_;
  std::unique_ptr<IssueQueue> queue_;
  HttpStatistics http_statistics_;
  std::unique_ptr<IssuingPort> issuing_port_;
  std::unique_ptr<BootstrapPort> bootstrap_port_;
  std::unique_ptr<IssueWorkers> workers_;
  std::unique_ptr<RateReporter> reporter_;
  Readiness readiness_;
  std::unique_ptr<PublishedCertificates> certificates_;
  std::unique_ptr<RevocationPublishing> publishing_;
  std::unique_ptr<StorePruner> store_pruner_;
  std::unique_ptr<HttpPort> http_port_;
  std::unique_ptr<HealthMonitor> health_;
  absl::Duration drain_timeout_;
  bool drained_ = false;
};

}  // namespace

absl::StatusOr<std::unique_ptr<Server>> Server::Start(const ServerConfig& config,
                                                      ServerOptions options) {
  return GrpcServer::Create(config, std::move(options));
}

}  // namespace fleetca::service
