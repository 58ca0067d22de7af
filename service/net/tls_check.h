// What a server's TLS files must be, judged before anything uses them.
#ifndef FLEETCA_SERVICE_NET_TLS_CHECK_H_
#define FLEETCA_SERVICE_NET_TLS_CHECK_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "service/net/server_chain.h"

namespace fleetca::service {

// Contents and, for messages, the path that they are from.
struct TlsFileText {
  absl::string_view path;
  absl::string_view contents;
};

// The key and the certificates that were checked and are shown. Other contents of the files are
// left out.
struct CheckedPair {
  SecretBytes pem;        // of the key and then of the chain, the server's own certificate first
  std::string chain_pem;  // of the chain alone
  ServerChain chain;
};

// `trust` null: whether clients find the way to a root is not looked at.
//
// FAILED_PRECONDITION kFileInvalid, naming the file: no PEM, a server certificate that cannot be
// read, the key is another one's, a server certificate that has expired or is not valid yet at
// `now`, is a CA's, is not for server authentication or has no host name, a chain that
// CheckServerChain refuses, and whatever OpenSSL refuses for a server, such as a short key.
// INVALID_ARGUMENT kFileInvalid as DecodePrivateKey.
absl::StatusOr<CheckedPair> CheckServerIdentity(const TlsFileText& certificate,
                                                const TlsFileText& key, absl::Time now,
                                                const ServerTrust* trust = nullptr);

// The roots that client certificates chain to.
struct ClientRoots {
  std::string pem;
  std::vector<std::string> ders;  // of the same certificates
  // Why each certificate that cannot be a root was left out, in words for the log: one that is
  // unusual must not shut out the clients of the others.
  std::vector<std::string> left_out;
};

// FAILED_PRECONDITION kFileInvalid: no PEM, or nothing in it that can be a root.
absl::StatusOr<ClientRoots> CheckClientRoots(const TlsFileText& roots);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_NET_TLS_CHECK_H_
