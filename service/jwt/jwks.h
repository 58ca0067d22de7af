// JWK sets (RFC 7517 section 5): the public keys of an issuer of tokens.
#ifndef FLEETCA_SERVICE_JWT_JWKS_H_
#define FLEETCA_SERVICE_JWT_JWKS_H_

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/jwt/signing_algorithm.h"
#include "service/jwt/verification_key.h"

namespace fleetca::service {

inline constexpr size_t kMaxJwksBytes = size_t{256} << 10;
inline constexpr size_t kMaxJwksKeys = 100;

struct Jwk {
  std::shared_ptr<const VerificationKey> key;
  std::optional<SigningAlgorithm> algorithm;  // the only one it is for, when it says so
};

// Immutable, thread-safe.
class JwkSet {
 public:
  // No keys: verifies nothing.
  JwkSet() = default;

  // Keeps the keys that verify signatures: RSA of 2048 to 8192 bits, EC P-256 and P-384, with a
  // `kid`, without another `use`, `key_ops` or `alg`. Leaves out every other one, symmetric keys
  // above all.
  //
  // INVALID_ARGUMENT kConfigInvalid, with the field ("keys[2].n"): not a JWK set, over the limits,
  // a member of a wrong type, a `kid` that stands twice, a malformed key, or a private one.
  static absl::StatusOr<JwkSet> Parse(absl::string_view json);

  // The key called so; null when there is none. Aliases this object.
  const Jwk* Find(absl::string_view kid) const;

  size_t size() const { return keys_.size(); }
  // Why each key that was left out was, in words for the log.
  const std::vector<std::string>& left_out() const { return left_out_; }

 private:
  std::map<std::string, Jwk, std::less<>> keys_;
  std::vector<std::string> left_out_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_JWKS_H_
