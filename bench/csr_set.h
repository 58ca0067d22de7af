// CSRs of many subscribers, so that a benchmark does not see the same bytes all the time.
#ifndef FLEETCA_BENCH_CSR_SET_H_
#define FLEETCA_BENCH_CSR_SET_H_

#include <string>
#include <vector>

#include "base/crypto_types.h"
#include "x509/csr.h"

namespace fleetca::bench {

// As many as the largest batch. The n-th asks for spiffe://fleet.test/svc/web-n.
inline constexpr size_t kCsrs = 256;

struct CsrSet {
  std::vector<std::string> ders;
  std::vector<x509::Csr> parsed;  // of `ders`
};

// kCsrs CSRs, each with a key of its own where those are cheap to make: of RSA keys there are eight
// of 2048 bits, two of larger ones. Made when first asked for. Thread-safe; lives for ever.
const CsrSet& CsrsOf(KeyType type);

}  // namespace fleetca::bench

#endif  // FLEETCA_BENCH_CSR_SET_H_
