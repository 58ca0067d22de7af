#include "client/authz/grpc/authz_processor.h"

#include <iterator>
#include <optional>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "client/authz/grpc/peer_certificates.h"

namespace fleetca::client {
namespace {

constexpr int kRefusalsLoggedPerSecond = 10;

// gRPC's protocol has one slot for :path, which is also what it finds the handler by. Anything else
// is refused as a method that is not listed.
absl::string_view PathOf(const grpc::AuthMetadataProcessor::InputMetadata& metadata) {
  const auto [first, last] = metadata.equal_range(":path");
  if (first == last || std::next(first) != last) {
    return "";
  }
  return absl::string_view(first->second.data(), first->second.size());
}

grpc::Status ToGrpc(const absl::Status& status) {
  // The codes are numbered alike. gRPC sends no details for a call that a processor refuses, so the
  // reason stands in the sentence, as the CA writes it too.
  std::string sentence(status.message());
  if (const std::optional<Reason> reason = GetReason(status); reason.has_value()) {
    absl::StrAppend(&sentence, " (fleetca: ", ReasonName(*reason), ")");
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::move(sentence));
}

}  // namespace

absl::StatusOr<std::shared_ptr<AuthzProcessor>> AuthzProcessor::Create(AuthzOptions options) {
  if (options.max_cached_peers == 0) {
    return InvalidArgument(Reason::kConfigInvalid, "max_cached_peers",
                           "No caller can be remembered; set max_cached_peers to 1 or more");
  }
  FLEETCA_ASSIGN_OR_RETURN(auto verifier, AuthzVerifier::Create(options.verifier));
  return std::shared_ptr<AuthzProcessor>(
      new AuthzProcessor(std::move(options), std::move(verifier)));
}

AuthzProcessor::AuthzProcessor(AuthzOptions options, std::unique_ptr<AuthzVerifier> verifier)
    : clock_(*options.verifier.clock),
      methods_(std::move(options.methods)),
      peers_(std::move(verifier), options.max_cached_peers),
      refusals_(kRefusalsLoggedPerSecond) {}

absl::StatusOr<Grants> AuthzProcessor::Caller(const grpc::ServerContextBase& context) {
  const std::shared_ptr<const grpc::AuthContext> connection = context.auth_context();
  if (connection == nullptr) {
    return Unauthenticated(Reason::kCallerUnknown,
                           "The context belongs to no call; ask within a handler");
  }
  FLEETCA_ASSIGN_OR_RETURN(const auto grants, CurrentPeer(peers_, *connection));
  return *grants;
}

absl::Status AuthzProcessor::Judge(absl::string_view path, const grpc::AuthContext& context) {
  const auto caller = CurrentPeer(peers_, context);
  if (!caller.ok()) {
    LogRefusal(path, caller.status(), nullptr);
    return caller.status();
  }
  const absl::Status answer = methods_.Check(path, **caller);
  if (!answer.ok()) {
    LogRefusal(path, answer, caller->get());
  }
  return answer;
}

void AuthzProcessor::LogRefusal(absl::string_view path, const absl::Status& why,
                                const Grants* caller) {
  uint64_t suppressed = 0;
  if (!refusals_.Allow(clock_.Now(), &suppressed)) {
    return;
  }
  if (caller == nullptr) {
    log::Warning("A call without a valid identity was refused",
                 {{"method", path}, {"why", why.message()}, {"not_logged_before", suppressed}});
    return;
  }
  log::Warning("A call was refused", {{"caller", caller->identity},
                                      {"method", path},
                                      {"needed", methods_.Needed(path)},
                                      {"roles", absl::StrJoin(caller->roles, ", ")},
                                      {"grants", GrantStateName(caller->state)},
                                      {"policy_revision", caller->policy_revision},
                                      {"not_logged_before", suppressed}});
}

grpc::Status AuthzProcessor::Process(const InputMetadata& metadata, grpc::AuthContext* context,
                                     OutputMetadata* consumed, OutputMetadata* response) {
  const absl::Status answer = Judge(PathOf(metadata), *context);
  return answer.ok() ? grpc::Status::OK : ToGrpc(answer);
}

absl::StatusOr<std::shared_ptr<AuthzProcessor>> InstallAuthz(AuthzOptions options,
                                                             grpc::ServerCredentials* credentials) {
  FLEETCA_ASSIGN_OR_RETURN(auto processor, AuthzProcessor::Create(std::move(options)));
  credentials->SetAuthMetadataProcessor(processor);
  return processor;
}

}  // namespace fleetca::client
