#include "service/rpc/access_check.h"

#include <grpc/grpc_security_constants.h>

#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/steady_time.h"
#include "service/call/method_path.h"
#include "service/call/status_to_rpc.h"
#include "service/rights/method_rights.h"

namespace fleetca::service {
namespace {

// Of a peer whose certificate is not believed, so that its calls do not count for a caller who is.
std::string WhoeverSays(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> uris =
      context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  return uris.empty() ? "Whoever has no identity"
                      : absl::StrCat("Whoever claims to be ",
                                     absl::string_view(uris.front().data(), uris.front().size()));
}

}  // namespace

absl::Status AccessCheck::Check(const CertificateCaller& caller, absl::string_view path) const {
  const Access& access = RightsOf(path).issuing;
  if (access.kind == Access::Kind::kAnyone || access.kind == Access::Kind::kAnyIdentity) {
    return absl::OkStatus();
  }
  if (access.kind == Access::Kind::kNobody ||
      (access.right == Right::kUseReflection && !reflection_)) {
    return PermissionDenied(Reason::kCallerNotAllowed,
                            "This method does not exist here or is not for this caller");
  }
  return policies_.Current()->CheckRight(caller.spiffe_id, access.right);
}

absl::Status AccessCheck::CheckClock(absl::string_view path) const {
  return RightsOf(path).whatever_the_clock ? absl::OkStatus() : clock_rule_.Now().status();
}

grpc::Status AccessCheck::Process(const InputMetadata& metadata, grpc::AuthContext* context,
                                  OutputMetadata* consumed, OutputMetadata* response) {
  const absl::string_view path = MethodPath(metadata);
  if (const absl::Status clock = CheckClock(path); !clock.ok()) {
    return ToAccessStatus(clock);
  }
  const absl::StatusOr<CertificateCaller> caller = caller_reader_.Authenticate(*context);
  const std::string who = caller.ok() ? caller->spiffe_id : WhoeverSays(*context);
  if (!callers_->Arrive(who)) {
    return ToAccessStatus(TooManyCalls(who));
  }
  if (GetReason(caller.status()) == Reason::kRevocationsUnknown &&
      RightsOf(path).whatever_the_clock) {
    return grpc::Status::OK;  // any identity may ask, and this is one
  }
  if (!caller.ok()) {
    return ToAccessStatus(caller.status());
  }
  return ToAccessStatus(Check(*caller, path));
}

absl::Status AccessCheck::TooManyCalls(absl::string_view caller) {
  uint64_t suppressed = 0;
  if (limiter_.Allow(SteadyTime(), &suppressed)) {
    log::Warning("A caller has too many calls that are open or were given up",
                 {{"caller", caller}, {"lines_suppressed", suppressed}});
  }
  return ResourceExhausted(
      Reason::kQueueFull,
      absl::StrCat(caller,
                   " has too many calls that are open or were given up; wait for "
                   "answers, and make fewer calls at once"));
}

}  // namespace fleetca::service
