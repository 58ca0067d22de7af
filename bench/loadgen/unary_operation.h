// Shape unary: IssueCertificate on open connections.
#ifndef FLEETCA_BENCH_LOADGEN_UNARY_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_UNARY_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "bench/loadgen/async_call.h"
#include "bench/loadgen/operation.h"
#include "bench/loadgen/request_source.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"

namespace fleetca::loadgen {

class UnaryOperation final : public Operation {
 public:
  explicit UnaryOperation(LoadContext context);

  absl::Status Prepare(const client::CaClient& client) override;
  void Send(int64_t intended_ns) override;
  void Cancel() override;

 private:
  struct Note {
    int64_t intended_ns = 0;
    size_t csr = 0;
  };
  using Call = AsyncCall<v1::IssueCertificateRequest, v1::IssueCertificateResponse, Note>;

  void OnDone(Call& call);

  RequestSource requests_;
  std::vector<std::unique_ptr<v1::CertificateAuthorityService::Stub>> stubs_;
  size_t next_stub_ = 0;
  FreeList<Call> calls_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_UNARY_OPERATION_H_
