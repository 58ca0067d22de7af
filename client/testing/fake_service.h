// CertificateAuthorityService in the test's own process, that does as it is told. What it does when
// it is told nothing is what the CA does (tests/integration/client_contract_test.cc).
#ifndef FLEETCA_CLIENT_TESTING_FAKE_SERVICE_H_
#define FLEETCA_CLIENT_TESTING_FAKE_SERVICE_H_

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "client/testing/fake_ca.h"
#include "client/testing/fake_error.h"
#include "client/testing/fake_join_tokens.h"
#include "client/testing/fake_lineages.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"

namespace fleetca::client::testing {

class FakeService final : public v1::CertificateAuthorityService::Service {
 public:
  FakeService(const FakeCa& ca, FakeJoinTokens& join_tokens) : ca_(ca), join_tokens_(join_tokens) {}

  // The next calls fail with these, one each, before any succeeds.
  void FailNext(std::vector<FakeError> errors) ABSL_LOCKS_EXCLUDED(mutex_);
  // The next items of batches and streams fail with these.
  void FailNextItems(std::vector<FakeError> errors) ABSL_LOCKS_EXCLUDED(mutex_);
  // Applied to every answer that holds a certificate.
  void Tamper(std::function<void(v1::IssuedCertificate*, std::vector<std::string>* chain)> tamper)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // A token that the bootstrap port takes any number of times, beside the usable join tokens.
  void AcceptToken(std::string token) ABSL_LOCKS_EXCLUDED(mutex_);
  // What GetTrustBundle gives; by default the CA's root.
  void ServeRoots(std::vector<std::string> roots_der) ABSL_LOCKS_EXCLUDED(mutex_);
  // Every "authorization" that came in, of whatever call and port, in order.
  std::vector<std::string> authorizations() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return authorizations_;
  }
  // Every issue request that came in, of whatever call, in order.
  std::vector<v1::IssueCertificateRequest> requests() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return requests_;
  }

  // The proof of every renewal that came in with one, in order.
  std::vector<std::string> proofs() const ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    return proofs_;
  }

  grpc::Status IssueCertificate(grpc::ServerContext* context,
                                const v1::IssueCertificateRequest* request,
                                v1::IssueCertificateResponse* response) override;
  grpc::Status BatchIssueCertificates(grpc::ServerContext* context,
                                      const v1::BatchIssueCertificatesRequest* request,
                                      v1::BatchIssueCertificatesResponse* response) override;
  grpc::Status StreamIssueCertificates(
      grpc::ServerContext* context,
      grpc::ServerReaderWriter<v1::StreamIssueCertificatesResponse,
                               v1::StreamIssueCertificatesRequest>* stream) override;
  grpc::Status RenewCertificate(grpc::ServerContext* context,
                                const v1::RenewCertificateRequest* request,
                                v1::RenewCertificateResponse* response) override;
  grpc::Status GetCertificate(grpc::ServerContext* context,
                              const v1::GetCertificateRequest* request,
                              v1::GetCertificateResponse* response) override;
  // The usual windows, to be asked for again in an hour.
  grpc::Status GetRenewalInfo(grpc::ServerContext* context,
                              const v1::GetRenewalInfoRequest* request,
                              v1::GetRenewalInfoResponse* response) override;
  grpc::Status GetTrustBundle(grpc::ServerContext* context,
                              const v1::GetTrustBundleRequest* request,
                              v1::GetTrustBundleResponse* response) override;

 private:
  // What is remembered of a certificate.
  struct Kept {
    v1::IssuedCertificate certificate;
    std::string request;  // the octets of the message
    std::string identity;
    std::string profile;
    absl::Time issue_time;
  };

  // Notes the credential of a call, and refuses a call without one. *join_token is the join token
  // that the call shows.
  grpc::Status Authenticate(const grpc::ServerContext& context, const std::string& request_id,
                            std::string* join_token) ABSL_LOCKS_EXCLUDED(mutex_);
  void NoteAuthorization(const grpc::ServerContext& context) ABSL_LOCKS_EXCLUDED(mutex_);
  grpc::Status NextCallStatus() ABSL_LOCKS_EXCLUDED(mutex_);
  // What IssueCertificate does for who shows `shown`, and `join_token` unless it is empty.
  grpc::Status IssueFor(const std::optional<ShownCertificate>& shown, const std::string& join_token,
                        const v1::IssueCertificateRequest& request,
                        v1::IssueCertificateResponse* response) ABSL_LOCKS_EXCLUDED(mutex_);
  // One item: a certificate or a scripted error. `shown` is what the call shows.
  google::rpc::Status IssueOne(const v1::IssueCertificateRequest& request,
                               const std::optional<ShownCertificate>& shown,
                               v1::IssuedCertificate* certificate, std::vector<std::string>* chain)
      ABSL_LOCKS_EXCLUDED(mutex_);
  // What is asked for, as a certificate would say it.
  absl::StatusOr<FakeOrder> OrderFor(const v1::IssueCertificateRequest& request,
                                     const std::optional<ShownCertificate>& shown) const;

  const FakeCa& ca_;
  FakeJoinTokens& join_tokens_;
  mutable absl::Mutex mutex_;
  std::deque<FakeError> errors_ ABSL_GUARDED_BY(mutex_);
  std::deque<FakeError> item_errors_ ABSL_GUARDED_BY(mutex_);
  std::function<void(v1::IssuedCertificate*, std::vector<std::string>*)> tamper_
      ABSL_GUARDED_BY(mutex_);
  std::vector<v1::IssueCertificateRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::string accepted_token_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> proofs_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> authorizations_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> roots_der_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Kept> by_request_id_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Kept> by_serial_ ABSL_GUARDED_BY(mutex_);
  FakeLineages lineages_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_SERVICE_H_
