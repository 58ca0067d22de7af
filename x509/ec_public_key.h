// A reusable OpenSSL EC key: loading a point into it costs a microsecond, making a new one a
// hundred.
#ifndef FLEETCA_X509_EC_PUBLIC_KEY_H_
#define FLEETCA_X509_EC_PUBLIC_KEY_H_

#include <memory>

#include "absl/strings/string_view.h"
#include "base/openssl.h"
#include "x509/verdict.h"

namespace fleetca::x509 {

enum class EcCurve { kP256, kP384 };

// Holds one public key of one curve at a time. Thread-compatible: each thread has its own.
class EcPublicKey {
 public:
  // This thread's key of `curve`. Lives as long as the thread. Null only when OpenSSL cannot make
  // one (no memory, no such curve).
  static EcPublicKey* ForThisThread(EcCurve curve);

  // A new one, for which nothing was loaded before. Null as above.
  static std::unique_ptr<EcPublicKey> Create(EcCurve curve);

  // Takes an uncompressed point in place of the one before. kInvalid when it is not on the curve.
  [[nodiscard]] Verdict Load(absl::string_view point);

  // ECDSA (FIPS 186-5 section 6.4.2) with the key that was loaded last; r and s are magnitudes.
  // OpenSSL answers with an error where u1*G + u2*Q is infinity: that is kInvalid too.
  [[nodiscard]] Verdict Verify(absl::string_view digest, absl::string_view r, absl::string_view s);

 private:
  EcPublicKey(EcKeyPtr key, EcdsaSigPtr signature, BnCtxPtr context);

  EcKeyPtr key_;
  EcdsaSigPtr signature_;
  BIGNUM* r_;  // owned by signature_
  BIGNUM* s_;  // owned by signature_
  BnCtxPtr context_;
};

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_EC_PUBLIC_KEY_H_
