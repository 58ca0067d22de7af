// CSRs of distinct keys, made before the measurement so that the client's part costs nothing in it.
#ifndef FLEETCA_BENCH_LOADGEN_CSR_POOL_H_
#define FLEETCA_BENCH_LOADGEN_CSR_POOL_H_

#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "base/crypto_types.h"

namespace fleetca::loadgen {

struct CsrPoolSpec {
  KeyType key = KeyType::kP256;
  size_t size = 0;
  // Entry i asks for the one name URI:`name_prefix` followed by i modulo `names`.
  std::string name_prefix;
  size_t names = 1;

  friend bool operator==(const CsrPoolSpec&, const CsrPoolSpec&) = default;
};

// A value; immutable once made. The keys in it are worth nothing: they exist to be measured with.
struct CsrPool {
  struct Entry {
    std::string csr_der;
    std::string private_key_der;  // PKCS#8, in the clear

    friend bool operator==(const Entry&, const Entry&) = default;
  };
  CsrPoolSpec spec;
  std::vector<Entry> entries;
};

// Called by one thread at a time, several times a second, with how many are done.
using PoolProgress = std::function<void(size_t done, size_t size)>;

// Makes the entries on as many threads as there are processors for this process.
absl::StatusOr<CsrPool> MakeCsrPool(const CsrPoolSpec& spec, const PoolProgress& progress);

// The name that entry `i` asks for.
std::string PoolName(const CsrPoolSpec& spec, size_t i);

// PEM of entry `i`'s private key.
std::string PoolPrivateKeyPem(const CsrPool& pool, size_t i);

}  // namespace fleetca::loadgen

#endif  // FLEETCA_BENCH_LOADGEN_CSR_POOL_H_
