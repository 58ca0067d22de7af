#include "service/revocation/own_revocations.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::service {
namespace {

// From so many on those that have all again are forgotten first.
constexpr size_t kManyIdentities = 4096;

}  // namespace

absl::Status OwnRevocations::Take(absl::string_view identity, absl::Time now) {
  absl::MutexLock lock(&mutex_);
  if (full_at_.size() >= kManyIdentities) {
    absl::erase_if(full_at_, [now](const auto& one) { return one.second <= now; });
  }
  absl::Time& full_at = full_at_[std::string(identity)];
  const absl::Time after = std::max(full_at, now) + kEvery;
  if (const absl::Duration over = after - (now + kAtOnce * kEvery); over > absl::ZeroDuration()) {
    return WithRetryDelay(
        ResourceExhausted(
            Reason::kBudgetExhausted,
            absl::StrCat(identity, " has revoked ", kAtOnce,
                         " of its own certificates in a short time, and may revoke one more every ",
                         absl::FormatDuration(kEvery),
                         "; let them expire, or have an operator revoke them together, such as by "
                         "their identity")),
        over);
  }
  full_at = after;
  return absl::OkStatus();
}

}  // namespace fleetca::service
