// The policy joined to the issuing CA: what a batch of requests is decided and built by.
#ifndef FLEETCA_SERVICE_ISSUANCE_ISSUING_POLICY_H_
#define FLEETCA_SERVICE_ISSUANCE_ISSUING_POLICY_H_

#include <memory>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "service/issuance/issuing_profile.h"
#include "service/policy/current_policy.h"
#include "service/policy/policy.h"

namespace fleetca::service {

// Immutable, thread-safe. Keeps the policy for as long as decisions alias it.
class IssuingPolicy {
 public:
  // The errors of IssuingProfile::Create, naming the profile.
  static absl::StatusOr<std::shared_ptr<const IssuingPolicy>> Create(
      std::shared_ptr<const Policy> policy, const IssuingCa& ca);

  const std::shared_ptr<const Policy>& policy() const { return policy_; }
  // That of a profile of this policy, as a Decision names it.
  const IssuingProfile& Find(const PolicyProfile& profile) const {
    return profiles_[&profile - policy_->profiles().data()];
  }

 private:
  explicit IssuingPolicy(std::shared_ptr<const Policy> policy) : policy_(std::move(policy)) {}

  const std::shared_ptr<const Policy> policy_;
  std::vector<IssuingProfile> profiles_;  // in the order of the policy's
};

// The policy in force, joined once for each time that it changes. Thread-safe; the holder outlives
// it.
class IssuingPolicies {
 public:
  // The errors of IssuingPolicy::Create for the policy in force now.
  static absl::StatusOr<std::unique_ptr<IssuingPolicies>> Create(const CurrentPolicy& policies,
                                                                 IssuingCa ca);

  // Take it once for a batch. A policy that cannot be joined, which whoever loads one finds out
  // with IssuingPolicy::Create before it is in force, is passed over and logged.
  std::shared_ptr<const IssuingPolicy> Current() ABSL_LOCKS_EXCLUDED(mutex_);

  const IssuingCa& ca() const { return ca_; }

 private:
  IssuingPolicies(const CurrentPolicy& policies, IssuingCa ca)
      : policies_(policies), ca_(std::move(ca)) {}

  const CurrentPolicy& policies_;
  const IssuingCa ca_;
  absl::Mutex mutex_;
  std::shared_ptr<const IssuingPolicy> joined_ ABSL_GUARDED_BY(mutex_);
  // The last one that could not be, so that it is logged once.
  std::shared_ptr<const Policy> refused_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_ISSUANCE_ISSUING_POLICY_H_
