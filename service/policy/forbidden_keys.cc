#include "service/policy/forbidden_keys.h"

#include <array>

#include "base/errors.h"
#include "base/sha256.h"

namespace fleetca::service {

void ForbiddenKeys::AddCaKey(const x509::PublicKey& key) {
  absl::MutexLock lock(&mutex_);
  ca_key_bits_.emplace(key.key_bits);
}

bool ForbiddenKeys::IsCaKey(absl::string_view key_bits) const {
  absl::ReaderMutexLock lock(&mutex_);
  return ca_key_bits_.contains(key_bits);
}

absl::Status ForbiddenKeys::Check(const x509::PublicKey& key) const {
  constexpr absl::string_view kField = "csr.subject_public_key_info";
  if (IsCaKey(key.key_bits)) {
    return InvalidArgument(Reason::kKeyForbidden, kField,
                           "The key is a CA's own; make a new key for each certificate");
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
