// A reusable OpenSSL EC key: loading a point into it costs a microsecond, making a new one a
// hundred.
#ifndef FLEETCA_X509_EC_PUBLIC_KEY_H_
#define FLEETCA_X509_EC_PUBLIC_KEY_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "base/openssl.h"

namespace fleetca::x509 {

enum class EcCurve { kP256, kP384 };

// Holds one public key of one curve at a time. Thread-compatible: each thread has its own.
class EcPublicKey {
 public:
  // This thread's key of `curve`. Lives as long as the thread. Null only when OpenSSL cannot make
  // one (no memory, no such curve).
  static EcPublicKey* ForThisThread(EcCurve curve);

  // Takes an uncompressed point in place of the one before. False when it is not on the curve.
  [[nodiscard]] bool Load(absl::string_view point);

  // ECDSA (FIPS 186-5 section 6.4.2) with the key that was loaded last; r and s are magnitudes. Any
  // failure inside OpenSSL is a false too: a forged signature can provoke one (it answers -1 where
  // u1*G + u2*Q is infinity).
  [[nodiscard]] bool Verify(absl::string_view digest, absl::string_view r, absl::string_view s);

 private:
  EcPublicKey(EcKeyPtr key, EcdsaSigPtr signature, BnCtxPtr context);
  static std::unique_ptr<EcPublicKey> Create(int curve_nid);

  EcKeyPtr key_;
  EcdsaSigPtr signature_;
  BIGNUM* r_;  // owned by signature_
  BIGNUM* s_;  // owned by signature_
  BnCtxPtr context_;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_EC_PUBLIC_KEY_H_
