// The CA's answer to a request for a certificate, checked against the request.
#ifndef FLEETCA_CLIENT_ISSUE_ANSWER_H_
#define FLEETCA_CLIENT_ISSUE_ANSWER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/issued.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::client {

// The certificate that answers `request`, with the chain that came beside it; verified at `now`
// as VerifyAnswer of client/issued.h does, unless the request was validate_only.
absl::StatusOr<Issued> ReadIssued(const v1::IssuedCertificate& certificate,
                                  const std::vector<std::string>& chain_der,
                                  const v1::IssueCertificateRequest& request, absl::Time now,
                                  absl::Span<const std::string> roots_der);

// The same for the whole answer to IssueCertificate. DATA_LOSS kAnswerInvalid when it is empty.
absl::StatusOr<Issued> ReadIssueResponse(const v1::IssueCertificateResponse& response,
                                         const v1::IssueCertificateRequest& request, absl::Time now,
                                         absl::Span<const std::string> roots_der);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUE_ANSWER_H_
