#include "service/issuance/revocation_guard.h"

#include <variant>

#include "absl/strings/string_view.h"
#include "base/status_macros.h"

namespace fleetca::service {

RevocationGuard::RevocationGuard(const KnownRevocations* known)
    : known_(known), generation_(known == nullptr ? 0 : known->generation()) {}

absl::Status RevocationGuard::CheckCaller(const std::shared_ptr<const Caller>& caller) {
  if (caller == good_caller_) {
    return absl::OkStatus();
  }
  FLEETCA_RETURN_IF_ERROR(LookAtCaller(*caller));
  good_caller_ = caller;
  good_identity_ = false;
  return absl::OkStatus();
}

absl::Status RevocationGuard::CheckDecided(const IssuanceItem& item) {
  const bool is_last = item.issuance->caller == good_caller_;
  FLEETCA_RETURN_IF_ERROR(LookAtIdentities(item, is_last && good_identity_));
  good_identity_ = good_identity_ || is_last;
  return absl::OkStatus();
}

bool RevocationGuard::HasChanged() const {
  return known_ != nullptr && known_->HasChangedSince(generation_);
}

absl::Status RevocationGuard::CheckAgain(const IssuanceItem& item) const {
  FLEETCA_RETURN_IF_ERROR(LookAtCaller(*item.issuance->caller));
  return LookAtIdentities(item, /*caller_is_good=*/false);
}

absl::Status RevocationGuard::LookAtCaller(const Caller& caller) const {
  const CallerCertificate* held = CallerCertificateOf(caller);
  return known_ == nullptr || held == nullptr
             ? absl::OkStatus()
             : known_->CheckCaller(held->serial, held->subject_public_key_info, held->issuer);
}

absl::Status RevocationGuard::LookAtIdentities(const IssuanceItem& item,
                                               bool caller_is_good) const {
  if (known_ == nullptr || std::holds_alternative<OwnCaller>(*item.issuance->caller)) {
    return absl::OkStatus();
  }
  if (!caller_is_good) {
    FLEETCA_RETURN_IF_ERROR(known_->CheckIdentity(item.caller));
  }
  if (const absl::string_view subject = item.decision.identity(); subject != item.caller) {
    FLEETCA_RETURN_IF_ERROR(known_->CheckIdentity(subject));
  }
  return known_->CheckKey(item.csr.public_key.spki);
}

}  // namespace fleetca::service
