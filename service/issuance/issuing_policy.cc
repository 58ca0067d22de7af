#include "service/issuance/issuing_policy.h"

#include "absl/memory/memory.h"
#include "base/log.h"
#include "base/status_macros.h"

namespace fleetca::service {

absl::StatusOr<std::shared_ptr<const IssuingPolicy>> IssuingPolicy::Create(
    std::shared_ptr<const Policy> policy, const IssuingCa& ca) {
  std::shared_ptr<IssuingPolicy> joined = absl::WrapUnique(new IssuingPolicy(std::move(policy)));
  for (const PolicyProfile& profile : joined->policy_->profiles()) {
    FLEETCA_ASSIGN_OR_RETURN(joined->profiles_.emplace_back(), IssuingProfile::Create(profile, ca));
  }
  return joined;
}

absl::StatusOr<std::unique_ptr<IssuingPolicies>> IssuingPolicies::Create(
    const CurrentPolicy& policies, IssuingCa ca) {
  auto created = absl::WrapUnique(new IssuingPolicies(policies, std::move(ca)));
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<const IssuingPolicy> joined,
                           IssuingPolicy::Create(policies.Current(), created->ca_));
  absl::MutexLock lock(&created->mutex_);
  created->joined_ = std::move(joined);
  return created;
}

std::shared_ptr<const IssuingPolicy> IssuingPolicies::Current() {
  std::shared_ptr<const Policy> policy = policies_.Current();
  absl::MutexLock lock(&mutex_);
  if (joined_->policy() == policy || refused_ == policy) {
    return joined_;
  }
  absl::StatusOr<std::shared_ptr<const IssuingPolicy>> joined = IssuingPolicy::Create(policy, ca_);
  if (joined.ok()) {
    joined_ = *std::move(joined);
  } else {
    log::Error("The new policy does not fit the issuing certificate; the one before is used",
               {{"policy_revision", policy->revision()}, {"error", joined.status().message()}});
    refused_ = std::move(policy);
  }
  return joined_;
}

}  // namespace fleetca::service
