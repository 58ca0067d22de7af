#include "service/edge/server.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/health_check_service_interface.h>

#include <algorithm>
#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/edge/ca_service.h"
#include "service/edge/grpc_log.h"
#include "service/edge/method_guard.h"
#include "service/edge/peer_authenticator.h"
#include "service/edge/statistics_service.h"
#include "service/edge/tls_credentials.h"
#include "service/issuer.h"
#include "service/rate_reporter.h"
#include "service/workers.h"
#include "signer/local_signer.h"
#include "store/rocksdb_store.h"
#include "x509/certificate.h"
#include "x509/pem.h"
#include "x509/public_key.h"

namespace fleetca::service {
namespace {

constexpr char kServiceName[] = "fleetca.v1.CertificateAuthorityService";

// The traps of gRPC 1.51 as a server that strangers reach; each was seen to bite.
void SetChannelArguments(const LimitsConfig& limits, grpc::ServerBuilder& builder) {
  // Only identity: a gzip bomb would inflate without bound.
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
  // Clients that connect and say nothing, or fall silent, or stay for ever.
  builder.AddChannelArgument(GRPC_ARG_SERVER_HANDSHAKE_TIMEOUT_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_IDLE_MS, 300'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_MS, 1'800'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONNECTION_AGE_GRACE_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 60'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 20'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, 1'000);
  builder.AddChannelArgument(GRPC_ARG_MAX_METADATA_SIZE, 16 * 1024);
  // Without it a second server on the same port would silently share it.
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  // Room above our own limit, which answers with a reason; beyond twice of it gRPC cuts the message
  // off.
  builder.SetMaxReceiveMessageSize(static_cast<int>(limits.max_message_bytes * 2));
}

// The issuing certificate and those above it.
struct IssuerChain {
  std::string issuer;
  std::vector<std::string> chain;  // issuer first
};

absl::StatusOr<IssuerChain> LoadChain(const IssuerConfig& config, const TrustBundle& bundle) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, ReadFile(config.certificate_file));
  absl::StatusOr<std::vector<std::string>> chain = x509::DecodePem(x509::kPemCertificate, pem);
  if (!chain.ok()) {
    return Annotate(chain.status(), config.certificate_file);
  }
  std::vector<std::string> links = *chain;
  for (size_t i = 0; i < links.size(); ++i) {
    const auto certificate = x509::ParseCertificate(links[i]);
    if (!certificate.ok()) {
      return Annotate(certificate.status(), config.certificate_file);
    }
    const auto is_signed_by = [&certificate](absl::string_view der) {
      const auto issuer = x509::ParseCertificate(der);
      return issuer.ok() && x509::VerifySignedBy(*certificate, *issuer).ok();
    };
    const bool linked = i + 1 < links.size()
                            ? is_signed_by(links[i + 1])
                            : std::any_of(bundle.roots.begin(), bundle.roots.end(), is_signed_by);
    if (!linked) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(config.certificate_file, ": certificate ", i + 1,
                       i + 1 < links.size()
                           ? " is not signed by the next one; put the chain in order, nearest first"
                           : " is not signed by a root of the trust bundle; add that root to it"));
    }
  }
  return IssuerChain{links.front(), std::move(links)};
}

// "P-256", "RSA-2048".
std::string KeyDescription(const x509::PublicKey& key) {
  const absl::string_view algorithm = x509::PublicKeyAlgorithmName(key.algorithm);
  return key.algorithm == x509::PublicKeyAlgorithm::kRsa ? absl::StrCat(algorithm, "-", key.bits)
                                                         : std::string(algorithm);
}

class GrpcServer : public Server {
 public:
  static absl::StatusOr<std::unique_ptr<Server>> Create(const ServerConfig& config,
                                                        std::unique_ptr<store::Store> store) {
    RouteGrpcLog();
    auto server = absl::WrapUnique(new GrpcServer());
    server->description_.set_durable(store == nullptr && config.store.sync_writes);
    server->store_ = std::move(store);
    FLEETCA_RETURN_IF_ERROR(server->OpenIssuer(config));
    FLEETCA_RETURN_IF_ERROR(server->Listen(config));
    return server;
  }

  ~GrpcServer() override {
    if (!drained_) {
      Drain().IgnoreError();
    }
  }

  int port() const override { return port_; }

