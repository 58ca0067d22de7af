// What a client needs for mutual TLS: the roots it trusts, the certificate it shows, and the server
// that it expects; from files or from memory.
#ifndef FLEETCA_CLIENT_TLS_IDENTITY_H_
#define FLEETCA_CLIENT_TLS_IDENTITY_H_

#include <memory>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/openssl.h"
#include "base/secret.h"

namespace grpc {
class ChannelCredentials;
}  // namespace grpc

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

// The same in memory.
struct TlsParts {
  // DER; at least one.
  std::vector<std::string> roots_der;
  // The client's certificate first, DER; then the CA certificates between it and the root, if any.
  std::vector<std::string> chain_der;
  SecretBytes private_key_pem;
};

struct TlsIdentity {
  // The server's certificate, its name and its identity are verified (client/server_credentials.h).
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  // The identity that the server must have.
  std::string server_identity;
  std::vector<std::string> roots_der;
  // The SubjectPublicKeyInfo of the client's certificate, DER.
  std::string public_key;
  // Its SPIFFE ID; empty where it has none.
  std::string identity;
  // That certificate, DER, and its key.
  std::string certificate_der;
  std::shared_ptr<EVP_PKEY> key;
  // The identity of the CA's own server in the trust domain of that certificate; empty where it has
  // no SPIFFE ID. A proxy before the CA may have another.
  std::string ca_identity;
};

// What becomes of a client certificate that has ended.
enum class EndedCertificate {
  kRefuse,
  kNotShown,  // in the handshake; for renewals by a proof (client/renewal_proof.h)
  // As any other: for a client that leaves it to the CA whether it has ended, because this
  // machine's clock may be ahead of the CA's.
  kShown,
};

// What a file may be.
enum class FileKind {
  kAny,      // also a pipe, which may be waited for, and "-", standard input
  kRegular,  // for who stays, reads a file again and again, and may wait for nobody
  kOwn,      // as kRegular, and this program made it, so it is no link
};

// What the files hold: kFileMissing, kFilePermissions, kFileInvalid for what is not PEM.
absl::StatusOr<TlsParts> ReadTlsParts(const TlsFiles& files, FileKind kind = FileKind::kAny);

// Judges the parts, so that a mistake is a sentence here and not a failed handshake later:
// kFileInvalid (also when something is missing, or the key is not the certificate's),
// kPassphraseInvalid for an encrypted key; FAILED_PRECONDITION kCallerCertificateExpired when the
// certificate is not valid at `now`; INVALID_ARGUMENT kServerIdentity when it is not known which
// identity the server must have, or that is not a SPIFFE ID. `files` has the server's identity and,
// for the words of errors, where the parts came from: of parts that came from no file, a name.
absl::StatusOr<TlsIdentity> MakeTlsIdentity(const TlsParts& parts, const TlsFiles& files,
                                            absl::Time now,
                                            EndedCertificate ended = EndedCertificate::kRefuse);

// Both.
absl::StatusOr<TlsIdentity> LoadTlsIdentity(const TlsFiles& files, absl::Time now,
                                            EndedCertificate ended = EndedCertificate::kRefuse);

// The certificates in a PEM file of roots, DER; at least one. kFileMissing, kFileInvalid.
absl::StatusOr<std::vector<std::string>> LoadRoots(absl::string_view ca_file,
                                                   FileKind kind = FileKind::kAny);

// INVALID_ARGUMENT kServerIdentity unless it is a SPIFFE ID with a path.
absl::Status CheckServerIdentity(absl::string_view server_identity);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_TLS_IDENTITY_H_
