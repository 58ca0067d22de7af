// What of a commit has to be unique, and whether the commit keeps the contract.
#ifndef FLEETCA_STORE_RECORDS_COMMIT_KEYS_H_
#define FLEETCA_STORE_RECORDS_COMMIT_KEYS_H_

#include <cstdint>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "store/commit.h"

namespace fleetca::store {

// Something that one certificate alone may have, a token whose uses are counted, or what goes step
// by step. Aliases the commit.
struct CommitKey {
  // kRevocations is one for all revocations, blocks, CRL states and early renewals: their changes
  // are numbered in the order in which they become visible.
  enum class Kind : uint8_t { kRequest, kToken, kJwt, kLineage, kRevocations };

  // The certificate of a key that a revocation or a block names: none.
  static constexpr uint32_t kNoCertificate = 0xffffffff;

  bool SameAs(const CommitKey& other) const { return kind == other.kind && key == other.key; }
  friend bool operator<(const CommitKey& a, const CommitKey& b) {
    if (a.kind != b.kind) {
      return a.kind < b.kind;
    }
    const int order = a.key.compare(b.key);
    return order != 0 ? order < 0 : a.certificate < b.certificate;
  }

  Kind kind = Kind::kRequest;
  uint32_t certificate = 0;  // its place in the commit
  uint32_t use = 0;          // the place among the commit's uses, or steps, of that kind
  absl::string_view key;
};

// Ordered: by kind, then key, then certificate.
using CommitKeys = std::vector<CommitKey>;

// The keys of `commit`, none where its certificates have no request_key, token, JWT or step, and
// nothing is revoked or blocked. INTERNAL kInternal when `commit` breaks Store's contract, which
// every engine refuses: an item that its Check (store/records) refuses, a use or a step whose
// certificate is not among those of the commit, a certificate that uses one thing twice, a lineage
// that is gone on with without a step, a target or a CRL that stands twice.
absl::StatusOr<CommitKeys> ReadCommitKeys(const Commit& commit);

// The key of all that changes revocations, for who does so without a commit.
CommitKeys RevocationKeys();

// The part of that kind.
absl::Span<const CommitKey> KeysOfKind(const CommitKeys& keys, CommitKey::Kind kind);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_COMMIT_KEYS_H_
