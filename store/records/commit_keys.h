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

// Something that one certificate alone may have, or a token whose uses are counted. Aliases the
// commit.
struct CommitKey {
  enum class Kind : uint8_t { kRequest, kToken, kJwt };

  // The certificate of a key that a revocation names: none.
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
  uint32_t use = 0;          // the place among the commit's uses of that kind
  absl::string_view key;
};

// Ordered: by kind, then key, then certificate.
using CommitKeys = std::vector<CommitKey>;

// The keys of `commit`, none where its certificates have no request_key, token or JWT. INTERNAL
// kInternal when `commit` breaks Store's contract, which every engine refuses: a record that
// CheckRecord refuses, a token that CheckJoinToken refuses, a hash that is not 32 octets, a use
// whose certificate is not among those of the commit, a certificate that uses one thing twice.
absl::StatusOr<CommitKeys> ReadCommitKeys(const Commit& commit);

// The part of that kind.
absl::Span<const CommitKey> KeysOfKind(const CommitKeys& keys, CommitKey::Kind kind);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_COMMIT_KEYS_H_
