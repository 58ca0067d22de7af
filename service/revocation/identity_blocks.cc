#include "service/revocation/identity_blocks.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

constexpr store::BlockKind kKinds[] = {store::BlockKind::kIdentity, store::BlockKind::kLineage,
                                       store::BlockKind::kKey};

// A place in the list: the kind, as an octet, and the value.
std::string PlaceOf(const store::BlockTarget& target) {
  return absl::StrCat(std::string(1, static_cast<char>(target.kind)), target.value);
}

}  // namespace

absl::StatusOr<store::Block> IdentityBlocks::Block(absl::string_view identity,
                                                   absl::string_view reason,
                                                   absl::string_view blocked_by) {
  FLEETCA_RETURN_IF_ERROR(x509::CheckSpiffeId(identity, "identity"));
  if (reason.size() > kMaxBlockReasonSize) {
    return InvalidArgument(
        Reason::kConfigInvalid, "reason",
        absl::StrCat("reason has ", reason.size(), " octets; give at most ", kMaxBlockReasonSize));
  }
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  const store::Block block{.target = {store::BlockKind::kIdentity, std::string(identity)},
                           .blocked_at = FloorToSecond(now),
                           .blocked_by = std::string(blocked_by),
                           .reason = std::string(reason)};
  FLEETCA_ASSIGN_OR_RETURN(const store::CommitOutcomes outcomes,
                           store_.Write({.blocks = {&block, 1}}));
  FLEETCA_RETURN_IF_ERROR(follower_.CatchUp());
  if (const auto& earlier = outcomes.blocks.front().earlier; earlier != nullptr) {
    return *earlier;
  }
  log::Warning("An identity was blocked",
               {{"identity", identity}, {"reason", reason}, {"blocker", blocked_by}});
  return block;
}

absl::StatusOr<bool> IdentityBlocks::Unblock(absl::string_view identity,
                                             absl::string_view unblocked_by) {
  FLEETCA_RETURN_IF_ERROR(x509::CheckSpiffeId(identity, "identity"));
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  const store::Unblock unblock{.target = {store::BlockKind::kIdentity, std::string(identity)},
                               .unblocked_at = FloorToSecond(now),
                               .unblocked_by = std::string(unblocked_by)};
  FLEETCA_ASSIGN_OR_RETURN(const store::CommitOutcomes outcomes,
                           store_.Write({.unblocks = {&unblock, 1}}));
  FLEETCA_RETURN_IF_ERROR(follower_.CatchUp());
  if (outcomes.unblocks.front() != store::UnblockOutcome::kUnblocked) {
    return false;
  }
  log::Warning("An identity was unblocked", {{"identity", identity}, {"unblocker", unblocked_by}});
  return true;
}

absl::StatusOr<BlockPage> IdentityBlocks::List(absl::string_view from, size_t limit) const {
  const auto first = static_cast<store::BlockKind>(from.empty() ? 1 : from.front());
  if (first < store::BlockKind::kIdentity || first > store::BlockKind::kKey) {
    return InvalidArgument(Reason::kConfigInvalid, "page_token",
                           "page_token is not one that this server gave; begin without one");
  }
  BlockPage page;
  for (const store::BlockKind kind : kKinds) {
    if (kind < first || !page.next.empty()) {
      continue;
    }
    const absl::string_view start = kind == first && !from.empty() ? from.substr(1) : "";
    FLEETCA_RETURN_IF_ERROR(store_.ForEachBlock(kind, start, [&](const store::Block& block) {
      if (page.blocks.size() >= limit) {
        page.next = PlaceOf(block.target);
        return false;
      }
      page.blocks.push_back(block);
      return true;
    }));
  }
  return page;
}

}  // namespace fleetca::service
