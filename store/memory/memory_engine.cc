#include "store/memory/memory_engine.h"

#include <algorithm>
#include <iterator>
#include <memory>
#include <utility>
#include <variant>

#include "store/records/keys.h"

namespace fleetca::store {
namespace {

void LookUpLineage(const MemoryEngine& engine, absl::string_view lineage, CommitFacts& facts)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex) {
  LineageFacts& found = facts.lineages[lineage];
  if (const auto record = engine.lineages.find(lineage); record != engine.lineages.end()) {
    found.record = record->second;
  }
  const auto first = engine.by_serial.find(lineage);
  found.may_have_lost_steps =
      MayHaveLostSteps(engine.restores, first == engine.by_serial.end() ? nullptr : &first->second);
  found.blocked = engine.blocks.contains(BlockTarget{BlockKind::kLineage, std::string(lineage)});
}

template <typename Map, typename Key>
void CopyEntry(const Map& from, const Key& key, Map& to) {
  if (const auto found = from.find(key); found != from.end()) {
    to.emplace(found->first, found->second);
  }
}

void LookUpRevocations(const MemoryEngine& engine, const Commit& commit, RevocationFacts& facts)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex) {
  facts.feed = engine.feed_state;
  for (const Revocation& revocation : commit.revocations) {
    if (engine.by_serial.contains(revocation.serial)) {
      facts.recorded.insert(revocation.serial);
    }
    if (const auto found = engine.revocations.find(revocation.serial);
        found != engine.revocations.end()) {
      facts.revocations.emplace(revocation.serial, found->second);
    }
  }
  for (const Block& block : commit.blocks) {
    CopyEntry(engine.blocks, block.target, facts.blocks);
  }
  for (const Unblock& unblock : commit.unblocks) {
    CopyEntry(engine.blocks, unblock.target, facts.blocks);
  }
  for (const CrlState& state : commit.crl_states) {
    CopyEntry(engine.crl_states, state.crl, facts.crl_states);
  }
  for (const EarlyRenewal& renewal : commit.early_renewals) {
    CopyEntry(engine.early_renewals, renewal.id, facts.early_renewals);
  }
  for (const uint64_t id : commit.ended_early_renewals) {
    CopyEntry(engine.early_renewals, id, facts.early_renewals);
  }
}

void ApplyTokens(const CommitPlan& plan, MemoryEngine& engine)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex) {
  for (const CountedTokenUse& use : plan.token_uses) {
    JoinTokenState& token = engine.tokens.find(use.hash)->second;
    token.uses = use.uses;
    token.last_serial = use.serial;
  }
  for (const JoinToken& token : plan.commit->new_tokens) {
    engine.tokens[token.hash].token = token;
  }
  for (const RevokedJoinToken* revoked : plan.revoked_tokens) {
    engine.tokens.find(revoked->hash)->second.revocation = revoked->revocation;
  }
}

void ApplyRevocations(const RevocationPlan& plan, MemoryEngine& engine)
    ABSL_EXCLUSIVE_LOCKS_REQUIRED(engine.mutex) {
  for (const Changed<Revocation>& revocation : plan.revocations) {
    if (revocation.before.has_value()) {
      engine.feed.erase(revocation.before->sequence);
    }
    engine.revocations[revocation.now.serial] = revocation.now;
    engine.feed[revocation.now.sequence] = revocation.now;
  }
  for (const Changed<Block>& block : plan.blocks) {
    if (block.before.has_value()) {
      engine.feed.erase(block.before->sequence);
    }
    engine.blocks[block.now.target] = block.now;
    engine.feed[block.now.sequence] = block.now;
  }
  for (const Unblocked& unblock : plan.unblocks) {
    engine.feed.erase(unblock.before.sequence);
    engine.blocks.erase(unblock.now.target);
    engine.feed[unblock.now.sequence] = unblock.now;
  }
  for (const Changed<CrlState>& state : plan.crl_states) {
    engine.crl_states[state.now.crl] = state.now;
  }
  for (const EarlyRenewal& renewal : plan.early_renewals) {
    engine.early_renewals[renewal.id] = renewal;
  }
  for (const EarlyRenewal& renewal : plan.ended_early_renewals) {
    engine.early_renewals.erase(renewal.id);
  }
  engine.feed_state = plan.ChangesFeed() ? plan.feed.now : engine.feed_state;
}

}  // namespace

CommitFacts LookUpFacts(const MemoryEngine& engine, const Commit& commit, const CommitKeys& keys) {
  CommitFacts facts;
  facts.epoch = engine.restores.epoch;
  // Facts are large, and would be moved as the table grows.
  facts.lineages.reserve(commit.lineage_steps.size());
  for (const CommitKey& key : keys) {
    switch (key.kind) {
      case CommitKey::Kind::kRequest:
        if (const auto found = engine.by_request_key.find(key.key);
            found != engine.by_request_key.end()) {
          facts.earlier[key.certificate] = std::make_unique<const CertificateRecord>(
              engine.by_serial.find(found->second)->second);
        }
        break;
      case CommitKey::Kind::kToken:
        if (const auto found = engine.tokens.find(key.key); found != engine.tokens.end()) {
          facts.tokens.emplace(key.key, found->second);
        }
        break;
      case CommitKey::Kind::kJwt:
        if (engine.jwt_uses.contains(key.key)) {
          facts.used_jwts.insert(key.key);
        }
        break;
      case CommitKey::Kind::kLineage:
        LookUpLineage(engine, key.key, facts);
        break;
      case CommitKey::Kind::kRevocations:
        LookUpRevocations(engine, commit, facts.revocations);
        break;
    }
  }
  return facts;
}

void ApplyPlan(const CommitPlan& plan, MemoryEngine& engine) {
  for (size_t i = 0; i < plan.outcomes.certificates.size(); ++i) {
    const CertificateRecord& record = plan.commit->certificates[i];
    if (!plan.outcomes.certificates[i].stored()) {
      continue;
    }
    engine.by_serial.insert_or_assign(record.serial, record);
    if (!record.request_key.empty()) {
      engine.by_request_key[record.request_key] = record.serial;
    }
  }
  ApplyTokens(plan, engine);
  for (const JwtUse* use : plan.jwt_uses) {
    engine.jwt_uses[use->id_hash] = *use;
    engine.jwt_expiries.insert(JwtExpiryKey(use->expires_at, use->id_hash));
  }
  for (const LineageWrite& write : plan.lineages) {
    engine.lineages[write.lineage] = write.now;
  }
  ApplyRevocations(plan.revocations, engine);
  engine.latest_mark = std::max(engine.latest_mark, plan.LatestMark());
}

size_t DropRevocationsBefore(const std::string& serial_bound, absl::Time time,
                             MemoryEngine& engine) {
  const auto end = engine.revocations.lower_bound(serial_bound);
  size_t dropped = 0;
  uint64_t highest = engine.feed_state.dropped_sequence;
  for (auto it = engine.revocations.begin(); it != end; ++it, ++dropped) {
    engine.feed.erase(it->second.sequence);
    highest = std::max(highest, it->second.sequence);
  }
  engine.feed_state.revocations -= dropped;
  engine.revocations.erase(engine.revocations.begin(), end);
  for (auto it = engine.feed.begin(); it != engine.feed.end();) {
    const Unblock* unblock = std::get_if<Unblock>(&it->second);
    if (unblock != nullptr && unblock->unblocked_at < time) {
      highest = std::max(highest, it->first);
      ++dropped;
      it = engine.feed.erase(it);
    } else {
      ++it;
    }
  }
  engine.feed_state.dropped_sequence = highest;
  return dropped;
}

}  // namespace fleetca::store
