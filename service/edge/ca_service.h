// fleetca.v1.CertificateAuthorityService on gRPC's callback API.
#ifndef FLEETCA_SERVICE_EDGE_CA_SERVICE_H_
#define FLEETCA_SERVICE_EDGE_CA_SERVICE_H_

#include <grpcpp/support/server_callback.h>

#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "service/edge/issue_gate.h"
#include "service/edge/open_calls.h"
#include "service/policy/policy_holder.h"
#include "service/trust_bundle_holder.h"
#include "store/store.h"

namespace fleetca::service {

void WriteTrustBundle(const TrustBundle& bundle, v1::GetTrustBundleResponse* response);

// Turns calls into issuances and looks certificates up. Thread-safe; the references outlive it.
class CaService : public v1::CertificateAuthorityService::CallbackService {
 public:
  CaService(const IssueGate& gate, const PolicyHolder& policies, const store::Store& store,
            const TrustBundleHolder& bundles)
      : gate_(gate), policies_(policies), store_(store), bundles_(bundles) {}

  grpc::ServerUnaryReactor* IssueCertificate(grpc::CallbackServerContext* context,
                                             const v1::IssueCertificateRequest* request,
                                             v1::IssueCertificateResponse* response) override;
  grpc::ServerUnaryReactor* BatchIssueCertificates(
      grpc::CallbackServerContext* context, const v1::BatchIssueCertificatesRequest* request,
      v1::BatchIssueCertificatesResponse* response) override;
  grpc::ServerBidiReactor<v1::StreamIssueCertificatesRequest, v1::StreamIssueCertificatesResponse>*
  StreamIssueCertificates(grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* GetCertificate(grpc::CallbackServerContext* context,
                                           const v1::GetCertificateRequest* request,
                                           v1::GetCertificateResponse* response) override;
  grpc::ServerUnaryReactor* GetTrustBundle(grpc::CallbackServerContext* context,
                                           const v1::GetTrustBundleRequest* request,
                                           v1::GetTrustBundleResponse* response) override;

  // Ends the open streams once they have answered what they read.
  void BeginDrain() { streams_.BeginDrain(); }

 private:
  absl::Status Get(const grpc::ServerContextBase& context, absl::string_view serial,
                   v1::GetCertificateResponse* response) const;

  const IssueGate& gate_;
  const PolicyHolder& policies_;
  const store::Store& store_;
  const TrustBundleHolder& bundles_;
  OpenCalls streams_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_EDGE_CA_SERVICE_H_
