#include "client/issue_answer.h"

#include "absl/strings/string_view.h"
#include "base/status_macros.h"

namespace fleetca::client {

absl::StatusOr<Issued> ReadIssued(const v1::IssuedCertificate& certificate,
                                  const std::vector<std::string>& chain_der,
                                  const v1::IssueCertificateRequest& request, absl::Time now,
                                  absl::Span<const std::string> roots_der) {
  FLEETCA_ASSIGN_OR_RETURN(Issued issued, IssuedFromProto(certificate, chain_der));
  issued.request_id = request.request_id();
  if (!request.validate_only()) {
    FLEETCA_ASSIGN_OR_RETURN(const absl::string_view spki, CsrPublicKey(request.csr_der()));
    FLEETCA_RETURN_IF_ERROR(VerifyAnswer(issued, spki, now, roots_der));
  }
  return issued;
}

absl::StatusOr<Issued> ReadIssueResponse(const v1::IssueCertificateResponse& response,
                                         const v1::IssueCertificateRequest& request, absl::Time now,
                                         absl::Span<const std::string> roots_der) {
  if (!response.has_certificate()) {
    return AnswerInvalid("it holds neither a certificate nor an error");
  }
  return ReadIssued(response.certificate(),
                    {response.chain_der().begin(), response.chain_der().end()}, request, now,
                    roots_der);
}

}  // namespace fleetca::client
