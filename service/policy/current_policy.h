// The policy in force, which a reload replaces while others decide by it.
#ifndef FLEETCA_SERVICE_POLICY_CURRENT_POLICY_H_
#define FLEETCA_SERVICE_POLICY_CURRENT_POLICY_H_

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/policy/policy.h"

namespace fleetca::service {

// One policy put in the place of another.
struct PolicyChange {
  int64_t former_revision = 0;
  int64_t revision = 0;
  // What changed (policy_diff.h), a line each.
  std::vector<std::string> lines;
};

// Thread-safe.
class CurrentPolicy {
 public:
  // Makes a policy of a file's text: ParsePolicy of service/config/policy_config.h, or more. The
  // core reads none.
  using Loader = std::function<absl::StatusOr<std::unique_ptr<const Policy>>(absl::string_view)>;

  CurrentPolicy(std::unique_ptr<const Policy> policy, Loader loader);
  CurrentPolicy(const CurrentPolicy&) = delete;
  CurrentPolicy& operator=(const CurrentPolicy&) = delete;

  // The policy in force. Take it once for a batch and keep it as long as its decisions.
  std::shared_ptr<const Policy> Current() const ABSL_LOCKS_EXCLUDED(mutex_);

  // Puts the policy of the text in force, for those who ask Current() from then on, and returns
  // what changed. On any error the old one stays in force: the loader's, or INVALID_ARGUMENT
  // kConfigInvalid for another trust domain, or for a policy that differs and whose revision is not
  // above the one in force. Logs the outcome and the changes. `file` is where the text is from;
  // messages of this function begin with it.
  absl::StatusOr<PolicyChange> Reload(absl::string_view file, absl::string_view text)
      ABSL_LOCKS_EXCLUDED(reload_mutex_, mutex_);

  // Puts the same policy in force with `own` as the names in the certificate of the CA's server.
  // The policy in force stays, and its error is returned, when the policy gives one of them to
  // another, or when `judge` refuses what would come in force.
  absl::Status Reserve(ReservedNames own, absl::FunctionRef<absl::Status(const Policy&)> judge)
      ABSL_LOCKS_EXCLUDED(reload_mutex_, mutex_);

 private:
  absl::StatusOr<PolicyChange> Replace(absl::string_view file, absl::string_view text)
      ABSL_EXCLUSIVE_LOCKS_REQUIRED(reload_mutex_);
  void PutInForce(std::shared_ptr<const Policy> policy) ABSL_LOCKS_EXCLUDED(mutex_);

  const Loader loader_;
  absl::Mutex reload_mutex_;  // one reload at a time
  // Held for the copy of a pointer. std::atomic<std::shared_ptr> would be this with a lock of its
  // own making, which libstdc++ 12 releases without ordering on load: ThreadSanitizer finds the
  // race.
  mutable absl::Mutex mutex_ ABSL_ACQUIRED_AFTER(reload_mutex_);
  std::shared_ptr<const Policy> policy_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_POLICY_CURRENT_POLICY_H_
