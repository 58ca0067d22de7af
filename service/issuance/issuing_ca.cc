#include "service/issuance/issuing_ca.h"

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "x509/certificate.h"

namespace fleetca::service {

absl::StatusOr<IssuingCa> IssuingCa::Create(absl::string_view certificate_der,
                                            const signer::Signer& signer,
                                            const x509::AuthzOids& oids, absl::Time now) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::Certificate certificate,
                           x509::ParseCertificate(certificate_der));
  if (!certificate.is_ca || certificate.subject_key_id.empty()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              "The issuing certificate is not a CA certificate with a subject key "
                              "identifier; make one with `fleetca ca init`");
  }
  if (certificate.public_key.spki != signer.public_key()) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        "The issuing certificate is not the private key's; give the two files "
        "that were made together");
  }
  if (now >= certificate.not_after) {
    return FailedPrecondition(Reason::kIssuerExpiring,
                              absl::StrCat("The issuing certificate expired at ",
                                           TimeToWords(certificate.not_after), "; renew it"));
  }
  return IssuingCa{.subject = std::string(certificate.subject),
                   .key_id = std::string(certificate.subject_key_id),
                   .scheme = signer.scheme(),
                   .not_before = certificate.not_before,
                   .not_after = certificate.not_after,
                   .path_length = certificate.path_length,
                   .oids = oids,
                   .pointers = std::nullopt};
}

}  // namespace fleetca::service
