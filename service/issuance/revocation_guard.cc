#include "service/issuance/revocation_guard.h"

#include <variant>

#include "absl/strings/string_view.h"
#include "base/status_macros.h"

namespace fleetca::service {

absl::Status RevocationGuard::CheckCaller(const Caller& caller) const {
  const CallerCertificate* held = CallerCertificateOf(caller);
  return known_ == nullptr || held == nullptr
             ? absl::OkStatus()
             : known_->CheckCaller(held->serial, held->subject_public_key_info);
}

absl::Status RevocationGuard::CheckDecided(const IssuanceItem& item) const {
  if (known_ == nullptr || std::holds_alternative<OwnCaller>(*item.issuance->caller)) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(known_->CheckIdentity(item.caller));
  if (const absl::string_view subject = item.decision.identity(); subject != item.caller) {
    FLEETCA_RETURN_IF_ERROR(known_->CheckIdentity(subject));
  }
  return known_->CheckKey(item.csr.public_key.spki);
}

absl::Status RevocationGuard::CheckRecorded(const IssuanceItem& item) const {
  FLEETCA_RETURN_IF_ERROR(CheckCaller(*item.issuance->caller));
  return CheckDecided(item);
}

}  // namespace fleetca::service
