// A signer whose key is in this process.
#ifndef FLEETCA_SIGNER_LOCAL_SIGNER_H_
#define FLEETCA_SIGNER_LOCAL_SIGNER_H_

#include <memory>

#include "absl/status/statusor.h"
#include "base/openssl.h"
#include "signer/signer.h"

namespace fleetca::signer {

// Takes the key over. P-256 signs ECDSA with SHA-256, P-384 with SHA-384, RSA of 2048 to 4096 bits
// PKCS#1 v1.5 with SHA-256, Ed25519 itself; FAILED_PRECONDITION kKeyUnsupported for any other key.
// Makes one signature and verifies it before it returns, so that a key that cannot sign is found at
// start.
absl::StatusOr<std::unique_ptr<Signer>> CreateLocalSigner(EvpPkeyPtr key);

}  // namespace fleetca::signer

#endif  // FLEETCA_SIGNER_LOCAL_SIGNER_H_
