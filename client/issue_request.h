// What is asked for one certificate, and the message that asks for it.
#ifndef FLEETCA_CLIENT_ISSUE_REQUEST_H_
#define FLEETCA_CLIENT_ISSUE_REQUEST_H_

#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "absl/time/time.h"

namespace fleetca::v1 {
class IssueCertificateRequest;
}  // namespace fleetca::v1

namespace fleetca::client {

struct IssueOptions {
  // PKCS#10, DER. Of a renewal it may be empty: the new certificate has the key of the one that the
  // client shows.
  std::string csr_der;
  // With a join token it may be empty: the token's; in a renewal: that of the certificate that the
  // client shows.
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
  // Ask for the next certificate of the line of the one that the client shows (CaClient::Renew).
  bool renewal = false;
};

// 128 random bits, for IssueOptions::request_id: two requests never meet.
absl::StatusOr<std::string> DrawRequestId();

// What is asked for by CaClient::Renew. Each as in IssueOptions.
struct RenewOptions {
  // Empty: the certificate keeps its key.
  std::string csr_der;
  std::string profile;
  std::optional<absl::Duration> lifetime;
  std::string request_id;
  bool validate_only = false;
};

// The message for `options`, with a request id in any case. INVALID_ARGUMENT for a CSR without a
// key, or none where there is no renewal (kCsrMissing, kCsrMalformed) and for a lifetime that is
// not whole positive seconds (kLifetimeInvalid); the CA judges the rest.
absl::StatusOr<v1::IssueCertificateRequest> BuildIssueRequest(const IssueOptions& options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_ISSUE_REQUEST_H_
