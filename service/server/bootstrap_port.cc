#include "service/server/bootstrap_port.h"

#include <grpcpp/grpcpp.h>
#include <grpcpp/resource_quota.h>
#include <grpcpp/server_posix.h>

#include <algorithm>
#include <chrono>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/descriptor.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/bootstrap/bootstrap_launch.h"
#include "service/bootstrap/readable_files.h"
#include "service/net/channel_arguments.h"
#include "service/rpc/ca_service.h"

namespace fleetca::service {
namespace {

// What gRPC may take for the process's calls, above all for those that have not come in full yet
// and so are not counted.
constexpr size_t kQuotaBytes = size_t{128} << 20;

// Only the messages of calls over the pair of sockets name the caller.
class Nobody : public CallerReader {
 public:
  absl::StatusOr<CertificateCaller> Authenticate(const grpc::ServerContextBase&) override {
    return Unauthenticated(Reason::kCallerUnknown,
                           "A call of the bootstrap port's process has no caller of its own");
  }
};

size_t MaxMessageBytes(const LimitsConfig& limits) {
  return std::min(limits.max_message_bytes, 2 * limits.max_csr_bytes + 4096);
}

internal::v1::GetSettingsResponse FixedSettings(const ServerConfig& config) {
  internal::v1::GetSettingsResponse settings;
  settings.set_trust_domain(config.trust_domain);
  settings.set_certificate_file(config.listener.certificate_file);
  settings.set_private_key_file(config.listener.private_key_file);
  TokenIssuersToConfig(config.token_issuers, settings.mutable_token_issuers());
  settings.set_max_message_bytes(MaxMessageBytes(config.limits));
  settings.set_max_connections_per_address(config.limits.max_connections_per_address);
  settings.set_json_log(config.log_format == log::Format::kJson);
  settings.set_lowest_log_level(static_cast<int>(config.log_level));
  return settings;
}

// What the process may have read for it beside the TLS pair.
std::vector<WatchedFile> FilesOf(const ServerConfig& config) {
  std::vector<WatchedFile> files;
  for (const TokenIssuerConfig& issuer : config.token_issuers) {
    if (!issuer.jwks_file.empty()) {
      files.push_back({issuer.jwks_file});
    }
  }
  return files;
}

std::vector<std::string> Arguments(const ServerConfig& config, size_t sockets) {
  std::vector<std::string> arguments = {kBootstrapCommand, kSocketsOption, absl::StrCat(sockets)};
  for (std::string& path : FilesToFetchWith(config.token_issuers)) {
    arguments.insert(arguments.end(), {kReadableOption, std::move(path)});
  }
  return arguments;
}

}  // namespace

BootstrapPort::BootstrapPort(const ServerConfig& config, const ServerTls& tls, RunningCa& ca,
                             IssueQueue& queue)
    : tls_(tls),
      tls_paths_{config.listener.certificate_file, config.listener.private_key_file, ""},
      ca_(ca),
      settings_(FixedSettings(config)),
      files_(FilesOf(config)),
      callers_(config.trust_domain, config.token_issuers, Clock::System()),
      nobody_(std::make_unique<Nobody>()),
      intake_(queue, *nobody_, ca.chain(), IssueLimits{1, MaxMessageBytes(config.limits), 1},
              &ca.renewal_proofs()),
      service_(
          intake_, callers_,
          {.settings = [this] { return Settings(); },
           .heard = [this](const absl::Status& listener) { supervisor_->Heard(listener); },
           .read_files = [this](const std::vector<std::string>& paths) { return ReadFiles(paths); },
           .started = [this](const absl::Status& status) { supervisor_->Reported(status); },
           .overran =
               [this] { supervisor_->EndMisbehaved("It has more calls open than it may"); }}) {}

absl::StatusOr<std::unique_ptr<BootstrapPort>> BootstrapPort::Start(const ServerConfig& config,
                                                                    const ServerTls& tls,
                                                                    RunningCa& ca,
                                                                    IssueQueue& queue,
                                                                    const std::string& program) {
  auto port = absl::WrapUnique(new BootstrapPort(config, tls, ca, queue));
  FLEETCA_ASSIGN_OR_RETURN(ListeningSockets sockets,
                           Listen(config.bootstrap_address, "bootstrap.address"));
  port->port_ = sockets.port;

  grpc::ServerBuilder builder;
  builder.AddChannelArgument(GRPC_COMPRESSION_CHANNEL_ENABLED_ALGORITHMS_BITSET, 1);
  builder.AddChannelArgument(GRPC_ARG_MAX_CONCURRENT_STREAMS, kMaxCallsOfProcess);
  grpc::ResourceQuota quota("bootstrap process");
  quota.Resize(kQuotaBytes);
  builder.SetResourceQuota(quota);
  // The credential comes beside the stranger's message, which has room above its own limit.
  builder.SetMaxReceiveMessageSize(static_cast<int>(3 * MaxMessageBytes(config.limits)));
  builder.RegisterService(&port->service_);
  port->server_ = builder.BuildAndStart();
  if (port->server_ == nullptr) {
    return DidNotStart("bootstrap.address");
  }
  port->supervisor_ = std::make_unique<BootstrapSupervisor>(
      BootstrapProcessOptions{.program = program,
                              .arguments = Arguments(config, sockets.sockets.size()),
                              .sockets = std::move(sockets.sockets),
                              .adopt = [server = port->server_.get()](Descriptor relay) {
                                grpc::AddInsecureChannelFromFd(server, relay.Release());
                              }});
  FLEETCA_RETURN_IF_ERROR(port->supervisor_->Start());
  log::Info("Listening for bootstrap", {{"address", config.bootstrap_address},
                                        {"port", port->port_},
                                        {"token_issuers", config.token_issuers.size()}});
  return port;
}

BootstrapPort::~BootstrapPort() {
  // Calls end before what they use.
  if (server_ != nullptr) {
    FinishDrain();
  }
}

internal::v1::GetSettingsResponse BootstrapPort::Settings() const {
  internal::v1::GetSettingsResponse settings = settings_;
  WriteTrustBundle(*ca_.bundles().Current(), settings.mutable_trust_bundle());
  return settings;
}

absl::StatusOr<std::vector<SecretBytes>> BootstrapPort::ReadFiles(
    const std::vector<std::string>& paths) const {
  // Before anything is read: each path is one of the port's, and asked for once.
  for (auto path = paths.begin(); path != paths.end(); ++path) {
    if (!IsTlsFile(*path) && FindFile(*path) == nullptr) {
      return PermissionDenied(Reason::kFilePermissions,
                              absl::StrCat(*path, " is not a file of the bootstrap port"));
    }
    if (std::find(paths.begin(), path, *path) != path) {
      return InvalidArgument(Reason::kFileInvalid, "paths",
                             absl::StrCat(*path, " is asked for twice"));
    }
  }
  TlsPair pair = tls_.PairInUse();
  std::vector<SecretBytes> contents;
  for (const std::string& path : paths) {
    if (IsTlsFile(path)) {
      contents.push_back(
          std::move(path == tls_paths_.certificate ? pair.certificate : pair.private_key));
      continue;
    }
    const WatchedFile& file = *FindFile(path);
    // A pipe would keep gRPC's thread.
    FLEETCA_RETURN_IF_ERROR(CheckRegular({file}));
    FLEETCA_ASSIGN_OR_RETURN(std::vector<SecretBytes> read, ReadTogether({file}));
    contents.push_back(std::move(read.front()));
  }
  return contents;
}

bool BootstrapPort::IsTlsFile(const std::string& path) const {
  return path == tls_paths_.certificate || path == tls_paths_.private_key;
}

const WatchedFile* BootstrapPort::FindFile(const std::string& path) const {
  const auto file = std::find_if(files_.begin(), files_.end(),
                                 [&path](const WatchedFile& one) { return one.path == path; });
  return file == files_.end() ? nullptr : &*file;
}

void BootstrapPort::FinishDrain() {
  if (supervisor_ != nullptr) {
    supervisor_->BeginStop();
    supervisor_->FinishStop();
  }
  server_->Shutdown(std::chrono::system_clock::now());
  server_->Wait();
  server_.reset();
}

}  // namespace fleetca::service
