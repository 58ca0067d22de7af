#include "service/revocation/identity_blocks.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "base/time_rounding.h"
#include "x509/san.h"
#include "x509/serial.h"

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
  FLEETCA_ASSIGN_OR_RETURN(
      const bool was_blocked,
      TakeBack({store::BlockKind::kIdentity, std::string(identity)}, unblocked_by));
  if (was_blocked) {
    log::Warning("An identity was unblocked",
                 {{"identity", identity}, {"unblocker", unblocked_by}});
  }
  return was_blocked;
}

absl::StatusOr<std::string> IdentityBlocks::FindLineage(absl::string_view serial) const {
  if (const absl::Status status = x509::SerialNumber::FromBytes(serial).status(); !status.ok()) {
    return InvalidArgument(Reason::kSerialInvalid, "lineage", status.message());
  }
  const absl::StatusOr<store::CertificateRecord> record = store_.GetBySerial(serial);
  if (record.ok()) {
    return store::LineageOf(*record);
  }
  if (!absl::IsNotFound(record.status())) {
    return record.status();
  }
  // The list of blocks names a lineage by its first certificate, which may be pruned by now.
  const absl::Status blocked =
      store_.GetBlock({store::BlockKind::kLineage, std::string(serial)}).status();
  if (absl::IsNotFound(blocked)) {
    return NotFound(Reason::kNotFound, "lineage",
                    absl::StrCat("No certificate that this CA has recorded has the serial number ",
                                 absl::BytesToHexString(serial),
                                 ", and no blocked line of renewals began with it; `fleetca "
                                 "identity list` shows those that are blocked"));
  }
  FLEETCA_RETURN_IF_ERROR(blocked);
  return std::string(serial);
}

absl::StatusOr<bool> IdentityBlocks::UnblockLineage(absl::string_view serial,
                                                    absl::string_view unblocked_by) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string lineage, FindLineage(serial));
  FLEETCA_ASSIGN_OR_RETURN(const bool was_blocked,
                           TakeBack({store::BlockKind::kLineage, lineage}, unblocked_by));
  if (was_blocked) {
    log::Warning("A lineage was unblocked",
                 {{"lineage", absl::BytesToHexString(lineage)}, {"unblocker", unblocked_by}});
  }
  return was_blocked;
}

absl::StatusOr<bool> IdentityBlocks::TakeBack(store::BlockTarget target,
                                              absl::string_view unblocked_by) {
  FLEETCA_ASSIGN_OR_RETURN(const absl::Time now, clock_rule_.Now());
  const store::Unblock unblock{.target = std::move(target),
                               .unblocked_at = FloorToSecond(now),
                               .unblocked_by = std::string(unblocked_by)};
  FLEETCA_ASSIGN_OR_RETURN(const store::CommitOutcomes outcomes,
                           store_.Write({.unblocks = {&unblock, 1}}));
  FLEETCA_RETURN_IF_ERROR(follower_.CatchUp());
  return outcomes.unblocks.front() == store::UnblockOutcome::kUnblocked;
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
