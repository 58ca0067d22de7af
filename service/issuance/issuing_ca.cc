#include "service/issuance/issuing_ca.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/certificate.h"

namespace fleetca::service {

absl::StatusOr<IssuingCa> IssuingCa::Create(absl::string_view certificate_der,
                                            const signer::Signer& signer,
                                            const x509::AuthzOids& oids, absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate issuer, x509::ParseCertificate(certificate_der));
  if (!issuer.is_ca || issuer.subject_key_id.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "The issuing certificate is no CA certificate with a subject key "
                              "identifier; make one with `fleetca ca init`");
  }
  if (issuer.public_key.spki != signer.public_key()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        "The issuing certificate is not the private key's; give the two files "
        "that were made together");
  }
  if (now >= issuer.not_after) {
    return FailedPrecondition(
        Reason::kIssuerExpiring,
        absl::StrCat("The issuing certificate expired at ",
                     absl::FormatTime(issuer.not_after, absl::UTCTimeZone()), "; renew it"));
  }
  return IssuingCa{.subject = std::string(issuer.subject),
                   .key_id = std::string(issuer.subject_key_id),
                   .scheme = signer.scheme(),
                   .not_before = issuer.not_before,
                   .not_after = issuer.not_after,
                   .path_length = issuer.path_length,
                   .oids = oids};
}

}  // namespace fleetca::service
