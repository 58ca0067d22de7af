#include "service/call/status_to_rpc.h"

#include <optional>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/proto/proto_duration.h"
#include "google/rpc/error_details.pb.h"

namespace fleetca::service {
namespace {

constexpr char kErrorDomain[] = "fleetca";
// Long enough for a full queue to empty, short enough for a person not to notice.
constexpr absl::Duration kRetryDelay = absl::Seconds(1);

bool MayRetry(absl::StatusCode code) {
  return code == absl::StatusCode::kResourceExhausted || code == absl::StatusCode::kUnavailable;
}

}  // namespace

google::rpc::Status ToRpcStatus(const absl::Status& status) {
  google::rpc::Status rpc;
  rpc.set_code(static_cast<int>(status.code()));
  rpc.set_message(std::string(status.message()));
  if (const std::optional<Reason> reason = GetReason(status); reason.has_value()) {
    google::rpc::ErrorInfo info;
    info.set_reason(std::string(ReasonName(*reason)));
    info.set_domain(kErrorDomain);
    rpc.add_details()->PackFrom(info);
  }
  if (const std::string field = GetField(status); !field.empty()) {
    google::rpc::BadRequest bad_request;
    google::rpc::BadRequest::FieldViolation* violation = bad_request.add_field_violations();
    violation->set_field(field);
    violation->set_description(std::string(status.message()));
    rpc.add_details()->PackFrom(bad_request);
  }
  if (MayRetry(status.code())) {
    google::rpc::RetryInfo retry;
    // Rounded up, so that who waits as told does not come too early.
    *retry.mutable_retry_delay() = ToProtoDuration(
        absl::Ceil(GetRetryDelay(status).value_or(kRetryDelay), absl::Milliseconds(1)));
    rpc.add_details()->PackFrom(retry);
  }
  return rpc;
}

absl::Status FromRpcStatus(const google::rpc::Status& status) {
  if (status.code() == 0) {
    return absl::OkStatus();
  }
  Reason reason = Reason::kInternal;
  std::string field;
  for (const auto& detail : status.details()) {
    google::rpc::ErrorInfo info;
    google::rpc::BadRequest bad_request;
    if (detail.UnpackTo(&info)) {
      reason = ParseReason(info.reason()).value_or(reason);
    } else if (detail.UnpackTo(&bad_request) && bad_request.field_violations_size() > 0) {
      field = bad_request.field_violations(0).field();
    }
  }
  return MakeError(static_cast<absl::StatusCode>(status.code()), reason, field, status.message());
}

grpc::Status ToGrpcStatus(const absl::Status& status) {
  if (status.ok()) {
    return grpc::Status::OK;
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), std::string(status.message()),
                      ToRpcStatus(status).SerializeAsString());
}

grpc::Status ToAccessStatus(const absl::Status& status) {
  if (status.ok()) {
    return grpc::Status::OK;
  }
  std::string sentence(status.message());
  if (const std::optional<Reason> reason = GetReason(status); reason.has_value()) {
    absl::StrAppend(&sentence, " (", kErrorDomain, ": ", ReasonName(*reason), ")");
  }
  return grpc::Status(static_cast<grpc::StatusCode>(status.code()), sentence);
}

}  // namespace fleetca::service
