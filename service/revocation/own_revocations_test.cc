#include "service/revocation/own_revocations.h"

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

const absl::Time kNow = absl::FromUnixSeconds(1000);
const auto kIsTooMany = IsError(absl::StatusCode::kResourceExhausted, Reason::kBudgetExhausted);

TEST(OwnRevocationsTest, AnIdentityHasManyAtOnceAndThenOneNowAndThen) {
  OwnRevocations own;
  for (int i = 0; i < OwnRevocations::kAtOnce; ++i) {
    FLEETCA_ASSERT_OK(own.Take("a", kNow));
  }
  const absl::Status refused = own.Take("a", kNow + absl::Seconds(2));
  EXPECT_THAT(refused, kIsTooMany);
  EXPECT_EQ(GetRetryDelay(refused), absl::Seconds(3));
  FLEETCA_EXPECT_OK(own.Take("b", kNow));
  FLEETCA_EXPECT_OK(own.Take("a", kNow + OwnRevocations::kEvery));
  EXPECT_THAT(own.Take("a", kNow + OwnRevocations::kEvery), kIsTooMany);
}

TEST(OwnRevocationsTest, WhatWasTakenComesBackAndNotMore) {
  OwnRevocations own;
  absl::Time now = kNow;
  for (int round = 0; round < 2; ++round) {
    for (int i = 0; i < OwnRevocations::kAtOnce; ++i) {
      FLEETCA_ASSERT_OK(own.Take("a", now));
    }
    EXPECT_THAT(own.Take("a", now), kIsTooMany);
    now += absl::Hours(24);
  }
}

}  // namespace
}  // namespace fleetca::service
