// The readers of lineages, revocations, blocks, CRL states and early renewals.
#include <string>
#include <vector>

#include "base/status_macros.h"
#include "store/memory/memory_engine.h"
#include "store/memory/memory_store.h"
#include "store/memory/visit_all.h"
#include "store/records/block_record.h"
#include "store/records/crl_state_record.h"
#include "store/records/feed_record.h"
#include "store/records/keys.h"
#include "store/records/lineage_record.h"
#include "store/records/revocation_record.h"

namespace fleetca::store {
namespace {

bool IsInScope(const Revocation& revocation, const RevocationScope& scope) {
  return (scope.issuer.empty() || revocation.issuer == scope.issuer) &&
         (!scope.shard.has_value() || revocation.crl_shard == scope.shard);
}

}  // namespace

absl::StatusOr<LineageState> MemoryStore::GetLineage(absl::string_view lineage) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->lineages.find(lineage);
  if (found == engine_->lineages.end()) {
    return LineageNotFound(lineage);
  }
  return found->second.state;
}

absl::StatusOr<Revocation> MemoryStore::GetRevocation(absl::string_view serial) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->revocations.find(serial);
  if (found == engine_->revocations.end()) {
    return RevocationNotFound(serial);
  }
  return found->second;
}

absl::StatusOr<uint64_t> MemoryStore::ForEachRevocation(const RevocationScope& scope,
                                                        absl::string_view from,
                                                        RevocationVisitor visitor) const {
  FLEETCA_RETURN_IF_ERROR(CheckRevocationScope(scope));
  std::vector<Revocation> revocations;
  uint64_t last_sequence = 0;
  {
    absl::MutexLock lock(&engine_->mutex);
    last_sequence = engine_->feed_state.last_sequence;
    for (auto it = engine_->revocations.lower_bound(from); it != engine_->revocations.end(); ++it) {
      if (IsInScope(it->second, scope)) {
        revocations.push_back(it->second);
      }
    }
  }
  FLEETCA_RETURN_IF_ERROR(VisitAll(revocations, visitor));
  return last_sequence;
}

absl::StatusOr<RevocationChanges> MemoryStore::ReadRevocationFeed(uint64_t after,
                                                                  size_t limit) const {
  absl::MutexLock lock(&engine_->mutex);
  RevocationChanges changes;
  changes.last_sequence = engine_->feed_state.last_sequence;
  changes.dropped = after < engine_->feed_state.dropped_sequence || after > changes.last_sequence;
  if (changes.dropped) {
    return changes;
  }
  for (auto it = engine_->feed.upper_bound(after);
       it != engine_->feed.end() && changes.changes.size() < limit; ++it) {
    changes.changes.push_back(it->second);
  }
  return changes;
}

uint64_t MemoryStore::last_sequence() const {
  absl::MutexLock lock(&engine_->mutex);
  return engine_->feed_state.last_sequence;
}

uint64_t MemoryStore::revocation_count() const {
  absl::MutexLock lock(&engine_->mutex);
  return engine_->feed_state.revocations;
}

absl::StatusOr<size_t> MemoryStore::DropRevocations(absl::Time expired_before) {
  absl::MutexLock lock(&engine_->mutex);
  FLEETCA_RETURN_IF_ERROR(engine_->fault);
  return DropRevocationsBefore(ExpiryLowerBound(expired_before), expired_before, *engine_);
}

absl::StatusOr<Block> MemoryStore::GetBlock(const BlockTarget& target) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->blocks.find(target);
  if (found == engine_->blocks.end()) {
    return BlockNotFound();
  }
  return found->second;
}

absl::Status MemoryStore::ForEachBlock(BlockKind kind, absl::string_view from,
                                       BlockVisitor visitor) const {
  std::vector<Block> blocks;
  {
    absl::MutexLock lock(&engine_->mutex);
    for (auto it = engine_->blocks.lower_bound({kind, std::string(from)});
         it != engine_->blocks.end() && it->first.kind == kind; ++it) {
      blocks.push_back(it->second);
    }
  }
  return VisitAll(blocks, visitor);
}

absl::StatusOr<CrlState> MemoryStore::GetCrlState(const CrlId& crl) const {
  absl::MutexLock lock(&engine_->mutex);
  const auto found = engine_->crl_states.find(crl);
  if (found == engine_->crl_states.end()) {
    return CrlStateNotFound();
  }
  return found->second;
}

absl::Status MemoryStore::ForEachCrlState(CrlStateVisitor visitor) const {
  std::vector<CrlState> states;
  {
    absl::MutexLock lock(&engine_->mutex);
    for (const auto& [crl, state] : engine_->crl_states) {
      states.push_back(state);
    }
  }
  return VisitAll(states, visitor);
}

absl::Status MemoryStore::ForEachEarlyRenewal(EarlyRenewalVisitor visitor) const {
  std::vector<EarlyRenewal> renewals;
  {
    absl::MutexLock lock(&engine_->mutex);
    for (const auto& [id, renewal] : engine_->early_renewals) {
      renewals.push_back(renewal);
    }
  }
  return VisitAll(renewals, visitor);
}

void MemoryStore::SetRestored(absl::Time time) {
  absl::MutexLock lock(&engine_->mutex);
  ++engine_->restores.epoch;
  engine_->restores.last = time;
  RaiseAfterRestore(engine_->restores.epoch, engine_->feed_state);
}

}  // namespace fleetca::store
