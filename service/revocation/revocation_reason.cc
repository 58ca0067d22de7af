#include "service/revocation/revocation_reason.h"

namespace fleetca::service {

absl::string_view RevocationReasonName(store::RevocationReason reason) {
  switch (reason) {
    case store::RevocationReason::kUnspecified:
      return "unspecified";
    case store::RevocationReason::kKeyCompromise:
      return "keyCompromise";
    case store::RevocationReason::kCaCompromise:
      return "cACompromise";
    case store::RevocationReason::kAffiliationChanged:
      return "affiliationChanged";
    case store::RevocationReason::kSuperseded:
      return "superseded";
    case store::RevocationReason::kCessationOfOperation:
      return "cessationOfOperation";
    case store::RevocationReason::kPrivilegeWithdrawn:
      return "privilegeWithdrawn";
    case store::RevocationReason::kAaCompromise:
      return "aACompromise";
  }
  return "unspecified";
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
