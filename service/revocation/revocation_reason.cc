#include "service/revocation/revocation_reason.h"

#include "x509/revocation/reason_name.h"

namespace fleetca::service {

absl::string_view RevocationReasonName(store::RevocationReason reason) {
  // Both are the numbers of RFC 5280.
  return x509::RevocationReasonName(static_cast<x509::RevocationReason>(reason));
}

std::optional<store::RevocationReason> ReadRevocationReason(int number) {
  switch (const auto reason = static_cast<store::RevocationReason>(number)) {
    case store::RevocationReason::kUnspecified:
    case store::RevocationReason::kKeyCompromise:
    case store::RevocationReason::kCaCompromise:
    case store::RevocationReason::kAffiliationChanged:
    case store::RevocationReason::kSuperseded:
    case store::RevocationReason::kCessationOfOperation:
    case store::RevocationReason::kPrivilegeWithdrawn:
    case store::RevocationReason::kAaCompromise:
      // The number may be larger than the octet that the enumeration has.
      return number == static_cast<int>(reason) ? std::optional(reason) : std::nullopt;
  }
  return std::nullopt;
}

}  // namespace fleetca::service
