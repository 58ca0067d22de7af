// The reasons of revocations, by their names.
#ifndef FLEETCA_SERVICE_REVOCATION_REVOCATION_REASON_H_
#define FLEETCA_SERVICE_REVOCATION_REVOCATION_REASON_H_

#include <optional>

#include "absl/strings/string_view.h"
#include "store/revocation.h"

namespace fleetca::service {

// "keyCompromise": as RFC 5280 5.3.1 writes it.
[[nodiscard]] absl::string_view RevocationReasonName(store::RevocationReason reason);

// The reason with this number of RFC 5280; nullopt for certificateHold, removeFromCRL and what is
// none.
[[nodiscard]] std::optional<store::RevocationReason> ReadRevocationReason(int number);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_REVOCATION_REASON_H_