  absl::Status Drain() override {
    drained_ = true;
    if (grpc_server_ == nullptr) {
      return absl::OkStatus();
    }
    log::Info("Draining: no new calls, answering what was accepted");
    grpc_server_->GetHealthCheckService()->Shutdown();
    service_->BeginDrain();
    const auto deadline = std::chrono::system_clock::now() + absl::ToChronoSeconds(drain_timeout_);
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

  absl::Status OpenIssuer(const ServerConfig& config) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string bundle_pem,
                             ReadFile(config.issuer.trust_bundle_file));
    absl::StatusOr<TrustBundle> bundle = TrustBundle::FromPem(bundle_pem, config.trust_domain);
    if (!bundle.ok()) {
      return Annotate(bundle.status(), config.issuer.trust_bundle_file);
    }
    bundle_ = *std::move(bundle);
    FLEETCA_ASSIGN_OR_RETURN(IssuerChain chain, LoadChain(config.issuer, bundle_));
    FLEETCA_ASSIGN_OR_RETURN(EvpPkeyPtr key, signer::ReadKeyFile(config.issuer.private_key_file,
                                                                 config.issuer.passphrase));
    FLEETCA_ASSIGN_OR_RETURN(signer_, signer::CreateLocalSigner(std::move(key)));
    if (store_ == nullptr) {
      FLEETCA_ASSIGN_OR_RETURN(store_, store::OpenRocksDbStore(config.store));
    }
    FLEETCA_ASSIGN_OR_RETURN(AccessPolicy access, AccessPolicy::Create(config.callers));
    chain_ = chain.chain;
    IssuerOptions options{.issuer_certificate = std::move(chain.issuer),
                          .ca_certificates = std::move(chain.chain),
                          .blocked_keys = config.issuer.blocked_keys,
                          .profiles = config.profiles,
                          .access = std::move(access),
                          .signer = signer_.get(),
                          .store = store_.get(),
                          .possession = possession_.get()};
    options.ca_certificates.insert(options.ca_certificates.end(), bundle_.roots.begin(),
                                   bundle_.roots.end());
    options.csr_limits.max_bytes = config.limits.max_csr_bytes;
    FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                             x509::ParseCertificate(chain_.front()));
    description_.set_issuer_key(KeyDescription(certificate.public_key));
    FLEETCA_ASSIGN_OR_RETURN(issuer_, Issuer::Create(std::move(options)));
    return absl::OkStatus();
  }

  absl::Status Listen(const ServerConfig& config) {
    drain_timeout_ = config.listener.drain_timeout;
    queue_ = std::make_unique<IssueQueue>(config.limits.queue_capacity);
    authenticator_ = std::make_unique<PeerAuthenticator>(config.trust_domain, Clock::System());
    gate_ = std::make_unique<IssueGate>(
        *queue_, *authenticator_, chain_,
        IssueLimits{config.limits.max_batch_items, config.limits.max_message_bytes,
                    config.limits.stream_window});
    service_ = std::make_unique<CaService>(*gate_, issuer_->access(), *store_, std::move(bundle_));
    const size_t threads = config.limits.WorkerThreads();
    Describe(config.limits, threads);
    statistics_ =
        std::make_unique<StatisticsService>(*authenticator_, issuer_->access(), description_,
                                            *queue_, issuer_->stats(), store_->stats());
    FLEETCA_ASSIGN_OR_RETURN(auto credentials, CreateTlsCredentials(config.listener));
    credentials->SetAuthMetadataProcessor(std::make_shared<MethodGuard>(
        *authenticator_, issuer_->access(), config.listener.reflection));

    grpc::EnableDefaultHealthCheckService(true);
    grpc::ServerBuilder builder;
    SetChannelArguments(config.limits, builder);
    builder.AddListeningPort(config.listener.address, credentials, &port_);
    builder.RegisterService(service_.get());
    builder.RegisterService(statistics_.get());
    grpc_server_ = builder.BuildAndStart();
    if (grpc_server_ == nullptr || port_ == 0) {
      grpc_server_.reset();
      return Unavailable(Reason::kConfigInvalid,
                         absl::StrCat("Cannot listen on ", config.listener.address,
                                      ": another process has the port, or the address is not this "
                                      "host's; change listener.address"));
    }
    grpc_server_->GetHealthCheckService()->SetServingStatus(kServiceName, true);
    workers_ =
        std::make_unique<IssueWorkers>(*queue_, *issuer_, threads, config.limits.worker_batch);
    reporter_ = std::make_unique<RateReporter>(issuer_->stats());
    log::Info("Listening", {{"address", config.listener.address},
                            {"port", port_},
                            {"trust_domain", config.trust_domain},
                            {"workers", threads},
                            {"reflection", config.listener.reflection ? "on" : "off"}});
    return absl::OkStatus();
  }

  void Describe(const LimitsConfig& limits, size_t threads) {
    DescribeBuildAndMachine(&description_);
    (*description_.mutable_libraries())["RocksDB"] = store::RocksDbVersion();
    description_.set_worker_threads(static_cast<uint32_t>(threads));
    description_.set_worker_batch(static_cast<uint32_t>(limits.worker_batch));
    description_.set_queue_capacity(limits.queue_capacity);
  }

  // In the order they are made; each uses those above it.
  v1::ServerDescription description_;
  TrustBundle bundle_;
  std::vector<std::string> chain_;
  std::unique_ptr<signer::Signer> signer_;
  std::unique_ptr<store::Store> store_;
  const std::unique_ptr<x509::PossessionVerifier> possession_ =
      x509::PossessionVerifier::CreateOpenSsl();
  std::unique_ptr<Issuer> issuer_;
  std::unique_ptr<IssueQueue> queue_;
  std::unique_ptr<PeerAuthenticator> authenticator_;
  std::unique_ptr<IssueGate> gate_;
  std::unique_ptr<CaService> service_;
  std::unique_ptr<StatisticsService> statistics_;
  std::unique_ptr<grpc::Server> grpc_server_;
  std::unique_ptr<IssueWorkers> workers_;
  std::unique_ptr<RateReporter> reporter_;
  absl::Duration drain_timeout_;
  int port_ = 0;
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
