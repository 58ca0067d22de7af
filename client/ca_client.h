// The client of a certificate authority.
#ifndef FLEETCA_CLIENT_CA_CLIENT_H_
#define FLEETCA_CLIENT_CA_CLIENT_H_

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "base/clock.h"
#include "client/ca_client_options.h"
#include "client/issue_answer.h"
#include "client/issue_request.h"
#include "client/issue_stream.h"
#include "client/issued.h"
#include "client/renewal_info.h"
#include "client/tls_identity.h"
#include "client/trust_bundle.h"
#include "x509/serial.h"

namespace fleetca::v1 {
enum RevocationReason : int;
class RenewCertificateRequest;
class RenewCertificateResponse;
}  // namespace fleetca::v1

namespace fleetca::client {

// That the CA has taken a certificate back.
struct RevokedBy {
  absl::Time revoke_time;
  v1::RevocationReason reason = {};
  std::string revoker;
};

// A certificate as the CA recorded it.
struct Recorded {
  Issued issued;
  // To whom, who asked, by which profile, when.
  std::string identity;
  std::string requester;
  std::string profile;
  absl::Time issue_time;
  std::optional<RevokedBy> revocation;
};

// Calls over mutual TLS on one connection, which is made when first needed and made again after it
// breaks. Every answer is verified before it is returned (client/issued.h). A call that failed for
// a reason that may pass is repeated, with the same request id, until its deadline. Errors keep the
// CA's code, Reason and field; where the CA cannot be reached they say what to look at.
// Thread-safe.
class CaClient {
 public:
  // Reads and judges the identity; does not connect yet.
  static absl::StatusOr<std::unique_ptr<CaClient>> Create(CaClientOptions options);

  CaClient(const CaClient&) = delete;
  CaClient& operator=(const CaClient&) = delete;
  ~CaClient();

  absl::StatusOr<Issued> Issue(const IssueOptions& request) const;

  // The next certificate of the line of the one that this client shows: for the same identity, and
  // without a CSR for the same key. PERMISSION_DENIED kLineageStale where that one was replaced
  // long ago, and kLineageBlocked. This client goes on with the certificate that it was created
  // with: create another one with the new.
  // By a proof, where the options say so: kRenewalProofInvalid, and INVALID_ARGUMENT
  // kServerIdentity where the certificate has no SPIFFE ID to tell the CA's from.
  absl::StatusOr<Issued> Renew(const RenewOptions& request) const;

  // Up to 1,000 in one message. Each succeeds or fails by itself, in the order of the requests;
  // those that failed for a reason that may pass are asked for again. An error as a whole only when
  // no answer came at all.
  absl::StatusOr<std::vector<absl::StatusOr<Issued>>> IssueBatch(
      absl::Span<const IssueOptions> requests) const;

  // A stream for many requests in flight at once; it may outlive this client, and is cut off after
  // `deadline`. No retries: client/issue_many.h has them.
  absl::StatusOr<std::unique_ptr<IssueStream>> OpenStream(
      absl::Duration deadline = absl::InfiniteDuration()) const;

  // For whoever repeats what a stream did not answer: how long to try, when to try again, and the
  // wait until then.
  absl::Duration deadline() const;
  Backoff StartBackoff() const;
  void Wait(absl::Duration delay) const;

  absl::StatusOr<Recorded> Get(const x509::SerialNumber& serial) const;

  // When the certificates should be renewed, in the order of the serial numbers: at most 1,000,
  // each of which succeeds or fails by itself.
  absl::StatusOr<std::vector<absl::StatusOr<RenewalInfo>>> GetRenewalInfos(
      absl::Span<const x509::SerialNumber> serials) const;

  absl::StatusOr<TrustBundle> GetTrustBundle() const;

 private:
  // A ServiceConnection (client/service_connection.h).
  struct Connection;
  // A batch between attempts.
  struct BatchState;

  CaClient(std::unique_ptr<const Connection> connection, TlsIdentity identity);

  absl::Status RunBatch(BatchState* batch) const;
  absl::Status AttemptBatch(absl::Duration remaining, BatchState* batch) const;
  static absl::Status KeepRetryable(BatchState* batch);

  // By which the answer to a renewal is judged.
  absl::Time TimeOfRenewal(const v1::RenewCertificateResponse& response) const;
  // A new proof for one attempt at `request`: each is good for one use, and not for long.
  absl::Status AddProof(v1::RenewCertificateRequest* request) const;

  const std::unique_ptr<const Connection> connection_;
  const CaClientOptions& options_;  // those of the connection
  const Clock& clock_;
  const std::vector<std::string> roots_der_;
  const AskingCertificate asking_;
  // What proofs are made of.
  const std::string certificate_der_;
  const std::shared_ptr<EVP_PKEY> private_key_;
  const std::string ca_identity_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CA_CLIENT_H_
