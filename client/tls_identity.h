// What a client needs for mutual TLS: the roots it trusts and the certificate it shows.
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

// Three PEM files.
struct TlsFiles {
  // The roots that the server's certificate must chain to.
  std::string ca_file;
  // The client's certificate, followed by the CA certificates between it and the root, if any.
  std::string certificate_file;
  // Its private key, in the clear, readable by its owner only.
  std::string private_key_file;
};

struct TlsIdentity {
  // TLS 1.2 or newer; the server's certificate and its name are verified.
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  std::vector<std::string> roots_der;
};

// Reads and checks the files, so that a mistake is a sentence here and not a failed handshake
// later: kFileMissing, kFileInvalid (also when the key is not the certificate's), kFilePermissions,
// kPassphraseInvalid for an encrypted key; FAILED_PRECONDITION kCallerCertificateExpired when the
// certificate is not valid at `now`.
absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files, absl::Time now);

// The certificates in a PEM file of roots, DER; at least one. kFileMissing, kFileInvalid.
absl::StatusOr<std::vector<std::string>> LoadRoots(absl::string_view ca_file);

// TLS 1.2 or newer without a certificate of one's own; the server's certificate must chain to
// `roots_der`, and its name is verified.
std::shared_ptr<grpc::ChannelCredentials> ServerVerifyingCredentials(
    const std::vector<std::string>& roots_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TLS_IDENTITY_H_
