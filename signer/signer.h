// The CA's private key, behind a batch interface: bytes in, signatures out.
#ifndef FLEETCA_SIGNER_SIGNER_H_
#define FLEETCA_SIGNER_SIGNER_H_

#include <string>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/crypto_types.h"
#include "base/prepared.h"

namespace fleetca::signer {

// Bytes together with the signature over them.
struct SignedMessage {
  std::string message;
  // DER ECDSA-Sig-Value, RSA octets, or 64 octets of Ed25519: what a certificate's BIT STRING
  // holds.
  std::string signature;
};

// Signs with one key. Knows no certificate and no RPC. Thread-safe: any number of threads may call
// SignBatch at once, and each has its own pooled contexts.
class Signer {
 public:
  virtual ~Signer() = default;

  virtual SignatureScheme scheme() const = 0;

  // The key's SubjectPublicKeyInfo element (RFC 5280 4.1.2.7). Aliases the signer.
  virtual absl::string_view public_key() const = 0;

  // Spends each message and signs it; results[i] belongs to messages[i], and one failure leaves the
  // others alone. INTERNAL kSigningFailed: the key or the token failed, or messages[i] was spent
  // before. The spans have the same size.
  virtual void SignBatch(absl::Span<Prepared> messages,
                         absl::Span<absl::StatusOr<SignedMessage>> results) const = 0;

  // Whether the key still signs: makes a signature of a text that is not a certificate, verifies it
  // and forgets it. FAILED_PRECONDITION kKeyInvalid, INTERNAL kSigningFailed.
  virtual absl::Status Test() const = 0;
};

}  // namespace fleetca::signer

#endif  // FLEETCA_SIGNER_SIGNER_H_
