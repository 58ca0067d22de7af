// What a server's TLS files must be, judged before anything uses them.
#ifndef FLEETCA_SERVICE_EDGE_TLS_CHECK_H_
#define FLEETCA_SERVICE_EDGE_TLS_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/secret.h"

namespace fleetca::service {

// Contents and, for messages, the path that they are from.
struct TlsFileText {
  absl::string_view path;
  absl::string_view contents;
};

// The PEM of the key and then of the chain, the server's own certificate first: exactly what was
// judged, without what else the files may have held.
//
// FAILED_PRECONDITION kFileInvalid, naming the file: no PEM, a certificate that cannot be read, the
// key is another one's, a chain out of order, a certificate that has expired or is not valid yet at
// `now`, a server certificate that is a CA's, is not for server authentication or has no host name,
// and whatever OpenSSL refuses for a server, such as a short key. INVALID_ARGUMENT kFileInvalid as
// DecodePrivateKey.
absl::StatusOr<SecretBytes> CheckServerIdentity(const TlsFileText& certificate,
                                                const TlsFileText& key, absl::Time now);

// The roots that client certificates chain to.
struct ClientRoots {
  std::string pem;
  // Why each certificate that cannot be a root was left out, in words for the log: one that is
  // unusual must not shut out the clients of the others.
  std::vector<std::string> left_out;
};

// FAILED_PRECONDITION kFileInvalid: no PEM, or nothing in it that can be a root.
absl::StatusOr<ClientRoots> CheckClientRoots(const TlsFileText& roots);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_TLS_CHECK_H_
