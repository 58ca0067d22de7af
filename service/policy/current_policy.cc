#include "service/policy/current_policy.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/policy/policy_diff.h"

namespace fleetca::service {
namespace {

// Of one reload, so that a policy made anew does not fill the log.
constexpr size_t kMaxLoggedChanges = 200;

// As the mistakes of a file are written: "policy.textproto:6: ".
std::string Place(absl::string_view file, int line) {
  return file.empty() ? "" : absl::StrCat(file, line == 0 ? "" : absl::StrCat(":", line), ": ");
}

absl::Status CheckSuccessor(const Policy& old_policy, const Policy& new_policy, bool differs,
                            absl::string_view file) {
  if (old_policy.trust_domain() != new_policy.trust_domain()) {
    return InvalidArgument(
        Reason::kConfigInvalid, "trust_domain",
        absl::StrCat(Place(file, 0), "trust_domain is \"", new_policy.trust_domain(), "\", and \"",
                     old_policy.trust_domain(),
                     "\" is in force; a server has one, so start another for it"));
  }
  const int64_t revision = new_policy.revision();
  if (revision < old_policy.revision() || (differs && revision == old_policy.revision())) {
    return InvalidArgument(
        Reason::kConfigInvalid, "policy_revision",
        absl::StrCat(Place(file, new_policy.options().revision_line), "policy_revision is ",
                     revision, ", and ", old_policy.revision(),
                     " is in force; raise it with every change, also with one that goes back"));
  }
  return absl::OkStatus();
}

void LogChanges(const std::vector<std::string>& changes) {
  for (size_t i = 0; i < std::min(changes.size(), kMaxLoggedChanges); ++i) {
    log::Info("The policy changed", {{"change", changes[i]}});
  }
  if (changes.size() > kMaxLoggedChanges) {
    log::Info("The policy changed further",
              {{"changes_not_shown", changes.size() - kMaxLoggedChanges}});
  }
}

}  // namespace

CurrentPolicy::CurrentPolicy(std::unique_ptr<const Policy> policy, Loader loader)
    : loader_(std::move(loader)), policy_(std::move(policy)) {}

std::shared_ptr<const Policy> CurrentPolicy::Current() const {
  absl::MutexLock lock(&mutex_);
  return policy_;
}

absl::StatusOr<PolicyChange> CurrentPolicy::Reload(absl::string_view file, absl::string_view text) {
  absl::MutexLock lock(&reload_mutex_);
  absl::StatusOr<PolicyChange> change = Replace(file, text);
  if (!change.ok()) {
    log::Error("The policy was not replaced; the old one stays in force",
               {{"file", file},
                {"revision", Current()->revision()},
                {"error", change.status().message()}});
    return change;
  }
  log::Info("The policy was replaced", {{"file", file},
                                        {"old_revision", change->former_revision},
                                        {"revision", change->revision},
                                        {"changes", change->lines.size()}});
  LogChanges(change->lines);
  return change;
}

absl::StatusOr<PolicyChange> CurrentPolicy::Replace(absl::string_view file,
                                                    absl::string_view text) {
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<const Policy> policy, loader_(text));
  const std::shared_ptr<const Policy> old_policy = Current();
  PolicyChange change{.former_revision = old_policy->revision(),
                      .revision = policy->revision(),
                      .lines = DiffPolicies(old_policy->options(), policy->options())};
  FLEETCA_RETURN_IF_ERROR(CheckSuccessor(*old_policy, *policy, !change.lines.empty(), file));
  PutInForce(std::move(policy));
  return change;
}

void CurrentPolicy::PutInForce(std::shared_ptr<const Policy> policy) {
  {
    absl::MutexLock lock(&mutex_);
    policy_.swap(policy);
  }
  // The old policy ends outside of the lock, here or with its last decision.
}

absl::Status CurrentPolicy::Reserve(ReservedNames own,
                                    absl::FunctionRef<absl::Status(const Policy&)> judge) {
  absl::MutexLock lock(&reload_mutex_);
  PolicyOptions options = Current()->options();
  // What the policy added to them, it adds again.
  options.reserved = std::move(own);
  absl::StatusOr<std::unique_ptr<const Policy>> policy = Policy::Create(std::move(options));
  if (!policy.ok()) {
    return Annotate(policy.status(), GetField(policy.status()));
  }
  FLEETCA_RETURN_IF_ERROR(judge(**policy));
  PutInForce(*std::move(policy));
  return absl::OkStatus();
}

}  // namespace fleetca::service
