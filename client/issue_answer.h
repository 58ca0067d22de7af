// The CA's answer to a request for a certificate, checked against the request.
#ifndef FLEETCA_CLIENT_ISSUE_ANSWER_H_
#define FLEETCA_CLIENT_ISSUE_ANSWER_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "client/issued.h"

namespace fleetca::v1 {
class IssueCertificateRequest;
class IssuedCertificate;
}  // namespace fleetca::v1

namespace fleetca::client {

// The certificate that the client shows; empty where it shows none.
struct AskingCertificate {
  std::string public_key;  // its SubjectPublicKeyInfo, DER
  std::string identity;    // its SPIFFE ID; "" where it has none
};

// What an answer is checked against.
struct AskedCertificate {
  std::string spki;      // the key that it is for
  std::string identity;  // whom it is for; of a renewal: who asked; "" where anything goes
  bool is_renewal = false;
  std::string request_id;
  bool validate_only = false;
};

// What `request` asks for, of a client that shows `asking`. The errors of CsrPublicKey.
absl::StatusOr<AskedCertificate> AskedBy(const v1::IssueCertificateRequest& request,
                                         const AskingCertificate& asking);

// The certificate that answers what was asked, with the chain that came beside it; verified at
// `now` as VerifyAnswer of client/issued.h does, unless the request was validate_only. One
// that is for another identity than was asked for is DATA_LOSS kAnswerInvalid; so is a renewal for
// another than asked: the CA renews the certificate that it sees, which is a proxy's where one ends
// TLS in between.
absl::StatusOr<Issued> ReadIssued(const v1::IssuedCertificate& certificate,
                                  const std::vector<std::string>& chain_der,
                                  const AskedCertificate& asked, absl::Time now,
                                  absl::Span<const std::string> roots_der);

// The same for the whole answer to IssueCertificate or RenewCertificate. DATA_LOSS kAnswerInvalid
// when it is empty.
template <typename Response>
absl::StatusOr<Issued> ReadIssueResponse(const Response& response, const AskedCertificate& asked,
                                         absl::Time now, absl::Span<const std::string> roots_der) {
  if (!response.has_certificate()) {
    return AnswerInvalid("it holds neither a certificate nor an error");
  }
  return ReadIssued(response.certificate(),
                    {response.chain_der().begin(), response.chain_der().end()}, asked, now,
                    roots_der);
}

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUE_ANSWER_H_
