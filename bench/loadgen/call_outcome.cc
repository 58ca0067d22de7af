#include "bench/loadgen/call_outcome.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca::loadgen {

std::string ErrorKey(const absl::Status& status) {
  const std::string code = absl::StatusCodeToString(status.code());
  const std::optional<Reason> reason = GetReason(status);
  return reason.has_value() ? absl::StrCat(code, " ", ReasonName(*reason)) : code;
}

}  // namespace fleetca::loadgen
