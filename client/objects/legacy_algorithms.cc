#include "client/objects/legacy_algorithms.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"

namespace fleetca::client {

absl::StatusOr<std::unique_ptr<LegacyAlgorithms>> LegacyAlgorithms::Load() {
  const ScopedOpenSslErrorQueue queue;
  auto algorithms = absl::WrapUnique(new LegacyAlgorithms());
  algorithms->library_.reset(OSSL_LIB_CTX_new());
  algorithms->common_.reset(OSSL_PROVIDER_load(algorithms->library_.get(), "default"));
  algorithms->legacy_.reset(OSSL_PROVIDER_load(algorithms->library_.get(), "legacy"));
  if (algorithms->common_ == nullptr || algorithms->legacy_ == nullptr) {
    return FailedPrecondition(
        Reason::kFileInvalid,
        "It is encrypted by RC2, RC4 or DES, which OpenSSL on this machine has not got: install "
        "its legacy provider (Debian's package openssl-provider-legacy, or libssl3 itself)");
  }
  return algorithms;
}

}  // namespace fleetca::client
