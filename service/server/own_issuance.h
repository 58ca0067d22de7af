// A certificate that the CA issues to itself, by the cycle that issues all others.
#ifndef FLEETCA_SERVICE_SERVER_OWN_ISSUANCE_H_
#define FLEETCA_SERVICE_SERVER_OWN_ISSUANCE_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/secret.h"
#include "service/net/tls_credentials.h"
#include "service/server/running_ca.h"
#include "x509/certificate.h"
#include "x509/san.h"

namespace fleetca::service {

struct OwnIssued {
  TlsPair pair;  // the certificate with the CA's chain behind it, and its new key
  std::string serial_number;
  absl::Time not_after;
};

// A certificate like `old`: for the same identity and the same names, and for `more` names, with a
// new key, for as long as the profile says. The policy must grant it to the identity itself, and
// the store records it, as every other. The errors of Issuer::IssueBatch; FAILED_PRECONDITION
// kFileInvalid where `old` has no SPIFFE ID. Waits for the store. Thread-safe.
absl::StatusOr<OwnIssued> IssueLike(const x509::Certificate& old, absl::string_view profile,
                                    RunningCa& ca, absl::Span<const x509::GeneralName> more = {});

// Whether one of the CA's issuing certificates signed it.
bool IsIssuedBy(const RunningCa& ca, const x509::Certificate& certificate);

// What the text of a key's file is to the certificate beside it: kNoKey where it cannot be decoded.
enum class KeyIs { kItsOwn, kAnothers, kNoKey };

KeyIs CompareKey(const SecretBytes& text, const x509::Certificate& certificate);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_SERVER_OWN_ISSUANCE_H_
