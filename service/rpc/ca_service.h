// fleetca.v1.CertificateAuthorityService on gRPC's callback API.
#ifndef FLEETCA_SERVICE_RPC_CA_SERVICE_H_
#define FLEETCA_SERVICE_RPC_CA_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "service/authority/current_trust_bundle.h"
#include "service/call/control_pool.h"
#include "service/call/open_calls.h"
#include "service/renewals/renewal_windows.h"
#include "service/rpc/caller_reader.h"
#include "service/rpc/issuance_intake.h"
#include "store/store.h"

namespace fleetca::service {

void WriteTrustBundle(const TrustBundle& bundle, v1::GetTrustBundleResponse* response);

// Every method takes octets, so that what is no message of the API gets our answer.
using RawCaService = v1::CertificateAuthorityService::WithRawCallbackMethod_IssueCertificate<
    v1::CertificateAuthorityService::WithRawCallbackMethod_StreamIssueCertificates<
        v1::CertificateAuthorityService::WithRawCallbackMethod_RenewCertificate<
            v1::CertificateAuthorityService::WithRawCallbackMethod_GetRenewalInfo<
                v1::CertificateAuthorityService::WithRawCallbackMethod_GetCertificate<
                    v1::CertificateAuthorityService::WithRawCallbackMethod_GetTrustBundle<
                        v1::CertificateAuthorityService::Service>>>>>>;

// The most serial numbers of one GetRenewalInfo.
inline constexpr int kMaxRenewalInfos = 1000;

// Turns calls into issuances, and looks certificates up in the pool. Thread-safe; the references
// outlive it.
class CaService : public RawCaService {
 public:
  CaService(const IssuanceIntake& intake, CallerReader& caller_reader, const store::Store& store,
            const CurrentTrustBundle& bundles, RenewalWindows& windows, ControlPool& pool);

  grpc::ServerUnaryReactor* IssueCertificate(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  // BatchIssueCertificates, whose messages are large: an UploadCall.
  grpc::ServerReadReactor<grpc::ByteBuffer>* BeginBatch(grpc::CallbackServerContext* context,
                                                        grpc::ByteBuffer* response);
  grpc::ServerBidiReactor<grpc::ByteBuffer, grpc::ByteBuffer>* StreamIssueCertificates(
      grpc::CallbackServerContext* context) override;
  grpc::ServerUnaryReactor* RenewCertificate(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetRenewalInfo(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetCertificate(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetTrustBundle(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;

  // Ends the open streams once they have answered what they read, and batches that are not
  // complete.
  void BeginDrain() { open_.BeginDrain(); }

 private:
  absl::Status Get(absl::string_view serial, v1::GetCertificateResponse* response) const;
  absl::Status TellWindows(const v1::GetRenewalInfoRequest& request,
                           v1::GetRenewalInfoResponse* response) const;

  const IssuanceIntake& intake_;
  CallerReader& caller_reader_;
  const store::Store& store_;
  const CurrentTrustBundle& bundles_;
  RenewalWindows& windows_;
  ControlPool& pool_;
  OpenCalls open_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_RPC_CA_SERVICE_H_
