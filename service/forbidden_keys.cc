#include "service/forbidden_keys.h"

#include <array>

#include "base/errors.h"
#include "base/sha256.h"

namespace fleetca::service {

absl::Status ForbiddenKeys::Check(const x509::PublicKey& key) const {
  constexpr absl::string_view kField = "csr.subject_public_key_info";
  for (const std::string& key_bits : ca_key_bits_) {
    if (key.key_bits == key_bits) {
      return InvalidArgument(Reason::kKeyForbidden, kField,
                             "The key is a CA's own; make a new key for each certificate");
    }
  }
  if (!blocked_.empty()) {
    const std::array<char, 32> digest = Sha256(key.spki);
    if (blocked_.contains(absl::string_view(digest.data(), digest.size()))) {
      return InvalidArgument(
          Reason::kKeyForbidden, kField,
          "The CA's operator has blocked this key as compromised; make a new one");
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
