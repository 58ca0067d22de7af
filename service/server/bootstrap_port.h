// The port for callers without a certificate, as the issuing process sees it.
#ifndef FLEETCA_SERVICE_SERVER_BOOTSTRAP_PORT_H_
#define FLEETCA_SERVICE_SERVER_BOOTSTRAP_PORT_H_

#include <grpcpp/server.h>

#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/secret.h"
#include "base/watched_files.h"
#include "fleetca/internal/v1/bootstrap_relay.pb.h"
#include "service/config/server_config.h"
#include "service/net/listening_sockets.h"
#include "service/net/tls_credentials.h"
#include "service/rpc/caller_reader.h"
#include "service/rpc/issuance_intake.h"
#include "service/rpc/relayed_caller.h"
#include "service/server/bootstrap_relay_service.h"
#include "service/server/bootstrap_supervisor.h"
#include "service/server/running_ca.h"

namespace fleetca::service {

// Strangers reach this port, and what they do to gRPC and OpenSSL must not reach the CA's key. So a
// process of its own serves it (service/bootstrap), which has neither key nor store; here are its
// sockets, which outlive it, its supervisor, and the server that answers it over a pair of sockets.
// Thread-compatible, but for status().
class BootstrapPort {
 public:
  // Binds config.bootstrap_address and starts the process, which is the command of `program` for
  // that. Returns when the port is served. The port shows the pair of `tls` that is in use, so that
  // it never has a certificate which the issuing port refused. The references outlive it.
  static absl::StatusOr<std::unique_ptr<BootstrapPort>> Start(const ServerConfig& config,
                                                              const ServerTls& tls, RunningCa& ca,
                                                              IssueQueue& queue,
                                                              const std::string& program);
  BootstrapPort(const BootstrapPort&) = delete;
  BootstrapPort& operator=(const BootstrapPort&) = delete;
  ~BootstrapPort();

  int port() const { return port_; }

  // Why the port is not served, or takes no connections; OK while it does.
  absl::Status status() const { return supervisor_->status(); }

  // Takes no new calls; those that were accepted have two seconds. Returns at once.
  void BeginDrain() { supervisor_->BeginStop(); }
  // Returns when none is left.
  void FinishDrain();

 private:
  BootstrapPort(const ServerConfig& config, const ServerTls& tls, RunningCa& ca, IssueQueue& queue);

  internal::v1::GetSettingsResponse Settings() const;
  // What is in those of the files that Settings names, each at most once: of the TLS pair what is
  // in use. PERMISSION_DENIED, INVALID_ARGUMENT, and what reading gives.
  absl::StatusOr<std::vector<SecretBytes>> ReadFiles(const std::vector<std::string>& paths) const;
  bool IsTlsFile(const std::string& path) const;
  // Null when the file is not one beside the TLS pair.
  const WatchedFile* FindFile(const std::string& path) const;

  const ServerTls& tls_;
  const TlsPaths tls_paths_;
  const RunningCa& ca_;
  internal::v1::GetSettingsResponse settings_;  // without the trust bundle
  const std::vector<WatchedFile> files_;        // without the TLS pair
  RelayedCallers callers_;
  std::unique_ptr<CallerReader> nobody_;
  IssuanceIntake intake_;
  BootstrapRelayService service_;
  std::unique_ptr<grpc::Server> server_;
  std::unique_ptr<BootstrapSupervisor> supervisor_;
  int port_ = 0;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_BOOTSTRAP_PORT_H_
