// Certificates that a load needs before it begins.
#ifndef FLEETCA_BENCH_LOADGEN_ISSUED_BEFOREHAND_H_
#define FLEETCA_BENCH_LOADGEN_ISSUED_BEFOREHAND_H_

#include <cstddef>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "bench/loadgen/operation.h"
#include "client/ca_client.h"
#include "client/issued.h"

namespace fleetca::loadgen {

// So many certificates, the i-th for the CSR of the pool's entry i, going round the pool. Takes a
// second for some thousands. The first error.
absl::StatusOr<std::vector<client::Issued>> IssueBeforehand(const client::CaClient& client,
                                                            const LoadContext& context,
                                                            size_t count);

// A certificate and those above it, as TLS wants them.
std::string PemOfChain(const std::string& leaf_der, const std::vector<std::string>& chain_der);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_ISSUED_BEFOREHAND_H_
