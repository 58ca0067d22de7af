// One JSON Web Key (RFC 7517 section 4), an element of a JWK set.
#ifndef FLEETCA_SERVICE_JWT_JWK_H_
#define FLEETCA_SERVICE_JWT_JWK_H_

#include <cstddef>
#include <memory>
#include <optional>
#include <string>

#include "absl/status/statusor.h"
#include "service/jwt/json.h"
#include "service/jwt/signing_algorithm.h"
#include "service/jwt/verification_key.h"

namespace fleetca::service {

// A key that verifies signatures. Thread-safe, as it is never changed.
struct Jwk {
  std::shared_ptr<const VerificationKey> key;
  std::optional<SigningAlgorithm> algorithm;  // the only one it is for, when it says so

  // Whether it can have made a signature by `wanted`.
  bool IsFor(SigningAlgorithm wanted) const;
};

// INVALID_ARGUMENT kKeyUnsupported unless the element is a key for signatures, of a kind and size
// that JwkSet::Parse lists; the message becomes LeftOutJwk::why.
absl::StatusOr<Jwk> ReadJwk(const JsonValue& element);

// The name of an element, whatever else is wrong with it; nullopt where it has none.
[[nodiscard]] std::optional<std::string> KidOf(const JsonValue& element);

// An element of a set that is not used. A value.
struct LeftOutJwk {
  std::optional<std::string> kid;
  size_t index;     // its place in "keys", from 0
  std::string why;  // "is of kind OKP; RSA and EC are taken"

  // "key \"a\" is of kind OKP; ...", or "keys[3] is ..." where it has no kid. For the log alone,
  // and of a length that suits it.
  std::string ToText() const;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_JWK_H_
