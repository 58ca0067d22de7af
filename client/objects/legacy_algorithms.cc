#include "client/objects/legacy_algorithms.h"

#include <utility>

#include "absl/memory/memory.h"
#include "base/errors.h"

namespace fleetca::client {

bool IsLegacyCipher(int nid) {
  switch (nid) {
    case NID_des_cbc:
    case NID_rc2_cbc:
    case NID_rc4:
    case NID_bf_cbc:
    case NID_cast5_cbc:
    case NID_seed_cbc:
    case NID_idea_cbc:
      return true;
    default:
      return false;
  }
}

bool IsLegacyPbe(int nid) {
  switch (nid) {
    case NID_pbe_WithSHA1And128BitRC4:
    case NID_pbe_WithSHA1And40BitRC4:
    case NID_pbe_WithSHA1And128BitRC2_CBC:
    case NID_pbe_WithSHA1And40BitRC2_CBC:
    case NID_pbeWithMD5AndDES_CBC:
    case NID_pbeWithMD5AndRC2_CBC:
    case NID_pbeWithSHA1AndDES_CBC:
    case NID_pbeWithSHA1AndRC2_CBC:
      return true;
    default:
      return false;
  }
}

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
