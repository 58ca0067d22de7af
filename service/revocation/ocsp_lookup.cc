#include "service/revocation/ocsp_lookup.h"

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "x509/serial.h"

namespace fleetca::service {
namespace {

using Response = x509::OcspResponseStatus;

OcspFinding Signed(x509::OcspCertStatus status) {
  return {.response = Response::kSuccessful, .revocation = {.status = status}};
}

OcspFinding Unsigned(Response response) { return {.response = response}; }

OcspFinding CannotRead(const absl::Status& status) {
  return Unsigned(absl::IsUnavailable(status) ? Response::kTryLater : Response::kInternalError);
}

}  // namespace

OcspFinding LookUpForOcsp(const store::Store& store, absl::string_view issuer_key_id,
                          absl::string_view serial, absl::Time now) {
  const absl::StatusOr<x509::SerialNumber> number = x509::SerialNumber::FromBytes(serial);
  if (!number.ok()) {
    return Signed(x509::OcspCertStatus::kUnknown);
  }
  const absl::StatusOr<store::Revocation> revocation = store.GetRevocation(serial);
  if (revocation.ok() && revocation->issuer == issuer_key_id) {
    OcspFinding found = Signed(x509::OcspCertStatus::kRevoked);
    found.revocation.revoked_at = revocation->revoked_at;
    // Both enums have the numbers of RFC 5280.
    found.revocation.reason = static_cast<x509::RevocationReason>(revocation->reason);
    return found;
  }
  if (!revocation.ok() && !absl::IsNotFound(revocation.status())) {
    return CannotRead(revocation.status());
  }
  const absl::StatusOr<store::CertificateRecord> record = store.GetBySerial(serial);
  if (!record.ok() && !absl::IsNotFound(record.status())) {
    return CannotRead(record.status());
  }
  if (!record.ok()) {
    const bool may_be_pruned = number->expiry_hour() <= now;
    const bool may_be_lost = number->issue_time() < store.jwts_not_before();
    return may_be_pruned || may_be_lost ? Unsigned(Response::kUnauthorized)
                                        : Signed(x509::OcspCertStatus::kUnknown);
  }
  // Records of older releases do not say who the issuer is: there was one.
  if (!record->issuer.empty() && record->issuer != issuer_key_id) {
    return Signed(x509::OcspCertStatus::kUnknown);
  }
  return record->not_after < now ? Unsigned(Response::kUnauthorized)
                                 : Signed(x509::OcspCertStatus::kGood);
}

}  // namespace fleetca::service
