// What a client needs for mutual TLS: the roots it trusts, the certificate it shows, and the server
// that it expects.
#ifndef FLEETCA_CLIENT_TLS_IDENTITY_H_
#define FLEETCA_CLIENT_TLS_IDENTITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "grpcpp/security/credentials.h"

namespace fleetca::client {

// Three PEM files, and who must answer.
struct TlsFiles {
  // The roots that the server's certificate must chain to.
  std::string ca_file;
  // The client's certificate, followed by the CA certificates between it and the root, if any.
  std::string certificate_file;
  // Its private key, in the clear, readable by its owner only.
  std::string private_key_file;
  // The SPIFFE ID that the CA's server must have. Empty: x509::ServerIdentity of the trust domain
  // of the client's own certificate.
  std::string server_identity = "";
};

struct TlsIdentity {
  // The server's certificate, its name and its identity are verified (client/server_credentials.h).
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  // The identity that the server must have.
  std::string server_identity;
  std::vector<std::string> roots_der;
  // The SubjectPublicKeyInfo of the client's certificate, DER.
  std::string public_key;
};

// Reads and checks the files, so that a mistake is a sentence here and not a failed handshake
// later: kFileMissing, kFileInvalid (also when the key is not the certificate's), kFilePermissions,
// kPassphraseInvalid for an encrypted key; FAILED_PRECONDITION kCallerCertificateExpired when the
// certificate is not valid at `now`; INVALID_ARGUMENT kServerIdentity when it is not known which
// identity the server must have, or that is not a SPIFFE ID.
absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files, absl::Time now);

// The certificates in a PEM file of roots, DER; at least one. kFileMissing, kFileInvalid.
absl::StatusOr<std::vector<std::string>> LoadRoots(absl::string_view ca_file);

// INVALID_ARGUMENT kServerIdentity unless it is a SPIFFE ID with a path.
absl::Status CheckServerIdentity(absl::string_view server_identity);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TLS_IDENTITY_H_
