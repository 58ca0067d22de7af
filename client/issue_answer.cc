#include "client/issue_answer.h"

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "fleetca/v1/certificate_authority.pb.h"
#include "x509/certificate.h"

namespace fleetca::client {
namespace {

absl::Status CheckIdentity(absl::string_view certificate_der, const AskedCertificate& asked) {
  if (asked.identity.empty()) {
    return absl::OkStatus();
  }
  const absl::StatusOr<x509::Certificate> certificate = x509::ParseCertificate(certificate_der);
  if (!certificate.ok() || certificate->SpiffeId() == asked.identity) {
    return absl::OkStatus();  // what cannot be read is refused with its reason by who verifies it
  }
  if (!asked.is_renewal) {
    return AnswerForAnother(absl::StrCat("the certificate is for \"", certificate->SpiffeId(),
                                         "\", and one for ", asked.identity, " was asked for"));
  }
  return AnswerInvalid(absl::StrCat(
      "the certificate is for \"", certificate->SpiffeId(), "\", and ", asked.identity,
      " asked for its renewal; where a proxy in between ends TLS, the CA sees and renews the "
      "proxy's certificate: ask by a proof (--proof)"));
}

}  // namespace

absl::StatusOr<AskedCertificate> AskedBy(const v1::IssueCertificateRequest& request,
                                         const AskingCertificate& asking) {
  AskedCertificate asked{.spki = asking.public_key,
                         .identity = request.has_renewal() ? asking.identity : request.identity(),
                         .is_renewal = request.has_renewal(),
                         .request_id = request.request_id(),
                         .validate_only = request.validate_only()};
  if (!request.has_renewal() || request.has_csr_der()) {
    FLEETCA_ASSIGN_OR_RETURN(const absl::string_view spki, CsrPublicKey(request.csr_der()));
    asked.spki = std::string(spki);
  }
  return asked;
}

absl::StatusOr<Issued> ReadIssued(const v1::IssuedCertificate& certificate,
                                  const std::vector<std::string>& chain_der,
                                  const AskedCertificate& asked, absl::Time now,
                                  absl::Span<const std::string> roots_der) {
  FLEETCA_ASSIGN_OR_RETURN(Issued issued, IssuedFromProto(certificate, chain_der));
  issued.request_id = asked.request_id;
  if (!asked.validate_only) {
    FLEETCA_RETURN_IF_ERROR(CheckIdentity(issued.certificate_der, asked));
    FLEETCA_RETURN_IF_ERROR(VerifyAnswer(issued, asked.spki, now, roots_der));
  }
  return issued;
}

}  // namespace fleetca::client
