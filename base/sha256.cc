#include "base/sha256.h"

#include "absl/strings/escaping.h"
#include "base/openssl.h"

namespace fleetca {

std::array<char, 32> Sha256(absl::string_view bytes) {
  std::array<char, SHA256_DIGEST_LENGTH> digest;
  SHA256_CTX context;
  SHA256_Init(&context);
  SHA256_Update(&context, bytes.data(), bytes.size());
  SHA256_Final(AsUnsigned(digest.data()), &context);
  return digest;
}

std::string HexSha256(absl::string_view bytes) {
  const std::array<char, SHA256_DIGEST_LENGTH> digest = Sha256(bytes);
  return absl::BytesToHexString(absl::string_view(digest.data(), digest.size()));
}

std::string Sha256OfParts(absl::Span<const absl::string_view> parts) {
  SHA256_CTX context;
  SHA256_Init(&context);
  for (const absl::string_view part : parts) {
    unsigned char length[8];
    for (int i = 0; i < 8; ++i) {
      length[i] = static_cast<unsigned char>(part.size() >> (8 * i));
    }
    SHA256_Update(&context, length, sizeof(length));
    SHA256_Update(&context, part.data(), part.size());
  }
  std::string digest(SHA256_DIGEST_LENGTH, '\0');
  SHA256_Final(AsUnsigned(digest.data()), &context);
  return digest;
}

}  // namespace fleetca
