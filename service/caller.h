// Who asks, as the transport authenticated it, and what the configuration lets it do.
#ifndef FLEETCA_SERVICE_CALLER_H_
#define FLEETCA_SERVICE_CALLER_H_

#include <string>
#include <vector>

#include "absl/container/flat_hash_map.h"
#include "absl/container/flat_hash_set.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"

namespace fleetca::service {

// An authenticated peer: the one SPIFFE ID of the certificate it proved possession of, and when
// that certificate ends. A value; immutable once made.
struct Caller {
  std::string spiffe_id;
  absl::Time not_after = absl::InfiniteFuture();
};

// The rights of one caller. Nothing is allowed unless it is said.
struct CallerRights {
  std::string spiffe_id;
  absl::flat_hash_set<std::string> profiles;
  bool may_get_certificates = false;
  bool may_use_reflection = false;
  bool may_read_statistics = false;
};

// The table of callers. Immutable, thread-safe.
class AccessPolicy {
 public:
  // INVALID_ARGUMENT kConfigInvalid: a SPIFFE ID that is malformed or listed twice.
  static absl::StatusOr<AccessPolicy> Create(std::vector<CallerRights> callers);

  // PERMISSION_DENIED kCallerNotAllowed unless the caller may issue by `profile`. The sentence is
  // the same whether the profile exists or not.
  absl::Status CheckIssue(const Caller& caller, absl::string_view profile) const;
  absl::Status CheckGetCertificate(const Caller& caller) const;
  absl::Status CheckReflection(const Caller& caller) const;
  absl::Status CheckStatistics(const Caller& caller) const;

 private:
  AccessPolicy() = default;
  const CallerRights* Find(const Caller& caller) const;

  absl::flat_hash_map<std::string, CallerRights> callers_;
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CALLER_H_
