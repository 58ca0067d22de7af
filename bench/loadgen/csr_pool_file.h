// The CSR pool between runs: keys are dear, RSA's above all.
#ifndef FLEETCA_BENCH_LOADGEN_CSR_POOL_FILE_H_
#define FLEETCA_BENCH_LOADGEN_CSR_POOL_FILE_H_

#include <optional>
#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "bench/loadgen/csr_pool.h"

namespace fleetca::loadgen {

// The pool as octets, with a version and a checksum.
std::string EncodeCsrPool(const CsrPool& pool);
// nullopt when it is sound but made for another spec. FAILED_PRECONDITION kFileInvalid when it is
// damaged, of another version, or no pool at all.
absl::StatusOr<std::optional<CsrPool>> DecodeCsrPool(absl::string_view bytes,
                                                     const CsrPoolSpec& spec);

// The pool in the file `path` where it has one for `spec`; otherwise a new one, which replaces the
// file's (mode 0600). A damaged file is an error and stays as it is. An empty path: a new pool in
// memory.
absl::StatusOr<CsrPool> OpenCsrPool(const std::string& path, const CsrPoolSpec& spec,
                                    const PoolProgress& progress);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_CSR_POOL_FILE_H_
