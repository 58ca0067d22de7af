// What this process knows of revocations and blocks: who is refused.
#ifndef FLEETCA_SERVICE_REVOCATION_KNOWN_REVOCATIONS_H_
#define FLEETCA_SERVICE_REVOCATION_KNOWN_REVOCATIONS_H_

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/revocation/revoked_serials.h"
#include "store/block.h"
#include "store/revocation_feed.h"

namespace fleetca::service {

// A copy of what the store says, which RevocationFollower keeps (revocation_follower.h). Until it
// is complete, and whenever it is not known to be the newest, nobody is believed: each check says
// UNAVAILABLE kRevocationsUnknown. Thread-safe, and waits for nothing.
class KnownRevocations {
 public:
  KnownRevocations() = default;
  KnownRevocations(const KnownRevocations&) = delete;
  KnownRevocations& operator=(const KnownRevocations&) = delete;

  // PERMISSION_DENIED kCertificateRevoked, with the date and the reason, for the certificate of
  // this serial number; and counts it.
  absl::Status CheckCertificate(absl::string_view serial) const;
  // The same for who shows a certificate, and for one whose key, a SubjectPublicKeyInfo, is
  // blocked: so the compromise of a key ends certificates of it that no store has, such as those of
  // `ca init`. And for one of an issuing CA, by its key identifier, that the root has revoked:
  // whoever has that CA's key has as many certificates as he likes. "" for what is not known.
  absl::Status CheckCaller(absl::string_view serial, absl::string_view public_key,
                           absl::string_view issuer) const;
  // PERMISSION_DENIED kCertificateRevoked of such an issuing CA.
  absl::Status CheckIssuer(absl::string_view issuer) const ABSL_LOCKS_EXCLUDED(mutex_);
  // PERMISSION_DENIED kIdentityBlocked: nothing new is issued to this SPIFFE ID or for it.
  absl::Status CheckIdentity(absl::string_view identity) const;
  // PERMISSION_DENIED kKeyBlocked, of a SubjectPublicKeyInfo. Costs a hash only where keys are
  // blocked.
  absl::Status CheckKey(absl::string_view subject_public_key_info) const;

  // What is known of the certificate, complete or not.
  [[nodiscard]] std::optional<RevokedSince> Find(absl::string_view serial) const {
    return serials_.Find(serial);
  }
  // The same of a block. Costs a load where nothing of the kind is blocked.
  [[nodiscard]] bool IsBlocked(store::BlockKind kind, absl::string_view value) const
      ABSL_LOCKS_EXCLUDED(mutex_);

  // How often what is known has changed. Whoever looks twice reads it before the first look.
  uint64_t generation() const { return generation_.load(std::memory_order_acquire); }
  // The second look: whether something changed since generation() said `generation`. If not,
  // whatever passed the checks above in between passes them still.
  //
  // Whoever writes something that others read, and then finds that nothing has changed, knows that
  // they see it: what a thread reads after it has changed what is known shows all that was written
  // before this call. So this call is no mere load, which the processor may do before the caller's
  // write is seen.
  [[nodiscard]] bool HasChangedSince(uint64_t generation) const {
    return generation_.fetch_add(0, std::memory_order_acq_rel) != generation;
  }

  // UNAVAILABLE kRevocationsUnknown until it is complete, and while it may be out of date.
  absl::Status CheckComplete() const;
  // Up to which change of the store's feed it is complete.
  uint64_t sequence() const { return sequence_.load(std::memory_order_acquire); }
  // Returns when it is complete, or `patience` is over; whether it is.
  bool AwaitComplete(absl::Duration patience) const ABSL_LOCKS_EXCLUDED(mutex_);

  struct Counts {
    size_t revoked = 0;            // certificates that are known to be
    size_t blocked = 0;            // identities, lineages and keys
    uint64_t refused_revoked = 0;  // checks that found a revoked certificate
    uint64_t refused_blocked = 0;  // checks that found a blocked identity or key
  };
  Counts counts() const ABSL_LOCKS_EXCLUDED(mutex_);

  // In place of all that are known: issuing CAs that the root has revoked, by their key
  // identifiers.
  void SetRevokedIssuers(absl::flat_hash_set<std::string> issuers) ABSL_LOCKS_EXCLUDED(mutex_);

  // The rest is the follower's.
  void Apply(const store::RevocationChange& change) ABSL_LOCKS_EXCLUDED(mutex_);
  // In place of all blocks that are known.
  void ReplaceBlocks(std::vector<store::BlockTarget> blocks) ABSL_LOCKS_EXCLUDED(mutex_);
  // As of RevokedSerials.
  size_t ForgetBelow(absl::string_view lowest) { return serials_.ForgetBelow(lowest); }
  // That all changes up to this one are known.
  void SetComplete(uint64_t sequence) ABSL_LOCKS_EXCLUDED(mutex_);
  // That there may be changes which are not known.
  void SetIncomplete() ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  // By BlockKind.
  static constexpr size_t kKinds = 4;
  using Targets = std::array<absl::flat_hash_set<std::string>, kKinds>;

  bool IsKeyBlocked(absl::string_view subject_public_key_info) const ABSL_LOCKS_EXCLUDED(mutex_);
  void CountBlocks() ABSL_EXCLUSIVE_LOCKS_REQUIRED(mutex_);
  // After each change, and before whoever asked for the change hears of it.
  void NoteChange() { generation_.fetch_add(1, std::memory_order_acq_rel); }

  RevokedSerials serials_;
  mutable absl::Mutex mutex_;
  Targets blocks_ ABSL_GUARDED_BY(mutex_);
  absl::flat_hash_set<std::string> revoked_issuers_ ABSL_GUARDED_BY(mutex_);
  bool known_ ABSL_GUARDED_BY(mutex_) = false;
  // The same, for who does not take the lock.
  std::atomic<bool> complete_{false};
  std::atomic<uint64_t> sequence_{0};
  std::atomic<bool> has_revoked_issuers_{false};
  // How many targets of each kind are blocked.
  std::array<std::atomic<size_t>, kKinds> blocked_{};
  // Counts a change once it is made, so that whoever sees the new count sees the change too.
  // Mutable: HasChangedSince writes what it has read.
  mutable std::atomic<uint64_t> generation_{0};
  mutable std::atomic<uint64_t> refused_revoked_{0};
  mutable std::atomic<uint64_t> refused_blocked_{0};
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_KNOWN_REVOCATIONS_H_
