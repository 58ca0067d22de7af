// Shape renew with --same-key: agents that renew with the key that they have, each on a connection
// that stays open.
#ifndef FLEETCA_BENCH_LOADGEN_SAME_KEY_RENEW_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_SAME_KEY_RENEW_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "bench/loadgen/async_call.h"
#include "bench/loadgen/operation.h"
#include "fleetca/v1/certificate_authority.grpc.pb.h"

namespace fleetca::loadgen {

// Agent i has the key of the pool's entry i. Its connection shows its first certificate, which is
// renewed again and again, as if every answer was lost: the same work as from the newest.
class SameKeyRenewOperation final : public Operation {
 public:
  explicit SameKeyRenewOperation(LoadContext context);

  // Gets each agent its first certificate as the caller, and connects it.
  absl::Status Prepare(const client::CaClient& client) override;
  // Waits for an agent when all are at it.
  void Send(int64_t intended_ns) override;
  void Cancel() override;
  size_t capacity() const override { return context().plan.agents; }

 private:
  struct Note {
    int64_t intended_ns = 0;
    size_t agent = 0;
  };
  using Call = AsyncCall<v1::RenewCertificateRequest, v1::RenewCertificateResponse, Note>;

  void Start(int64_t intended_ns);
  void OnDone(Call& call);

  std::vector<std::unique_ptr<v1::CertificateAuthorityService::Stub>> stubs_;  // by agent
  std::deque<size_t> free_agents_;
  std::deque<int64_t> waiting_;  // intended times
  FreeList<Call> calls_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_SAME_KEY_RENEW_OPERATION_H_
