#include "client/answer_lost.h"

#include <optional>

#include "base/errors.h"
#include "client/connection_error.h"

namespace fleetca::client {
namespace {

// Whether the reason proves that the CA issued nothing, where the status code does not.
bool SaysNothingWasIssued(Reason reason) {
  switch (reason) {
    case Reason::kStoreUnavailable:
    case Reason::kClockRefused:
    case Reason::kLintFailed:
    case Reason::kSigningFailed:
      return true;
    default:
      return false;
  }
}

}  // namespace

bool MayHaveIssued(const absl::Status& status) {
  const std::optional<Reason> reason = GetReason(status);
  if (status.ok() || !reason.has_value() || *reason == Reason::kServerUnreachable) {
    return !NothingWasSent(status);
  }
  switch (status.code()) {
    case absl::StatusCode::kInvalidArgument:
    case absl::StatusCode::kUnauthenticated:
    case absl::StatusCode::kPermissionDenied:
    case absl::StatusCode::kNotFound:
    case absl::StatusCode::kAlreadyExists:
    case absl::StatusCode::kFailedPrecondition:
    case absl::StatusCode::kResourceExhausted:
    case absl::StatusCode::kUnimplemented:
      return false;
    default:
      return !SaysNothingWasIssued(*reason);
  }
}

}  // namespace fleetca::client
