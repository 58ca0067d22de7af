// A public key that verifies tokens. The one door to cjose is in its .cc file.
#ifndef FLEETCA_SERVICE_JWT_VERIFICATION_KEY_H_
#define FLEETCA_SERVICE_JWT_VERIFICATION_KEY_H_

#include <cstddef>
#include <memory>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/jwt/signing_algorithm.h"

// cjose's own type, which its header calls cjose_jwk_t.
struct _cjose_jwk_int;

namespace fleetca::service {

// Immutable, thread-safe.
class VerificationKey {
 public:
  // Numbers are big-endian octets. INVALID_ARGUMENT kKeyInvalid: what is no key (a modulus or
  // exponent that is even or has a leading zero octet, a point that is not on the curve, a
  // coordinate of another length). Whether an RSA key is long enough, its caller judges.
  static absl::StatusOr<std::unique_ptr<const VerificationKey>> CreateRsa(
      absl::string_view modulus, absl::string_view exponent);
  // `curve` is kP256 or kP384.
  static absl::StatusOr<std::unique_ptr<const VerificationKey>> CreateEc(JwkKind curve,
                                                                         absl::string_view x,
                                                                         absl::string_view y);

  JwkKind kind() const { return kind_; }

  // Whether the signature of `token`, a JWS in compact form (RFC 7515 section 7.1) in canonical
  // base64url, is one of this key by `algorithm`, which the token's header must name too. False for
  // an algorithm of another kind of key, whatever the octets.
  [[nodiscard]] bool Verifies(absl::string_view token, SigningAlgorithm algorithm) const;

 private:
  struct Release {
    void operator()(_cjose_jwk_int* key) const;
  };
  using Handle = std::unique_ptr<_cjose_jwk_int, Release>;

  VerificationKey(JwkKind kind, size_t signature_octets, Handle key);

  const JwkKind kind_;
  const size_t signature_octets_;
  const Handle key_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_VERIFICATION_KEY_H_
