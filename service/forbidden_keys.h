// Public keys that are never certified: the CA's own, and those an operator has blocked.
#ifndef FLEETCA_SERVICE_FORBIDDEN_KEYS_H_
#define FLEETCA_SERVICE_FORBIDDEN_KEYS_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "x509/public_key.h"

namespace fleetca::service {

// Immutable after it is set up; then thread-safe.
class ForbiddenKeys {
 public:
  // A key of the CA: its issuer, the chain above it, a root.
  void AddCaKey(const x509::PublicKey& key) { ca_key_bits_.emplace_back(key.key_bits); }

  // A key by the SHA-256 of its SubjectPublicKeyInfo, 32 octets: known to be compromised.
  void Block(absl::string_view spki_sha256) { blocked_.emplace(spki_sha256); }

  // INVALID_ARGUMENT kKeyForbidden about csr.subject_public_key_info. Costs a hash only where keys
  // are blocked.
  absl::Status Check(const x509::PublicKey& key) const;

 private:
  std::vector<std::string> ca_key_bits_;
  absl::flat_hash_set<std::string> blocked_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_FORBIDDEN_KEYS_H_
