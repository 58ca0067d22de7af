// The port for strangers: a gRPC server that has no key and no store behind it.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_SERVER_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_SERVER_H_

#include <grpcpp/server.h>

#include <memory>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "base/descriptor.h"
#include "base/file_watcher.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "service/bootstrap/bearer_reader.h"
#include "service/bootstrap/bootstrap_service.h"
#include "service/jwt/jwt_reader.h"
#include "service/net/listener.h"
#include "service/net/tls_credentials.h"

namespace fleetca::service {

// Serves from Start on. Thread-compatible, but for SetTrustBundle.
class BootstrapServer {
 public:
  // Has the issuing process read the listener's files and the token issuers' keys, now and when
  // they change. `sockets` listen already; `issuing_process` outlives it. Any part that is not
  // right is an error, with a sentence that names the file.
  static absl::StatusOr<std::unique_ptr<BootstrapServer>> Start(
      const internal::v1::GetSettingsResponse& settings,
      internal::v1::BootstrapRelayService::StubInterface& issuing_process,
      std::vector<Descriptor> sockets);
  BootstrapServer(const BootstrapServer&) = delete;
  BootstrapServer& operator=(const BootstrapServer&) = delete;
  ~BootstrapServer();

  // What the calls of GetTrustBundle get from now on. From any thread.
  void SetTrustBundle(const v1::GetTrustBundleResponse& bundle) {
    service_->SetTrustBundle(bundle);
  }

  // Whether connections are accepted; if not, a sentence for who looks after the server. From any
  // thread.
  absl::Status CheckListener() const;

  // Takes no new calls, and cuts off at `deadline` what was not answered by then.
  void Stop(absl::Time deadline);

 private:
  BootstrapServer() = default;

  absl::Status Listen(const internal::v1::GetSettingsResponse& settings,
                      std::vector<Descriptor> sockets);

  // In the order they are made; each uses those above it.
  std::unique_ptr<FileWatcher> watcher_;
  std::unique_ptr<ServerTls> tls_;
  std::unique_ptr<const JwtReader> jwts_;
  std::unique_ptr<BearerReader> tokens_;
  std::unique_ptr<BootstrapService> service_;
  std::unique_ptr<Listener> listener_;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_SERVER_H_
