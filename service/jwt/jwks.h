// JWK sets (RFC 7517 section 5): the public keys of an issuer of tokens.
#ifndef FLEETCA_SERVICE_JWT_JWKS_H_
#define FLEETCA_SERVICE_JWT_JWKS_H_

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "service/jwt/jwk.h"
#include "service/jwt/signing_algorithm.h"

namespace fleetca::service {

inline constexpr size_t kMaxJwksBytes = size_t{256} << 10;
inline constexpr size_t kMaxJwksKeys = 1000;
// Of how many elements that were left out a set keeps why.
inline constexpr size_t kMaxLeftOutJwks = 1000;

// Immutable, thread-safe.
class JwkSet {
 public:
  // No keys: verifies nothing.
  JwkSet() = default;

  // Keeps the keys that verify signatures: RSA of 2048 to 8192 bits, EC P-256 and P-384, with a
  // `kid` or without, without another `use`, `key_ops` or `alg`; kMaxJwksKeys at most. Every other
  // element is left out, whatever is wrong with it, as RFC 7517 section 5 asks: keys of another
  // kind or for another use, symmetric and private ones, those that lack a member or have a
  // malformed one. So one key that is odd costs the tokens of that key alone. A byte order mark at
  // the start is skipped, as RFC 8259 section 8.1 allows.
  //
  // INVALID_ARGUMENT kConfigInvalid: not JSON, UTF-16, no list "keys" in it, over kMaxJwksBytes.
  static absl::StatusOr<JwkSet> Parse(absl::string_view json);

  // The keys called so, in the order of the set; null when there is none. More than one is lawful
  // where they differ in kind or algorithm (RFC 7517 section 4.5). Aliases this object.
  const std::vector<Jwk>* Find(absl::string_view kid) const;

  // Every key that could have made a signature by `algorithm`, named or not: for a token that names
  // none. Aliases this object.
  std::vector<const Jwk*> FindFor(SigningAlgorithm algorithm) const;

  size_t size() const { return size_; }

  // What was left out, in the order of the set: the first kMaxLeftOutJwks of left_out_count().
  const std::vector<LeftOutJwk>& left_out() const { return left_out_; }
  size_t left_out_count() const { return left_out_count_; }
  // The first of left_out() that is called so, null when there is none. Aliases this object.
  const LeftOutJwk* FindLeftOut(absl::string_view kid) const;

  // Whether both were read from the same elements, in whatever order and however they were spaced.
  // False for a set that was not read and one that was.
  bool HasElementsOf(const JwkSet& other) const { return digest_ == other.digest_; }

 private:
  void Add(const std::optional<std::string>& kid, Jwk jwk);
  void LeaveOut(LeftOutJwk left_out);

  std::map<std::string, std::vector<Jwk>, std::less<>> keys_;
  std::vector<Jwk> nameless_;
  size_t size_ = 0;
  std::vector<LeftOutJwk> left_out_;
  size_t left_out_count_ = 0;
  std::string digest_;  // of its elements, whatever their order; empty for a set that was not read
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_JWKS_H_
