// CSRs that a CA must refuse, each for a reason of its own.
#ifndef FLEETCA_BENCH_LOADGEN_BAD_CSR_H_
#define FLEETCA_BENCH_LOADGEN_BAD_CSR_H_

#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/errors.h"
#include "bench/loadgen/csr_pool.h"

namespace fleetca::loadgen {

struct BadCsr {
  std::string der;
  Reason refused_for = Reason::kCsrMalformed;
};

// One of each kind, made from the pool's first: a broken signature, garbage, and a name in a trust
// domain that is not the CA's.
absl::StatusOr<std::vector<BadCsr>> MakeBadCsrs(const CsrPool& pool);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_BAD_CSR_H_
