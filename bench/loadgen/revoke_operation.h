// Shape revoke: RevokeCertificates of serial numbers, each of which is revoked once.
#ifndef FLEETCA_BENCH_LOADGEN_REVOKE_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_REVOKE_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "bench/loadgen/async_call.h"
#include "bench/loadgen/operation.h"
#include "fleetca/v1/revocation.grpc.pb.h"

namespace fleetca::loadgen {

// The certificates of an outcome are those that were revoked.
class RevokeOperation final : public Operation {
 public:
  explicit RevokeOperation(LoadContext context);

  // Issues what will be revoked: max_requests times --batch certificates.
  absl::Status Prepare(const client::CaClient& client) override;
  void Send(int64_t intended_ns) override;
  void Cancel() override;

 private:
  struct Note {
    int64_t intended_ns = 0;
  };
  using Call = AsyncCall<v1::RevokeCertificatesRequest, v1::RevokeCertificatesResponse, Note>;

  void OnDone(Call& call);

  std::vector<std::string> serials_;
  size_t next_ = 0;
  std::vector<std::unique_ptr<v1::RevocationService::Stub>> stubs_;
  size_t next_stub_ = 0;
  FreeList<Call> calls_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_REVOKE_OPERATION_H_
