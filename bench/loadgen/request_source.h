// The requests that a load sends.
#ifndef FLEETCA_BENCH_LOADGEN_REQUEST_SOURCE_H_
#define FLEETCA_BENCH_LOADGEN_REQUEST_SOURCE_H_

#include <cstddef>
#include <string>

#include "bench/loadgen/csr_pool.h"
#include "bench/loadgen/load_plan.h"
#include "fleetca/v1/certificate_authority.pb.h"

namespace fleetca::loadgen {

// Goes round the pool. Both outlive it. Thread-compatible.
class RequestSource {
 public:
  RequestSource(const LoadPlan& plan, const CsrPool& pool) : plan_(plan), pool_(pool) {}

  // Fills `request` with the next CSR and says which it is.
  size_t Next(v1::IssueCertificateRequest* request);
  // Fills it with the CSR of entry `i`.
  void Fill(size_t i, v1::IssueCertificateRequest* request) const;

 private:
  const LoadPlan& plan_;
  const CsrPool& pool_;
  size_t next_ = 0;
};

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_REQUEST_SOURCE_H_
