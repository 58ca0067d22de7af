// The feed of all that happens to revocations and blocks, for those who keep a copy of them.
//
// Every change has a place in one sequence, 1 the first. Places become visible in their order: who
// saw n will never see a new n - 1. Numbers may be left out. Who keeps a copy takes a snapshot
// (Revocations::ForEachRevocation, Blocks::ForEachBlock), notes the `last_sequence` that was the
// case before it began, and goes on with the changes after that; to apply one twice does no harm.
#ifndef FLEETCA_STORE_REVOCATION_FEED_H_
#define FLEETCA_STORE_REVOCATION_FEED_H_

#include <cstdint>
#include <variant>
#include <vector>

#include "store/block.h"
#include "store/revocation.h"

namespace fleetca::store {

// A revocation, or a block, as it is after the change; or that a block was taken back. Only the
// last change of each certificate and each target is kept: what it was in between is left out.
using RevocationChange = std::variant<Revocation, Block, Unblock>;

inline uint64_t SequenceOf(const RevocationChange& change) {
  return std::visit([](const auto& kind) { return kind.sequence; }, change);
}

// A part of the feed.
struct RevocationChanges {
  // By ascending sequence.
  std::vector<RevocationChange> changes;
  // The highest sequence that was visible.
  uint64_t last_sequence = 0;
  // That changes after the sequence that was asked for are no longer there, because they were
  // dropped since; `changes` is empty then. The reader takes a new snapshot.
  bool dropped = false;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_REVOCATION_FEED_H_
