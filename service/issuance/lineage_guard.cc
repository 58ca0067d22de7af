#include "service/issuance/lineage_guard.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/time_rounding.h"
#include "base/time_text.h"
#include "service/policy/policy_profile.h"
#include "store/block.h"

namespace fleetca::service {
namespace {

// Who blocks by the policy, as the records and the log name it.
constexpr absl::string_view kBlockedBy = "policy: on_stale_lineage";

bool WantsBlock(const IssuanceItem& item) {
  return item.decision.profile->on_stale_lineage == StaleLineage::kBlock;
}

store::Block BlockOf(const LineageGuard::Stale& stale, absl::Time now) {
  return {.target = {store::BlockKind::kLineage, stale.item->renewed->lineage},
          .blocked_at = FloorToSecond(now),
          .blocked_by = std::string(kBlockedBy),
          .reason =
              absl::StrCat("the certificate ", absl::BytesToHexString(stale.item->renewed->serial),
                           " asked from ", AddressOf(*stale.item->issuance->caller),
                           " to be renewed after ", absl::BytesToHexString(stale.newest->newest),
                           " had replaced it for ", stale.newest->address)};
}

}  // namespace

absl::Status LineageGuard::Check(const Caller& caller, absl::Time now) {
  const CallerCertificate* held = CallerCertificateOf(caller);
  const bool is_blocked = held != nullptr && revocations_ != nullptr &&
                          revocations_->IsBlocked(store::BlockKind::kLineage, held->lineage);
  return is_blocked ? RefuseBlocked(caller, now) : absl::OkStatus();
}

// For the operator this is the one line that says that a key was stolen, and where the two are.
absl::Status LineageGuard::RefuseStale(const Stale& stale, absl::Time now) {
  stats_.stale_lineages.fetch_add(1, std::memory_order_relaxed);
  const CallerCertificate& held = *stale.item->renewed;
  const std::string serial = absl::BytesToHexString(held.serial);
  uint64_t suppressed = 0;
  if (stale_limiter_.Allow(now, &suppressed)) {
    log::Error(
        "ALARM: a certificate that was replaced long ago asks to be renewed: a copy of its key is "
        "in use, or an old file was restored; look at both callers",
        {{"identity", stale.item->caller},
         {"lineage", absl::BytesToHexString(held.lineage)},
         {"serial", serial},
         {"generation", held.generation},
         {"peer", AddressOf(*stale.item->issuance->caller)},
         {"newest_serial", absl::BytesToHexString(stale.newest->newest)},
         {"newest_generation", stale.newest->generation},
         {"newest_peer", stale.newest->address},
         {"newest_requester", stale.newest->stepped_by},
         {"newest_issued", TimeToWords(stale.newest->stepped_at)},
         {"on_stale_lineage", WantsBlock(*stale.item) ? "block" : "refuse"},
         {"lines_suppressed", suppressed}});
  }
  return PermissionDenied(
      Reason::kLineageStale,
      absl::StrCat("The certificate ", serial,
                   " was renewed before, and so was what replaced it: a copy of its key is in use, "
                   "or an old file was restored. Enroll anew with a new key, such as by a join "
                   "token, and have the CA's operator look at the alarm in the CA's log"));
}

absl::Status LineageGuard::RefuseBlocked(const Caller& caller, absl::Time now) {
  stats_.blocked_lineages.fetch_add(1, std::memory_order_relaxed);
  const CallerCertificate& held = *CallerCertificateOf(caller);
  uint64_t suppressed = 0;
  if (blocked_limiter_.Allow(now, &suppressed)) {
    log::Warning("A certificate of a blocked lineage was refused another one",
                 {{"identity", IdentityOf(caller)},
                  {"lineage", absl::BytesToHexString(held.lineage)},
                  {"serial", absl::BytesToHexString(held.serial)},
                  {"peer", AddressOf(caller)},
                  {"lines_suppressed", suppressed}});
  }
  return PermissionDenied(
      Reason::kLineageBlocked,
      absl::StrCat(
          "The CA gives no more certificates to the line that began with ",
          absl::BytesToHexString(held.lineage),
          ", because a copy of its key may be in use. Enroll anew with a new key, such as "
          "by a join token; or have the CA's operator look at the alarm in the CA's log, who "
          "can take the block back: fleetca lineage unblock ",
          absl::BytesToHexString(held.lineage)));
}

void LineageGuard::BlockAsProfilesSay(absl::Span<const Stale> stale, absl::Time now) {
  std::vector<store::Block> blocks;
  for (const Stale& one : stale) {
    const auto is_same = [&one](const store::Block& block) {
      return block.target.value == one.item->renewed->lineage;
    };
    if (WantsBlock(*one.item) && std::none_of(blocks.begin(), blocks.end(), is_same)) {
      blocks.push_back(BlockOf(one, now));
    }
  }
  if (blocks.empty()) {
    return;
  }
  const absl::Status written = store_.Write({.blocks = blocks}).status();
  if (written.ok() && learn_ != nullptr) {
    // Where the store is not readable, nobody is believed until it is.
    learn_().IgnoreError();
  }
  for (const store::Block& block : blocks) {
    const std::string lineage = absl::BytesToHexString(block.target.value);
    if (written.ok()) {
      log::Warning("A lineage was blocked, as its profile's on_stale_lineage says",
                   {{"lineage", lineage}, {"reason", block.reason}});
    } else {
      log::Error("A lineage should be blocked and is not: the store does not write",
                 {{"lineage", lineage}, {"error", written.message()}});
    }
  }
}

}  // namespace fleetca::service
