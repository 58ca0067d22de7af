// fleetca.v1.CertificateAuthorityService as strangers meet it: what needs the CA is asked of the
// issuing process.
#ifndef FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_SERVICE_H_
#define FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_SERVICE_H_

#include <grpcpp/support/byte_buffer.h>
#include <grpcpp/support/server_callback.h>

#include <atomic>
#include <cstddef>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/synchronization/mutex.h"
#include "fleetca/internal/v1/bootstrap_relay.grpc.pb.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"
#include "service/bootstrap/bearer_reader.h"

namespace fleetca::service {

// What the calls of one port share. Thread-safe.
struct RelayContext {
  internal::v1::BootstrapRelayService::StubInterface& issuing_process;
  BearerReader& tokens;
  size_t max_message_bytes;
  // Requests that the issuing process has and has not answered.
  std::atomic<int> in_flight{0};
};

// How many requests the issuing process is asked at once. The port's other bounds let more come in.
inline constexpr int kMaxRelayed = 256;

// Every method takes octets, so that what is not a message of the API gets our answer.
using RawBootstrapService = v1::CertificateAuthorityService::WithRawCallbackMethod_IssueCertificate<
    v1::CertificateAuthorityService::WithRawCallbackMethod_BatchIssueCertificates<
        v1::CertificateAuthorityService::WithRawCallbackMethod_StreamIssueCertificates<
            v1::CertificateAuthorityService::WithRawCallbackMethod_RenewCertificate<
                v1::CertificateAuthorityService::WithRawCallbackMethod_GetCertificate<
                    v1::CertificateAuthorityService::WithRawCallbackMethod_GetTrustBundle<
                        v1::CertificateAuthorityService::Service>>>>>>;

// Answers GetTrustBundle by itself and relays IssueCertificate, and RenewCertificate with a proof,
// of which it reads no more than the length; the port's access check lets nothing else come here.
// Thread-safe; the references outlive it.
class BootstrapService : public RawBootstrapService {
 public:
  BootstrapService(internal::v1::BootstrapRelayService::StubInterface& issuing_process,
                   BearerReader& tokens, size_t max_message_bytes,
                   v1::GetTrustBundleResponse bundle)
      : relay_{issuing_process, tokens, max_message_bytes}, bundle_(std::move(bundle)) {}

  // What GetTrustBundle answers from now on.
  void SetTrustBundle(const v1::GetTrustBundleResponse& bundle) ABSL_LOCKS_EXCLUDED(mutex_) {
    absl::MutexLock lock(&mutex_);
    bundle_ = bundle;
  }

  grpc::ServerUnaryReactor* IssueCertificate(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* RenewCertificate(grpc::CallbackServerContext* context,
                                             const grpc::ByteBuffer* request,
                                             grpc::ByteBuffer* response) override;
  grpc::ServerUnaryReactor* GetTrustBundle(grpc::CallbackServerContext* context,
                                           const grpc::ByteBuffer* request,
                                           grpc::ByteBuffer* response) override;

 private:
  RelayContext relay_;
  absl::Mutex mutex_;
  v1::GetTrustBundleResponse bundle_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_BOOTSTRAP_BOOTSTRAP_SERVICE_H_
