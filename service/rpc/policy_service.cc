#include "service/rpc/policy_service.h"

#include <algorithm>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/rpc/control_call.h"

namespace fleetca::service {
namespace {

constexpr size_t kSha256Size = 32;
constexpr size_t kMaxChanges = 1000;
// An error travels in HTTP/2 headers, several times over, of which clients take 8 KiB. The file has
// the rest, and whoever checks it sees all of it.
constexpr size_t kMaxMistakes = 1500;

// The same error with as many whole lines as fit.
absl::Status Shortened(const absl::Status& status) {
  const absl::string_view message = status.message();
  const std::optional<Reason> reason = GetReason(status);
  if (message.size() <= kMaxMistakes || !reason.has_value()) {
    return status;
  }
  const size_t end = message.rfind('\n', kMaxMistakes);
  const absl::string_view shown =
      message.substr(0, end == absl::string_view::npos ? kMaxMistakes : end);
  const auto left_out = std::count(message.begin() + shown.size() + 1, message.end(), '\n') + 1;
  return MakeError(
      status.code(), *reason, GetField(status),
      absl::StrCat(shown, "\nand ", left_out, " more lines; see fleetca policy check"));
}

}  // namespace

grpc::ServerUnaryReactor* PolicyService::ApplyPolicy(grpc::CallbackServerContext* context,
                                                     const grpc::ByteBuffer* request,
                                                     grpc::ByteBuffer* response) {
  return StartControlCall<v1::ApplyPolicyRequest, v1::ApplyPolicyResponse>(
      pool_, caller_reader_, context, request, response,
      [this](const CertificateCaller& caller, const v1::ApplyPolicyRequest& message,
             v1::ApplyPolicyResponse* answer) { return Handle(caller, message, answer); });
}

absl::Status PolicyService::Handle(const CertificateCaller& caller,
                                   const v1::ApplyPolicyRequest& request,
                                   v1::ApplyPolicyResponse* response) const {
  if (!request.file_sha256().empty() && request.file_sha256().size() != kSha256Size) {
    return InvalidArgument(Reason::kConfigInvalid, "file_sha256",
                           "file_sha256 is not 32 octets; leave it out to apply whatever the "
                           "server's file says");
  }
  log::Info("A caller has the policy applied", {{"caller", caller.spiffe_id}});
  const absl::StatusOr<PolicyChange> change = apply_(request.file_sha256());
  if (!change.ok()) {
    return Shortened(change.status());
  }
  response->set_policy_revision(change->revision);
  response->set_former_policy_revision(change->former_revision);
  response->set_change_count(change->lines.size());
  const size_t shown = std::min(change->lines.size(), kMaxChanges);
  response->mutable_changes()->Assign(change->lines.begin(), change->lines.begin() + shown);
  response->set_file(file_);
  return absl::OkStatus();
}

}  // namespace fleetca::service
