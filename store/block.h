// Blocks: who gets no certificates.
#ifndef FLEETCA_STORE_BLOCK_H_
#define FLEETCA_STORE_BLOCK_H_

#include <cstdint>
#include <memory>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/time/time.h"

namespace fleetca::store {

enum class BlockKind : uint8_t {
  kIdentity = 1,  // the value is a SPIFFE ID
  kLineage = 2,   // the value is a lineage's id, 20 octets
  kKey = 3,       // the value is the SHA-256 of a SubjectPublicKeyInfo, 32 octets
};

// What is blocked.
struct BlockTarget {
  BlockKind kind = BlockKind::kIdentity;
  std::string value;  // 1 to 2048 octets

  friend bool operator==(const BlockTarget&, const BlockTarget&) = default;
  friend auto operator<=>(const BlockTarget&, const BlockTarget&) = default;
};

// That nothing new is issued for the target. The store itself refuses steps of blocked lineages;
// for identities and keys that is its caller's, who sees the blocks in the feed.
struct Block {
  BlockTarget target;
  absl::Time blocked_at;  // to the second
  std::string blocked_by;
  std::string reason;  // for people
  // That of a compromised key: it is never taken back. Only of keys.
  bool permanent = false;
  // As of Revocation.
  uint64_t sequence = 0;

  friend bool operator==(const Block&, const Block&) = default;
};

// That a block is taken back.
struct Unblock {
  BlockTarget target;
  absl::Time unblocked_at;  // to the second
  std::string unblocked_by;
  // As of Revocation.
  uint64_t sequence = 0;

  friend bool operator==(const Unblock&, const Unblock&) = default;
};

// What became of one block of a commit.
struct BlockOutcome {
  enum class Kind : uint8_t {
    kBlocked,
    kUnchanged,  // it was blocked before, by `earlier`, which stays as it is
    kUpgraded,   // it was blocked before, by `earlier`, which is permanent from now on
  };

  Kind kind = Kind::kBlocked;
  // Set for kUnchanged and kUpgraded alone.
  std::unique_ptr<const Block> earlier;
};

// What became of one unblock of a commit.
enum class UnblockOutcome : uint8_t {
  kUnblocked,
  kNotBlocked,  // there is no such block; nothing was written
  kPermanent,   // refused: the block is permanent; nothing was written
};

// Called for each block of an iteration; false ends it.
using BlockVisitor = absl::FunctionRef<bool(const Block&)>;

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_BLOCK_H_
