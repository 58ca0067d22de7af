// Public keys that are never certified: the CA's own, and those an operator has blocked.
#ifndef FLEETCA_SERVICE_POLICY_FORBIDDEN_KEYS_H_
#define FLEETCA_SERVICE_POLICY_FORBIDDEN_KEYS_H_

#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "x509/public_key.h"

namespace fleetca::service {

// Thread-safe, but for Block, which is for the time before others use it.
class ForbiddenKeys {
 public:
  // A key of the CA: its issuer, the chain above it, a root. It is never taken back: a root that
  // left the bundle is still trusted by parties that have an older one.
  void AddCaKey(const x509::PublicKey& key) ABSL_LOCKS_EXCLUDED(mutex_);

  // A key by the SHA-256 of its SubjectPublicKeyInfo, 32 octets: known to be compromised.
  void Block(absl::string_view spki_sha256) { blocked_.emplace(spki_sha256); }

  // INVALID_ARGUMENT kKeyForbidden about csr.subject_public_key_info. Costs a hash only where keys
  // are blocked.
  absl::Status Check(const x509::PublicKey& key) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  bool IsCaKey(absl::string_view key_bits) const ABSL_LOCKS_EXCLUDED(mutex_);

  mutable absl::Mutex mutex_;
  absl::flat_hash_set<std::string> ca_key_bits_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> blocked_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_FORBIDDEN_KEYS_H_
