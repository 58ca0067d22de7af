// Matchers for errors: a test says the code, the reason and the field, never just "not OK".
#ifndef FLEETCA_X509_STATUS_MATCHERS_H_
#define FLEETCA_X509_STATUS_MATCHERS_H_

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "base/errors.h"

namespace fleetca::x509 {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status_or) {
  return status_or.status();
}

MATCHER(IsOk, "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// INVALID_ARGUMENT with this reason and this field.
MATCHER_P2(IsRefused, reason, field, "") {
  const absl::Status& status = StatusOf(arg);
  *result_listener << status.ToString() << ", field \"" << GetField(status) << "\"";
  return status.code() == absl::StatusCode::kInvalidArgument && GetReason(status) == reason &&
         GetField(status) == field && !status.message().empty();
}

}  // namespace fleetca::x509

#endif  // FLEETCA_X509_STATUS_MATCHERS_H_
