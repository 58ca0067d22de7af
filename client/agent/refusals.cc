#include "client/agent/refusals.h"

#include <optional>

#include "base/errors.h"
#include "client/answer_lost.h"
#include "client/backoff.h"
#include "client/issued.h"

namespace fleetca::client {

bool IsRefusal(const absl::Status& status) {
  return IsForAnother(status) || (!MayHaveIssued(status) && !IsRetryable(status));
}

bool IsOfTheLine(const absl::Status& status) {
  const std::optional<Reason> reason = GetReason(status);
  return reason == Reason::kLineageStale || reason == Reason::kLineageBlocked ||
         reason == Reason::kCertificateRevoked || reason == Reason::kKeyBlocked;
}

bool MayBeOfItsEnd(const absl::Status& status) {
  const std::optional<Reason> reason = GetReason(status);
  return reason == Reason::kCallerCertificateExpired || reason == Reason::kCallerUnknown ||
         reason == Reason::kServerUnreachable;
}

bool MayGoOn(absl::string_view line_ended) {
  return line_ended == ReasonName(Reason::kLineageBlocked) ||
         line_ended == ReasonName(Reason::kCallerCertificateExpired);
}

}  // namespace fleetca::client
