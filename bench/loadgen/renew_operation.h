// Shape renew: agents that renew their own certificates, each on a connection made with the last.
#ifndef FLEETCA_BENCH_LOADGEN_RENEW_OPERATION_H_
#define FLEETCA_BENCH_LOADGEN_RENEW_OPERATION_H_

#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <vector>

#include "bench/loadgen/async_call.h"
#include "bench/loadgen/fresh_call.h"
#include "bench/loadgen/operation.h"
#include "bench/loadgen/request_source.h"

namespace fleetca::loadgen {

// Agent i goes round the pool's entries i, i + agents, ..., which have its name and a key each.
class RenewOperation final : public Operation {
 public:
  explicit RenewOperation(LoadContext context);

  // Gets each agent its first certificate as the caller, and sees that agents may renew.
  absl::Status Prepare(const client::CaClient& client) override;
  // Waits for an agent when all are at it.
  void Send(int64_t intended_ns) override;
  void Cancel() override;
  size_t capacity() const override { return agents_.size(); }

 private:
  struct Agent {
    // Of the certificate that it presents.
    std::string chain_pem;
    size_t entry = 0;
  };

  // The entry that an agent takes after `entry`.
  size_t EntryAfter(size_t entry) const;
  absl::Status TryRenewal();
  void StartRenewal(int64_t intended_ns);
  void OnDone(FreshCall& call);

  RequestSource requests_;
  std::vector<Agent> agents_;
  std::deque<size_t> free_agents_;
  std::deque<int64_t> waiting_;  // intended times
  FreeList<FreshCall> calls_;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_RENEW_OPERATION_H_
