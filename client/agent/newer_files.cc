// What IdentityKeeper does where the files that it wrote are newer than what it kept: somebody has
// restored the state folder. The CA gives a certificate that was replaced no other one, and
// services would have one that ends earlier.
#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/log.h"
#include "base/time_text.h"
#include "client/agent/identity_keeper.h"
#include "client/agent/record_limits.h"

namespace fleetca::client {

void IdentityKeeper::TakeNewerFiles(absl::Time now) {
  if (surroundings_.outputs == nullptr || record_.held.empty()) {
    return;
  }
  absl::StatusOr<Credential> placed = surroundings_.outputs->Placed();
  // One that is pending is tried, and then in force.
  if (!placed.ok() || placed->certificate_der == record_.pending.certificate_der) {
    return;
  }
  const absl::StatusOr<KeptCertificate> facts = FactsOf(placed->certificate_der);
  if (!facts.ok() || facts->spiffe_id != held_.spiffe_id || facts->not_after <= held_.not_after) {
    return;
  }
  KeptChain chain = {.certificate_der = placed->certificate_der, .chain_der = placed->chain_der};
  const SecretBytes& key =
      placed->private_key_pem.empty() ? record_.pending_key_pem() : placed->private_key_pem;
  const bool usable = KeyFits(chain, key) && CheckChainKept(chain).ok() &&
                      VerifyAgainst(chain, record_.roots_der, std::min(now, facts->not_after)).ok();
  log::Warning(
      usable
          ? "The state folder is older than the files in place, whose certificate is in force"
          : "The files in place have a certificate that ends later, and cannot be gone on with, "
            "as its key or its CA is another one; they are replaced by what the state folder has",
      {{"identity", options_.name},
       {"state", folder_->path()},
       {"kept", absl::StrCat(held_.serial, " until ", TimeToText(held_.not_after))},
       {"in_place", absl::StrCat(facts->serial, " until ", TimeToText(facts->not_after))}});
  if (!usable) {
    return;
  }
  record_.held_key_pem = SecretBytes(key.view());
  record_.held = std::move(chain);
  record_.held_shape.reset();
  record_.request.reset();
  record_.pending = {};
  record_.renewals_of_key = 0;
  record_.line_ended.clear();
  record_.failures = 0;
  record_.retry_at = absl::UnixEpoch();
  record_.plan = FirstPlan({.not_before = facts->not_before, .not_after = facts->not_after},
                           surroundings_.random_fraction(), options_.maintenance_windows, now);
  held_ = *facts;
  unsaved_ = true;
}

}  // namespace fleetca::client
