#include "service/caller.h"

#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "x509/san.h"

namespace fleetca::service {
namespace {

absl::Status Denied(const Caller& caller, absl::string_view what, absl::string_view remedy) {
  return PermissionDenied(Reason::kCallerNotAllowed,
                          absl::StrCat(caller.spiffe_id, " may not ", what, "; ", remedy));
}

}  // namespace

absl::StatusOr<AccessPolicy> AccessPolicy::Create(std::vector<CallerRights> callers) {
  AccessPolicy policy;
  for (CallerRights& rights : callers) {
    FLEETCA_RETURN_IF_ERROR(x509::CheckSpiffeId(rights.spiffe_id, "callers.spiffe_id"));
    std::string id = rights.spiffe_id;
    if (!policy.callers_.try_emplace(std::move(id), std::move(rights)).second) {
      return InvalidArgument(Reason::kConfigInvalid, "callers.spiffe_id",
                             "The same caller is listed twice; merge the two entries");
    }
  }
  return policy;
}

const CallerRights* AccessPolicy::Find(const Caller& caller) const {
  const auto found = callers_.find(caller.spiffe_id);
  return found == callers_.end() ? nullptr : &found->second;
}

absl::Status AccessPolicy::CheckIssue(const Caller& caller, absl::string_view profile) const {
  const CallerRights* rights = Find(caller);
  if (rights == nullptr || !rights->profiles.contains(profile)) {
    const std::string what =
        absl::StrCat("issue by the profile \"", absl::CHexEscape(profile), "\"");
    return Denied(caller, what,
                  rights == nullptr || rights->profiles.empty()
                      ? "ask the CA's operator to list the profile for this caller"
                      : absl::StrCat("it may issue by: ", absl::StrJoin(rights->profiles, ", ")));
  }
  return absl::OkStatus();
}

absl::Status AccessPolicy::CheckGetCertificate(const Caller& caller) const {
  const CallerRights* rights = Find(caller);
  if (rights == nullptr || !rights->may_get_certificates) {
    return Denied(caller, "fetch certificates",
                  "ask the CA's operator to set may_get_certificates for this caller");
  }
  return absl::OkStatus();
}

absl::Status AccessPolicy::CheckReflection(const Caller& caller) const {
  const CallerRights* rights = Find(caller);
  if (rights == nullptr || !rights->may_use_reflection) {
    return Denied(caller, "call this method",
                  "ask the CA's operator to set may_use_reflection for this caller");
  }
  return absl::OkStatus();
}

absl::Status AccessPolicy::CheckStatistics(const Caller& caller) const {
  const CallerRights* rights = Find(caller);
  if (rights == nullptr || !rights->may_read_statistics) {
    return Denied(caller, "read statistics",
                  "ask the CA's operator to set may_read_statistics for this caller");
  }
  return absl::OkStatus();
}

}  // namespace fleetca::service
