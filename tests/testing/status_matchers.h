// GoogleMock matchers for absl::Status and absl::StatusOr.
#ifndef FLEETCA_TESTS_TESTING_STATUS_MATCHERS_H_
#define FLEETCA_TESTS_TESTING_STATUS_MATCHERS_H_

#include <gmock/gmock.h>

#include <ostream>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"

namespace fleetca {

// So that a failed expectation prints a word.
inline void PrintTo(Reason reason, std::ostream* out) { *out << ReasonName(reason); }

}  // namespace fleetca

namespace fleetca::testing {

inline const absl::Status& StatusOf(const absl::Status& status) { return status; }
template <typename T>
const absl::Status& StatusOf(const absl::StatusOr<T>& status) {
  return status.status();
}

MATCHER(IsOk, negation ? "is an error" : "is OK") {
  *result_listener << StatusOf(arg).ToString();
  return StatusOf(arg).ok();
}

// The canonical code and the reason.
MATCHER_P2(IsError, code, reason,
           absl::StrCat("is ", absl::StatusCodeToString(code), " ", ReasonName(reason))) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << "which is " << status.ToString();
  return status.code() == code && GetReason(status) == reason;
}

// INVALID_ARGUMENT with this reason, about this field, with a sentence.
MATCHER_P2(IsInvalid, reason, field,
           absl::StrCat("is INVALID_ARGUMENT ", ReasonName(reason), " about ", field)) {
  const absl::Status& status = StatusOf(arg);
  *result_listener << "which is " << status.ToString() << " about \"" << GetField(status) << "\"";
  return status.code() == absl::StatusCode::kInvalidArgument && GetReason(status) == reason &&
         GetField(status) == field && !status.message().empty();
}

}  // namespace fleetca::testing

#define FLEETCA_ASSERT_OK(expression) ASSERT_THAT((expression), ::fleetca::testing::IsOk())
#define FLEETCA_EXPECT_OK(expression) EXPECT_THAT((expression), ::fleetca::testing::IsOk())

#define FLEETCA_TEST_CONCAT_INNER_(a, b) a##b
#define FLEETCA_TEST_CONCAT_(a, b) FLEETCA_TEST_CONCAT_INNER_(a, b)
#define FLEETCA_ASSERT_OK_AND_ASSIGN(lhs, expression) \
  FLEETCA_ASSERT_OK_AND_ASSIGN_IMPL_(FLEETCA_TEST_CONCAT_(status_or_, __LINE__), lhs, expression)
#define FLEETCA_ASSERT_OK_AND_ASSIGN_IMPL_(status_or, lhs, expression) \
  auto status_or = (expression);                                       \
  ASSERT_TRUE(status_or.ok()) << status_or.status();                   \
  lhs = *std::move(status_or)

#endif  // FLEETCA_TESTS_TESTING_STATUS_MATCHERS_H_
