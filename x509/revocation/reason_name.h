// Reasons for a revocation as words.
#ifndef FLEETCA_X509_REVOCATION_REASON_NAME_H_
#define FLEETCA_X509_REVOCATION_REASON_NAME_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "x509/revocation/revocation_reason.h"

namespace fleetca::x509 {

// "keyCompromise": as RFC 5280 5.3.1 writes it. Lives for ever.
absl::string_view RevocationReasonName(RevocationReason reason);
// The reason of such a word; nullopt for another.
[[nodiscard]] std::optional<RevocationReason> ParseRevocationReason(absl::string_view name);
// The reason of a number of CRLReason; nullopt for one that is not used.
[[nodiscard]] std::optional<RevocationReason> RevocationReasonOfNumber(int number);

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_REVOCATION_REASON_NAME_H_
