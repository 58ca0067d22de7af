#include "client/issue_answer.h"

#include "base/status_macros.h"

namespace fleetca::client {

absl::StatusOr<AskedCertificate> AskedBy(const v1::IssueCertificateRequest& request,
                                         absl::string_view own_key) {
  AskedCertificate asked{.spki = std::string(own_key),
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
    FLEETCA_RETURN_IF_ERROR(VerifyAnswer(issued, asked.spki, now, roots_der));
  }
  return issued;
}

}  // namespace fleetca::client
