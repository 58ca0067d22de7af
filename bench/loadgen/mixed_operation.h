// Shape mixed: issuing, looking up what was issued, and CSRs that must be refused.
#ifndef FLEETCA_BENCH_LOADGEN_MIXED_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_MIXED_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <random>
#include <vector>

#include "bench/loadgen/async_call.h"
#include "bench/loadgen/bad_csr.h"
#include "bench/loadgen/operation.h"
#include "bench/loadgen/request_source.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"

namespace fleetca::loadgen {

// Which kind a call is, is drawn, the same in each run. Until there is a certificate to look up,
// lookups are requests.
class MixedOperation final : public Operation {
 public:
  explicit MixedOperation(LoadContext context);

  absl::Status Prepare(const client::CaClient& client) override;
  void Send(int64_t intended_ns) override;
  void Cancel() override;

 private:
  struct IssueNote {
    int64_t intended_ns = 0;
    size_t csr = 0;
    const BadCsr* bad = nullptr;
  };
  struct LookupNote {
    int64_t intended_ns = 0;
  };
  using IssueCall = AsyncCall<v1::IssueCertificateRequest, v1::IssueCertificateResponse, IssueNote>;
  using LookupCall = AsyncCall<v1::GetCertificateRequest, v1::GetCertificateResponse, LookupNote>;

  v1::CertificateAuthorityService::Stub& NextStub();
  void Issue(int64_t intended_ns, const BadCsr* bad);
  void LookUp(int64_t intended_ns, const std::string& serial);
  void OnIssued(IssueCall& call);
  void OnLookedUp(LookupCall& call);

  RequestSource requests_;
  std::vector<BadCsr> bad_csrs_;
  size_t next_bad_ = 0;
  std::mt19937_64 random_;
  std::vector<std::unique_ptr<v1::CertificateAuthorityService::Stub>> stubs_;
  size_t next_stub_ = 0;
  FreeList<IssueCall> issue_calls_;
  FreeList<LookupCall> lookup_calls_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_MIXED_OPERATION_H_
