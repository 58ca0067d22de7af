// What an OCSP response that a server sends along says, and whether it is to be believed.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_STAPLED_OCSP_H_
#define FLEETCA_CLIENT_CLI_LOCAL_STAPLED_OCSP_H_

#include <string>
#include <vector>

#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/verdict/certificate_index.h"

namespace fleetca::client {

struct StapledOcsp {
  // "none", "good", "revoked", "unknown", or "invalid".
  std::string status;
  // The status with its dates, or why it is invalid.
  std::string sentence;
};

// `response` is "" where none came. Its signer must be the issuer of the server's own certificate,
// chain_der.front(), or one whom that has certified. The issuer is looked for among the rest of the
// chain, whatever its order, and `roots`, by name and signature. Thread-safe.
StapledOcsp JudgeStapledOcsp(absl::string_view response, const std::vector<std::string>& chain_der,
                             const CertificateIndex& roots, absl::Time now);

// Whether the certificate wants a response with every handshake: the feature status_request of
// RFC 7633. False for what cannot be read. Thread-safe.
bool WantsStapledOcsp(absl::string_view certificate_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_STAPLED_OCSP_H_
