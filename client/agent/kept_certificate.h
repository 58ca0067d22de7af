// What an agent goes by in a certificate of its own.
#ifndef FLEETCA_CLIENT_AGENT_KEPT_CERTIFICATE_H_
#define FLEETCA_CLIENT_AGENT_KEPT_CERTIFICATE_H_

#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/secret.h"
#include "client/agent/identity_record.h"

namespace fleetca::client {

struct KeptCertificate {
  std::string serial;  // hex
  std::string spiffe_id;
  std::string spki;
  absl::Time not_before = absl::InfinitePast();
  absl::Time not_after = absl::InfinitePast();

  bool HasEnded(absl::Time now) const { return now > not_after; }
};

// The errors of x509::ParseCertificate. Thread-safe.
absl::StatusOr<KeptCertificate> FactsOf(absl::string_view certificate_der);

// Whether the key belongs to the certificate of the chain. True where the chain is empty.
bool KeyFits(const KeptChain& chain, const SecretBytes& key_pem);

// Whether those who trust `roots_der` believe the chain at `now`. UNAUTHENTICATED kCallerUnknown.
absl::Status VerifyAgainst(const KeptChain& chain, const std::vector<std::string>& roots_der,
                           absl::Time now);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_KEPT_CERTIFICATE_H_
