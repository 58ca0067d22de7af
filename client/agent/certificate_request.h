// What an agent asks the CA for.
#ifndef FLEETCA_CLIENT_AGENT_CERTIFICATE_REQUEST_H_
#define FLEETCA_CLIENT_AGENT_CERTIFICATE_REQUEST_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "client/agent/agent_options.h"
#include "client/agent/enrollment_files.h"
#include "client/agent/identity_record.h"
#include "client/issue_request.h"

namespace fleetca::client {

// Whether a renewal of what the record holds makes a new key: its key has seen so many renewals, or
// the configuration asks for what only a new CSR brings (NeedsNewKey).
bool RenewalMakesKey(const IdentityOptions& options, const IdentityRecord& record);

// A new request: an id, and a new key with its CSR unless a renewal keeps the key. The errors of
// x509::ParseRequestedName, MakeKeyAndCsr and DrawRequestId.
absl::StatusOr<CaRequest> MakeRequest(const IdentityOptions& options, EnrollmentMethod method,
                                      bool with_new_key);

// As it is sent, each time the same: what the request keeps counts, and not what the configuration
// says by then.
IssueOptions ToIssueOptions(const IdentityOptions& options, const CaRequest& request);
RenewOptions ToRenewOptions(const IdentityOptions& options, const CaRequest& request);

// The certificate and the key of an earlier program, in place of an answer of the CA.
struct TakenOver {
  CaRequest request;
  KeptChain chain;
};

// From enrollment.certificate_file and private_key_file. FAILED_PRECONDITION, naming the file:
// kFileInvalid where the key is not the certificate's, it is not for the identity of the
// configuration, or it does not chain to the roots; kCallerCertificateExpired; the errors of
// `read`, such as those of ReadEnrollmentFile.
absl::StatusOr<TakenOver> TakeOver(const IdentityOptions& options, const EnrollmentReader& read,
                                   const std::vector<std::string>& roots_der, absl::Time now);

// "a join token", "renewal"...: what the agent is enrolling or was refused by.
absl::string_view InWords(EnrollmentMethod method);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CERTIFICATE_REQUEST_H_
