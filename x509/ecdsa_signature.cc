#include "x509/ecdsa_signature.h"

#include <cstddef>

#include "x509/der/der.h"

namespace fleetca::x509 {

std::optional<EcdsaSignature> ReadEcdsaSignature(const PublicKey& key,
                                                 absl::string_view signature) {
  der::Reader outer(signature);
  der::Reader value;
  EcdsaSignature numbers;
  if (!outer.ReadNested(der::kSequence, &value) || !outer.empty() ||
      !value.ReadPositiveInteger(&numbers.r) || !value.ReadPositiveInteger(&numbers.s) ||
      !value.empty()) {
    return std::nullopt;
  }
  const auto order_size = static_cast<size_t>(key.bits) / 8;
  if (numbers.r.size() > order_size || numbers.s.size() > order_size) {
    return std::nullopt;
  }
  return numbers;
}

}  // namespace fleetca::x509
