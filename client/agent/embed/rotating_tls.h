// TLS for gRPC whose certificate and roots change while connections stay open.
#ifndef FLEETCA_CLIENT_AGENT_EMBED_ROTATING_TLS_H_
#define FLEETCA_CLIENT_AGENT_EMBED_ROTATING_TLS_H_

#include <memory>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/memory_file.h"
#include "client/files/credential_files.h"
#include "grpcpp/security/credentials.h"
#include "grpcpp/security/server_credentials.h"
#include "grpcpp/security/tls_certificate_provider.h"

namespace fleetca::client {

// Handshakes from some four seconds after Show on are by what was shown last; connections that are
// open go on. The private key is in memory alone, but for copies that gRPC keeps. Make few, as a
// MemoryFile keeps its descriptor. Thread-safe, but for Show, which is for one thread. Outlives
// every server and channel that has its credentials.
class RotatingTls {
 public:
  // The errors of MemoryFile and of Show.
  static absl::StatusOr<std::unique_ptr<RotatingTls>> Create(const Credential& first);
  RotatingTls(const RotatingTls&) = delete;
  RotatingTls& operator=(const RotatingTls&) = delete;

  // FAILED_PRECONDITION kFileInvalid without a certificate or roots, where the key is not the
  // certificate's, and when the system has no memory or descriptor: then what was before is shown.
  absl::Status Show(const Credential& credential);

  // Every client must show a certificate that leads to the roots. TLS 1.2 or newer.
  std::shared_ptr<grpc::ServerCredentials> MakeServerCredentials() const;
  // The server must have a certificate that leads to the roots, for the name that is connected to.
  std::shared_ptr<grpc::ChannelCredentials> MakeChannelCredentials() const;

 private:
  RotatingTls(std::unique_ptr<MemoryFile> identity, std::unique_ptr<MemoryFile> roots);

  // The key and the chain are one file, so that they change at one instant.
  const std::unique_ptr<MemoryFile> identity_;
  const std::unique_ptr<MemoryFile> roots_;
  std::shared_ptr<grpc::experimental::CertificateProviderInterface> provider_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_EMBED_ROTATING_TLS_H_
