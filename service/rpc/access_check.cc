#include "service/rpc/access_check.h"

#include <grpc/grpc_security_constants.h>

#include <algorithm>
#include <iterator>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/steady_time.h"
#include "service/call/status_to_rpc.h"

namespace fleetca::service {
namespace {

// Methods that every authenticated caller may call; what it then gets is the handler's decision.
constexpr absl::string_view kOpenMethods[] = {
    "/fleetca.v1.CertificateAuthorityService/IssueCertificate",
    "/fleetca.v1.CertificateAuthorityService/BatchIssueCertificates",
    "/fleetca.v1.CertificateAuthorityService/StreamIssueCertificates",
    "/fleetca.v1.CertificateAuthorityService/GetCertificate",
    "/fleetca.v1.CertificateAuthorityService/GetTrustBundle",
    "/fleetca.v1.JoinTokenService/CreateJoinTokens",
    "/fleetca.v1.JoinTokenService/ListJoinTokens",
    "/fleetca.v1.JoinTokenService/RevokeJoinTokens",
    "/fleetca.v1.StatisticsService/GetStatistics",
    "/grpc.health.v1.Health/Check",
    "/grpc.health.v1.Health/Watch",
};

constexpr absl::string_view kHealth = "/grpc.health.v1.Health/";
constexpr absl::string_view kReflection = "/grpc.reflection.v1alpha.ServerReflection/";

// Of a peer whose certificate is not believed, so that its calls do not count for a caller who is.
std::string WhoeverSays(const grpc::AuthContext& context) {
  const std::vector<grpc::string_ref> uris =
      context.FindPropertyValues(GRPC_PEER_URI_PROPERTY_NAME);
  return uris.empty() ? "Whoever has no identity"
                      : absl::StrCat("Whoever claims to be ",
                                     absl::string_view(uris.front().data(), uris.front().size()));
}

}  // namespace

absl::Status AccessCheck::Check(const Caller& caller, absl::string_view path) const {
  if (std::find(std::begin(kOpenMethods), std::end(kOpenMethods), path) != std::end(kOpenMethods)) {
    return absl::OkStatus();
  }
  if (reflection_ && absl::StartsWith(path, kReflection)) {
    return policies_.Current()->CheckRight(caller.spiffe_id, Right::kUseReflection);
  }
  return PermissionDenied(Reason::kCallerNotAllowed,
                          "This method does not exist here or is not for this caller");
}

absl::Status AccessCheck::CheckClock(absl::string_view path) const {
  return absl::StartsWith(path, kHealth) ? absl::OkStatus() : clock_rule_.Now().status();
}

grpc::Status AccessCheck::Process(const InputMetadata& metadata, grpc::AuthContext* context,
                                  OutputMetadata* consumed, OutputMetadata* response) {
  const auto found = metadata.find(":path");
  const absl::string_view path =
      found == metadata.end() ? absl::string_view()
                              : absl::string_view(found->second.data(), found->second.size());
  if (const absl::Status clock = CheckClock(path); !clock.ok()) {
    return ToAccessStatus(clock);
  }
  const absl::StatusOr<Caller> caller = caller_reader_.Authenticate(*context);
  const std::string who = caller.ok() ? caller->spiffe_id : WhoeverSays(*context);
  if (!callers_->Arrive(who)) {
    return ToAccessStatus(TooManyCalls(who));
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
