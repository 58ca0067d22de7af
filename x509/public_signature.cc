#include "x509/public_signature.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <utility>

#include "absl/strings/string_view.h"
#include "x509/digest.h"
#include "x509/ecdsa_signature.h"
#include "x509/public_key.h"

namespace fleetca::x509 {
namespace {

// Copies a big-endian number to the end of `octets`, which are 0. False where it does not fit.
bool CopyToEnd(absl::string_view magnitude, uint8_t (&octets)[32]) {
  if (magnitude.size() > sizeof octets) {
    return false;
  }
  std::copy(magnitude.begin(), magnitude.end(), std::end(octets) - magnitude.size());
  return true;
}

}  // namespace

std::optional<p256::PublicSignature> PublicSignatureOf(const Csr& csr) {
  constexpr size_t kCoordinate = 32;
  const PublicKey& key = csr.public_key;
  const absl::string_view point = key.key_bits;
  if (key.algorithm != PublicKeyAlgorithm::kP256 ||
      !SchemeFitsKey(csr.signature_algorithm.scheme, key.algorithm) ||
      point.size() != 1 + 2 * kCoordinate || point[0] != 4) {
    return std::nullopt;
  }
  const std::optional<EcdsaSignature> numbers = ReadEcdsaSignature(key, csr.signature);
  DigestBuffer buffer;
  const absl::string_view digest =
      DigestFor(csr.signature_algorithm.scheme, csr.certification_request_info, &buffer);
  if (!numbers.has_value() || digest.empty()) {
    return std::nullopt;
  }
  std::optional<p256::PublicSignature> signature(std::in_place);  // every octet is 0
  // Of a longer digest the left 256 bits count (FIPS 186-5 section 6.4.2).
  if (!CopyToEnd(numbers->r, signature->r) || !CopyToEnd(numbers->s, signature->s) ||
      !CopyToEnd(digest.substr(0, sizeof signature->z), signature->z) ||
      !CopyToEnd(point.substr(1, kCoordinate), signature->x) ||
      !CopyToEnd(point.substr(1 + kCoordinate), signature->y)) {
    return std::nullopt;
  }
  return signature;
}

}  // namespace fleetca::x509
