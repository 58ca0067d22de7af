#include "x509/cert_spec.h"

#include "base/openssl.h"

namespace fleetca::x509 {

void AppendKeyIdentifier(absl::string_view key_bits, std::string* out) {
  // The SHA256() shorthand fetches the algorithm anew each time, which costs more than the hash.
  unsigned char digest[SHA256_DIGEST_LENGTH];
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, key_bits.data(), key_bits.size());
  SHA256_Final(digest, &context);
  out->append(reinterpret_cast<const char*>(digest), kKeyIdentifierSize);
}

std::string KeyIdentifier(absl::string_view key_bits) {
  std::string identifier;
  AppendKeyIdentifier(key_bits, &identifier);
  return identifier;
}

}  // namespace fleetca::x509
