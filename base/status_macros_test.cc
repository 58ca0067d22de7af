#include "base/status_macros.h"

#include <gtest/gtest.h>

#include <memory>

#include "base/errors.h"

namespace fleetca {
namespace {

absl::Status FailFor(bool fail) {
  return fail ? InvalidArgument(Reason::kSanInvalid, "san", "bad") : absl::OkStatus();
}

absl::StatusOr<std::unique_ptr<int>> MakeFor(bool fail) {
  if (fail) {
    return InvalidArgument(Reason::kSanInvalid, "san", "bad");
  }
  return std::make_unique<int>(7);
}

absl::Status ReturnIfError(bool fail, int& calls) {
  FLEETCA_RETURN_IF_ERROR((++calls, FailFor(fail)));
  return Internal(Reason::kInternal, "went on");
}

absl::StatusOr<int> AssignOrReturn(bool fail, int& calls) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<int> first, (++calls, MakeFor(false)));
  std::unique_ptr<int> second;
  FLEETCA_ASSIGN_OR_RETURN(second, (++calls, MakeFor(fail)));
  return *first + *second;
}

TEST(ReturnIfErrorTest, ReturnsTheErrorWithItsPayloads) {
  int calls = 0;
  const absl::Status status = ReturnIfError(true, calls);
  EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(status), Reason::kSanInvalid);
  EXPECT_EQ(GetField(status), "san");
  EXPECT_EQ(calls, 1);
}

TEST(ReturnIfErrorTest, GoesOnWhenOk) {
  int calls = 0;
  EXPECT_EQ(ReturnIfError(false, calls).message(), "went on");
  EXPECT_EQ(calls, 1);
}

TEST(AssignOrReturnTest, DeclaresAndAssignsMoveOnlyValues) {
  int calls = 0;
  const absl::StatusOr<int> sum = AssignOrReturn(false, calls);
  ASSERT_TRUE(sum.ok()) << sum.status();
  EXPECT_EQ(*sum, 14);
  EXPECT_EQ(calls, 2);
}

TEST(AssignOrReturnTest, ReturnsTheErrorWithItsPayloads) {
  int calls = 0;
  const absl::StatusOr<int> sum = AssignOrReturn(true, calls);
  EXPECT_EQ(sum.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(sum.status()), Reason::kSanInvalid);
  EXPECT_EQ(calls, 2);
}

}  // namespace
}  // namespace fleetca
