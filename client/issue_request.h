// What is asked for one certificate, and the message that asks for it.
#ifndef FLEETCA_CLIENT_ISSUE_REQUEST_H_
#define FLEETCA_CLIENT_ISSUE_REQUEST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::client {

struct IssueOptions {
  // PKCS#10, DER.
  std::string csr_der;
  // With a join token it may be empty: the token's.
  std::string profile;
  // The SPIFFE ID that the certificate is for. Empty: the one that the CSR asks for, else the
  // caller's own.
  std::string identity;
  // Absent: the profile's default.
  std::optional<absl::Duration> lifetime;
  // Makes a repetition safe: 16 to 64 random bytes. Empty: a new one is drawn, so that retries
  // within the call are safe; pass your own where a repetition after a crash of this program must
  // be, too.
  std::string request_id;
  // Judge the request and issue nothing.
  bool validate_only = false;
};

// 128 random bits, for IssueOptions::request_id: two requests never meet.
absl::StatusOr<std::string> DrawRequestId();

// The message for `options`, with a request id in any case. INVALID_ARGUMENT for a CSR without a
// key (kCsrMissing, kCsrMalformed) and for a lifetime that is not whole positive seconds
// (kLifetimeInvalid); the CA judges the rest.
absl::StatusOr<v1::IssueCertificateRequest> BuildIssueRequest(const IssueOptions& options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUE_REQUEST_H_
