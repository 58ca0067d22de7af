#include "x509/cert_spec.h"

#include "base/sha256.h"

namespace fleetca::x509 {

void AppendKeyIdentifier(absl::string_view key_bits, std::string* out) {
  out->append(Sha256(key_bits).data(), kKeyIdentifierSize);
}

std::string KeyIdentifier(absl::string_view key_bits) {
  std::string identifier;
  AppendKeyIdentifier(key_bits, &identifier);
  return identifier;
}

}  // namespace fleetca::x509
