// A CA's gRPC services in the test's own process, over real TLS, that do as they are told. What
// they do when they are told nothing is what the CA does
// (tests/integration/client_contract_test.cc), but for FakePolicy, which has no policy,
// and FakeStatistics, which counts nothing.
#ifndef FLEETCA_CLIENT_TESTING_FAKE_SERVER_H_
#define FLEETCA_CLIENT_TESTING_FAKE_SERVER_H_

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "client/testing/fake_ca.h"
#include "client/testing/fake_error.h"
#include "client/testing/fake_join_tokens.h"
#include "client/testing/fake_policy.h"
#include "client/testing/fake_statistics.h"
#include "client/tls_identity.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "grpcpp/server.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::client::testing {

// What a client of fleet.example expects, and what another host of the fleet has.
inline constexpr char kServerIdentity[] = "spiffe://fleet.example/svc/fleetca";
inline constexpr char kOtherIdentity[] = "spiffe://fleet.example/host/ca";

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
  std::vector<std::string> authorizations() const ABSL_LOCKS_EXCLUDED(mutex_);
  // Every issue request that came in, of whatever call, in order.
  std::vector<v1::IssueCertificateRequest> requests() const ABSL_LOCKS_EXCLUDED(mutex_);

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
  grpc::Status GetCertificate(grpc::ServerContext* context,
                              const v1::GetCertificateRequest* request,
                              v1::GetCertificateResponse* response) override;
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
  // One item: a certificate or a scripted error.
  google::rpc::Status IssueOne(const v1::IssueCertificateRequest& request,
                               v1::IssuedCertificate* certificate, std::vector<std::string>* chain)
      ABSL_LOCKS_EXCLUDED(mutex_);

  const FakeCa& ca_;
  FakeJoinTokens& join_tokens_;
  mutable absl::Mutex mutex_;
  std::deque<FakeError> errors_ ABSL_GUARDED_BY(mutex_);
  std::deque<FakeError> item_errors_ ABSL_GUARDED_BY(mutex_);
  std::function<void(v1::IssuedCertificate*, std::vector<std::string>*)> tamper_
      ABSL_GUARDED_BY(mutex_);
  std::vector<v1::IssueCertificateRequest> requests_ ABSL_GUARDED_BY(mutex_);
  std::string accepted_token_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> authorizations_ ABSL_GUARDED_BY(mutex_);
  std::vector<std::string> roots_der_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Kept> by_request_id_ ABSL_GUARDED_BY(mutex_);
  std::map<std::string, Kept> by_serial_ ABSL_GUARDED_BY(mutex_);
};

// The services on two free ports of 127.0.0.1, one for mutual TLS and the bootstrap port, and a
// folder of client files with the names that `fleetca ca init` gives.
class FakeServer {
 public:
  explicit FakeServer(const std::string& server_identity = kServerIdentity,
                      std::shared_ptr<const FakeCa> ca = std::make_shared<const FakeCa>());
  // With a certificate from a subordinate CA below `ca`.
  FakeServer(const x509::NameConstraints& constraints, std::shared_ptr<const FakeCa> ca);
  ~FakeServer();

  const FakeCa& ca() const { return *ca_; }
  // For another server below the same root.
  const std::shared_ptr<const FakeCa>& shared_ca() const { return ca_; }
  FakeService& service() { return service_; }
  FakeJoinTokens& join_tokens() { return join_tokens_; }
  FakePolicy& policy() { return policy_; }
  FakeStatistics& statistics() { return statistics_; }
  std::string address() const;
  std::string bootstrap_address() const;
  const std::string& dir() const { return folder_.path(); }
  // Of the admin's files in dir().
  TlsFiles files() const;
  void Stop();
  // Serves again on the same ports.
  void Restart();
  // The same with a certificate of these dates.
  void RestartWithDates(absl::Time not_before, absl::Time not_after);

 private:
  // Without a certificate, and so not serving yet.
  explicit FakeServer(std::shared_ptr<const FakeCa> ca);

  const std::shared_ptr<const FakeCa> ca_;
  FakeJoinTokens join_tokens_;
  FakePolicy policy_;
  FakeStatistics statistics_;
  FakeService service_;
  fleetca::testing::TemporaryFolder folder_;
  FakeCa::TlsPair pair_;
  int port_ = 0;
  int bootstrap_port_ = 0;
  std::unique_ptr<grpc::Server> server_;
};

}  // namespace fleetca::client::testing

#endif  // FLEETCA_CLIENT_TESTING_FAKE_SERVER_H_
