#include "client/status_from_grpc.h"

#include <algorithm>
#include <optional>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "google/protobuf/duration.pb.h"
#include "google/rpc/error_details.pb.h"
#include "google/rpc/status.pb.h"
#include "grpcpp/support/status.h"

namespace fleetca::client {
namespace {

constexpr absl::string_view kErrorDomain = "fleetca";

// What a server may ask us to wait at most; more is taken for a fault.
constexpr absl::Duration kMaxRetryDelay = absl::Hours(1);

absl::StatusCode CodeFromInt(int code) {
  const bool known = code > static_cast<int>(absl::StatusCode::kOk) &&
                     code <= static_cast<int>(absl::StatusCode::kUnauthenticated);
  return known ? static_cast<absl::StatusCode>(code) : absl::StatusCode::kUnknown;
}

struct Details {
  std::string reason;
  std::string field;
  std::optional<absl::Duration> retry_delay;
};

absl::Duration FromProto(const google::protobuf::Duration& duration) {
  const absl::Duration delay =
      absl::Seconds(duration.seconds()) + absl::Nanoseconds(duration.nanos());
  return std::clamp(delay, absl::ZeroDuration(), kMaxRetryDelay);
}

Details ReadDetails(const google::rpc::Status& status) {
  Details details;
  for (const google::protobuf::Any& any : status.details()) {
    google::rpc::ErrorInfo error_info;
    google::rpc::BadRequest bad_request;
    google::rpc::RetryInfo retry_info;
    if (any.UnpackTo(&error_info) && error_info.domain() == kErrorDomain) {
      details.reason = error_info.reason();
    } else if (any.UnpackTo(&bad_request) && bad_request.field_violations_size() > 0) {
      details.field = bad_request.field_violations(0).field();
    } else if (any.UnpackTo(&retry_info) && retry_info.has_retry_delay()) {
      details.retry_delay = FromProto(retry_info.retry_delay());
    }
  }
  return details;
}

// Takes the reason that a server's access check wrote after its sentence off it; "" where there is
// none.
std::string TakeReason(absl::string_view* sentence) {
  const std::string before = absl::StrCat(" (", kErrorDomain, ": ");
  const size_t at = sentence->rfind(before);
  if (at == absl::string_view::npos || !absl::EndsWith(*sentence, ")")) {
    return "";
  }
  absl::string_view reason = sentence->substr(at + before.size());
  reason.remove_suffix(1);
  *sentence = sentence->substr(0, at);
  return std::string(reason);
}

absl::Status MakeStatus(absl::StatusCode code, absl::string_view message, const Details& details) {
  const std::optional<Reason> reason = ParseReason(details.reason);
  absl::Status status;
  if (reason.has_value()) {
    status = MakeError(code, *reason, details.field, message);
  } else if (details.reason.empty()) {
    status = absl::Status(code, message);
  } else {
    status = absl::Status(code, absl::StrCat(message, " (", details.reason, ")"));
  }
  return details.retry_delay.has_value() ? WithRetryDelay(std::move(status), *details.retry_delay)
                                         : status;
}

}  // namespace

absl::Status StatusFromGrpc(const grpc::Status& status) {
  if (status.ok()) {
    return absl::OkStatus();
  }
  google::rpc::Status rpc_status;
  if (!rpc_status.ParseFromString(status.error_details())) {
    rpc_status.clear_details();
  }
  Details details = ReadDetails(rpc_status);
  const std::string message = status.error_message();
  absl::string_view sentence = message;
  if (status.error_details().empty()) {
    details.reason = TakeReason(&sentence);
  }
  return MakeStatus(CodeFromInt(status.error_code()), sentence, details);
}

absl::Status StatusFromRpc(const google::rpc::Status& status) {
  if (status.code() == 0) {
    return absl::OkStatus();
  }
  return MakeStatus(CodeFromInt(status.code()), status.message(), ReadDetails(status));
}

}  // namespace fleetca::client
