// Connections to the server under load.
#ifndef FLEETCA_BENCH_LOADGEN_CONNECTOR_H_
#define FLEETCA_BENCH_LOADGEN_CONNECTOR_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "bench/loadgen/load_plan.h"
#include "client/tls_identity.h"
#include "grpcpp/channel.h"
#include "grpcpp/security/credentials.h"

namespace fleetca::loadgen {

// Each channel has a TLS connection of its own, made by a full handshake. Immutable; thread-safe.
class Connector {
 public:
  // `identity` is the caller's.
  Connector(const LoadPlan& plan, client::TlsIdentity identity);

  // As the caller; does not connect yet.
  std::shared_ptr<grpc::Channel> NewChannel() const { return NewChannel(identity_.credentials); }
  std::shared_ptr<grpc::Channel> NewChannel(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const;

  // As the caller, connected. UNAVAILABLE kServerUnreachable.
  absl::StatusOr<std::vector<std::shared_ptr<grpc::Channel>>> Connect(size_t count) const;
  // The same of one, as whom the credentials say.
  absl::StatusOr<std::shared_ptr<grpc::Channel>> ConnectWith(
      const std::shared_ptr<grpc::ChannelCredentials>& credentials) const;

  // For another caller, who presents the certificate.
  std::shared_ptr<grpc::ChannelCredentials> Credentials(const std::string& chain_pem,
                                                        const std::string& private_key_pem) const;

  const std::vector<std::string>& roots_der() const { return identity_.roots_der; }

 private:
  const std::string server_;
  const std::string server_name_;
  const absl::Duration timeout_;
  const client::TlsIdentity identity_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_CONNECTOR_H_
