#include "service/revocation/revoker.h"

#include <algorithm>
#include <set>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "service/revocation/revocation_reason.h"

namespace fleetca::service {
namespace {

// A commit of this many takes the store a few milliseconds, in which no other revocation is
// written.
constexpr size_t kRevocationsPerCommit = 100;
// How often the selection is walked at most. Each walk but the first is for what was issued during
// the one before; whoever still gets certificates after so many walks would after any number.
constexpr int kMaxWalks = 100;

store::Block CompromisedKey(std::string spki_sha256, const RevocationOrder& order) {
  return {.target = {store::BlockKind::kKey, std::move(spki_sha256)},
          .blocked_at = order.revoked_at,
          .blocked_by = order.revoked_by,
          .reason = std::string(RevocationReasonName(order.reason)),
          .permanent = true};
}

// What a call that failed in the middle has done.
absl::Status WithDone(const absl::Status& status, const RevokeResult& done) {
  const uint64_t changed = done.revoked + done.upgraded;
  return status.ok() || changed == 0
             ? status
             : Annotate(status, absl::StrCat(changed,
                                             " certificates were revoked before this "
                                             "failed; the same call again revokes the "
                                             "others"));
}

}  // namespace

absl::StatusOr<RevokeResult> Revoker::Revoke(const RevokeRequest& request) {
  FLEETCA_RETURN_IF_ERROR(CheckSelection(request.selection));
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  // What is revoked already is read from there.
  FLEETCA_RETURN_IF_ERROR(follower_.CatchUp());
  const RevocationOrder order{request.reason, FloorToSecond(now), request.revoked_by};
  if (request.dry_run) {
    return Count(request, order);
  }
  RevokeResult result;
  const absl::Status status = RevokeAll(request, order, &result);
  if (!status.ok()) {
    // Those that were written count before the caller hears of them, too.
    follower_.CatchUp().IgnoreError();
  }
  result.sequence = known_.sequence();
  if (result.revoked + result.upgraded > 0) {
    log::Warning("Certificates were revoked", {{"selection", SelectionToText(request.selection)},
                                               {"reason", RevocationReasonName(request.reason)},
                                               {"revoked", result.revoked},
                                               {"upgraded", result.upgraded},
                                               {"unchanged", result.unchanged},
                                               {"revoker", request.revoked_by},
                                               {"error", status.message()}});
  }
  FLEETCA_RETURN_IF_ERROR(WithDone(status, result));
  return result;
}

absl::StatusOr<RevokeResult> Revoker::Count(const RevokeRequest& request,
                                            const RevocationOrder& order) {
  RevokeResult result;
  const SelectedPartOptions options{.graces = graces_(), .count_only = true};
  std::string from;
  do {
    FLEETCA_ASSIGN_OR_RETURN(SelectedPart part, ReadSelectedPart(request.selection, order, store_,
                                                                 known_, from, options));
    result.revoked += part.new_ones;
    result.upgraded += part.upgrades;
    result.unchanged += part.unchanged;
    from = std::move(part.next);
  } while (!from.empty());
  result.sequence = known_.sequence();
  return result;
}

// The selection is walked until nothing of it is left. A certificate that was recorded before its
// predecessor's revocation took effect is met by the next walk; one that comes after is not
// answered, as the issuer looks again at who asked when it has recorded a certificate.
absl::Status Revoker::RevokeAll(const RevokeRequest& request, const RevocationOrder& order,
                                RevokeResult* result) {
  if (const auto* key = std::get_if<RevokeKey>(&request.selection);
      key != nullptr && order.reason == store::RevocationReason::kKeyCompromise) {
    FLEETCA_RETURN_IF_ERROR(BlockKey(*key, order));
  }
  const SelectedPartOptions options{.graces = graces_()};
  for (int walk = 0; walk < kMaxWalks; ++walk) {
    std::string from;
    size_t pending = 0;
    size_t unchanged = 0;
    do {
      FLEETCA_ASSIGN_OR_RETURN(SelectedPart part, ReadSelectedPart(request.selection, order, store_,
                                                                   known_, from, options));
      pending += part.pending.size();
      unchanged += part.unchanged;
      FLEETCA_RETURN_IF_ERROR(Write(part.pending, order, result));
      from = std::move(part.next);
    } while (!from.empty());
    if (pending == 0) {
      // All that the walk met; less what this call has revoked itself.
      result->unchanged =
          unchanged - std::min<uint64_t>(unchanged, result->revoked + result->upgraded);
      return absl::OkStatus();
    }
  }
  return Unavailable(Reason::kInternal,
                     "Certificates of the selection are issued as fast as they are revoked; block "
                     "the identity with `fleetca identity block` first, and revoke again");
}

absl::Status Revoker::BlockKey(const RevokeKey& wanted, const RevocationOrder& order) {
  const store::Block block = CompromisedKey(wanted.spki_sha256, order);
  FLEETCA_RETURN_IF_ERROR(store_.Write({.blocks = {&block, 1}}).status());
  return follower_.CatchUp();
}

absl::Status Revoker::Write(absl::Span<const store::Revocation> revocations,
                            const RevocationOrder& order, RevokeResult* result) {
  using Kind = store::RevocationOutcome::Kind;
  while (!revocations.empty()) {
    const auto chunk = revocations.subspan(0, kRevocationsPerCommit);
    revocations.remove_prefix(chunk.size());
    std::vector<store::Block> blocks;
    if (order.reason == store::RevocationReason::kKeyCompromise) {
      std::set<std::string> keys;
      for (const store::Revocation& revocation : chunk) {
        if (keys.insert(revocation.spki_sha256).second) {
          blocks.push_back(CompromisedKey(revocation.spki_sha256, order));
        }
      }
    }
    FLEETCA_ASSIGN_OR_RETURN(const store::CommitOutcomes outcomes,
                             store_.Write({.revocations = chunk, .blocks = blocks}));
    for (const store::RevocationOutcome& outcome : outcomes.revocations) {
      const bool is_new = outcome.kind == Kind::kRevoked;
      result->revoked += is_new ? 1 : 0;
      result->upgraded += outcome.kind == Kind::kUpgraded ? 1 : 0;
      revoked_.fetch_add(is_new ? 1 : 0, std::memory_order_relaxed);
    }
  }
  // Once for the part: its rows are on stable storage, and none was answered yet.
  return follower_.CatchUp();
}

}  // namespace fleetca::service
