#include "store/records/revocation_plan.h"

#include <algorithm>
#include <memory>
#include <utility>

namespace fleetca::store {
namespace {

class Planner {
 public:
  Planner(const RevocationFacts& facts, CommitOutcomes& outcomes)
      : facts_(facts), outcomes_(outcomes) {
    plan_.feed = {facts.feed, facts.feed};
  }

  RevocationPlan Plan(const Commit& commit) {
    plan_.revocations.reserve(commit.revocations.size());
    outcomes_.revocations.reserve(commit.revocations.size());
    for (const Revocation& revocation : commit.revocations) {
      outcomes_.revocations.push_back(Decide(revocation));
    }
    for (const Block& block : commit.blocks) {
      outcomes_.blocks.push_back(Decide(block));
    }
    for (const Unblock& unblock : commit.unblocks) {
      outcomes_.unblocks.push_back(Decide(unblock));
    }
    for (const CrlState& state : commit.crl_states) {
      outcomes_.crl_states.push_back(Decide(state));
    }
    for (const EarlyRenewal& renewal : commit.early_renewals) {
      outcomes_.early_renewals.push_back(Decide(renewal));
    }
    for (const uint64_t id : commit.ended_early_renewals) {
      outcomes_.ended_early_renewals.push_back(End(id));
    }
    return std::move(plan_);
  }

 private:
  uint64_t NextSequence() { return ++plan_.feed.now.last_sequence; }

  RevocationOutcome Decide(const Revocation& revocation) {
    using Kind = RevocationOutcome::Kind;
    // Of one that stands in the commit twice, what the first made of it.
    const auto [place, first] = places_.try_emplace(revocation.serial, plan_.revocations.size());
    if (!first) {
      return DecideAgain(revocation, plan_.revocations[place->second].now);
    }
    const auto found = facts_.revocations.find(revocation.serial);
    if (found == facts_.revocations.end() && !facts_.recorded.contains(revocation.serial)) {
      places_.erase(place);
      return {.kind = Kind::kUnknown};
    }
    if (found == facts_.revocations.end()) {
      plan_.revocations.push_back({revocation, std::nullopt});
      plan_.revocations.back().now.sequence = NextSequence();
      ++plan_.feed.now.revocations;
      return {.kind = Kind::kRevoked};
    }
    Revocation now = found->second;
    RevocationOutcome outcome = DecideAgain(revocation, now);
    if (outcome.kind == Kind::kUpgraded) {
      now.sequence = NextSequence();
      plan_.revocations.push_back({std::move(now), found->second});
    } else {
      places_.erase(place);
    }
    return outcome;
  }

  // `now` is how it is revoked already, and how it is then.
  static RevocationOutcome DecideAgain(const Revocation& revocation, Revocation& now) {
    RevocationOutcome outcome = {.kind = RevocationOutcome::Kind::kUnchanged,
                                 .earlier = std::make_unique<const Revocation>(now)};
    if (revocation.reason == RevocationReason::kKeyCompromise &&
        now.reason != RevocationReason::kKeyCompromise) {
      outcome.kind = RevocationOutcome::Kind::kUpgraded;
      now.reason = RevocationReason::kKeyCompromise;
    }
    return outcome;
  }

  BlockOutcome Decide(const Block& block) {
    const auto found = facts_.blocks.find(block.target);
    if (found == facts_.blocks.end()) {
      plan_.blocks.push_back({block, std::nullopt});
      plan_.blocks.back().now.sequence = NextSequence();
      plan_.feed.now.lineage_blocks += block.target.kind == BlockKind::kLineage ? 1 : 0;
      return {};
    }
    BlockOutcome outcome = {.kind = BlockOutcome::Kind::kUnchanged,
                            .earlier = std::make_unique<const Block>(found->second)};
    if (block.permanent && !found->second.permanent) {
      outcome.kind = BlockOutcome::Kind::kUpgraded;
      plan_.blocks.push_back({found->second, found->second});
      plan_.blocks.back().now.permanent = true;
      plan_.blocks.back().now.sequence = NextSequence();
    }
    return outcome;
  }

  UnblockOutcome Decide(const Unblock& unblock) {
    const auto found = facts_.blocks.find(unblock.target);
    if (found == facts_.blocks.end()) {
      return UnblockOutcome::kNotBlocked;
    }
    if (found->second.permanent) {
      return UnblockOutcome::kPermanent;
    }
    plan_.unblocks.push_back({unblock, found->second});
    plan_.unblocks.back().now.sequence = NextSequence();
    plan_.feed.now.lineage_blocks -= unblock.target.kind == BlockKind::kLineage ? 1 : 0;
    return UnblockOutcome::kUnblocked;
  }

  CrlStateOutcome Decide(const CrlState& state) {
    const auto found = facts_.crl_states.find(state.crl);
    if (found == facts_.crl_states.end()) {
      plan_.crl_states.push_back({state, std::nullopt});
      return {};
    }
    if (state.number <= found->second.number) {
      return {.kind = CrlStateOutcome::Kind::kNotGreater,
              .last = std::make_unique<const CrlState>(found->second)};
    }
    plan_.crl_states.push_back({state, found->second});
    return {};
  }

  EarlyRenewalOutcome Decide(const EarlyRenewal& renewal) {
    if (facts_.early_renewals.contains(renewal.id)) {
      return EarlyRenewalOutcome::kExists;
    }
    plan_.early_renewals.push_back(renewal);
    return EarlyRenewalOutcome::kStored;
  }

  EndedEarlyRenewalOutcome End(uint64_t id) {
    const auto found = facts_.early_renewals.find(id);
    if (found == facts_.early_renewals.end()) {
      return EndedEarlyRenewalOutcome::kNotFound;
    }
    plan_.ended_early_renewals.push_back(found->second);
    return EndedEarlyRenewalOutcome::kEnded;
  }

  const RevocationFacts& facts_;
  CommitOutcomes& outcomes_;
  RevocationPlan plan_;
  // Of the serials in the plan's revocations.
  absl::flat_hash_map<absl::string_view, size_t> places_;
};

}  // namespace

absl::Time RevocationPlan::LatestTime() const {
  absl::Time latest = absl::UnixEpoch();
  for (const Changed<Revocation>& revocation : revocations) {
    latest = std::max(latest, revocation.now.revoked_at);
  }
  for (const Changed<Block>& block : blocks) {
    latest = std::max(latest, block.now.blocked_at);
  }
  for (const Unblocked& unblock : unblocks) {
    latest = std::max(latest, unblock.now.unblocked_at);
  }
  for (const Changed<CrlState>& state : crl_states) {
    latest = std::max(latest, state.now.this_update);
  }
  for (const EarlyRenewal& renewal : early_renewals) {
    latest = std::max(latest, renewal.ordered_at);
  }
  return latest;
}

RevocationPlan PlanRevocations(const Commit& commit, const RevocationFacts& facts,
                               CommitOutcomes& outcomes) {
  return Planner(facts, outcomes).Plan(commit);
}

}  // namespace fleetca::store
