// What store.h promises of early renewals, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/testing/store_contract.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class StoreEarlyRenewalsContractTest : public StoreContractTest {
 protected:
  std::vector<EarlyRenewal> All() {
    std::vector<EarlyRenewal> all;
    const absl::Status status = store_->ForEachEarlyRenewal([&all](const EarlyRenewal& renewal) {
      all.push_back(renewal);
      return true;
    });
    EXPECT_TRUE(status.ok()) << status;
    return all;
  }
};

TEST_P(StoreEarlyRenewalsContractTest, OneIsKeptAsItIs) {
  EXPECT_THAT(All(), IsEmpty());
  EarlyRenewal full = TestEarlyRenewal(300);
  full.identity = "spiffe://a/svc/b";
  full.issuer = TestIssuer();
  full.issued_from = absl::FromUnixSeconds(1700000000) + absl::Nanoseconds(1);
  const CommitOutcomes outcomes =
      MustWrite({.early_renewals = {full, TestEarlyRenewal(1), TestEarlyRenewal(255)}});
  EXPECT_THAT(outcomes.early_renewals,
              ElementsAre(EarlyRenewalOutcome::kStored, EarlyRenewalOutcome::kStored,
                          EarlyRenewalOutcome::kStored));
  EXPECT_THAT(All(), ElementsAre(TestEarlyRenewal(1), TestEarlyRenewal(255), full));
  EXPECT_EQ(store_->latest_time(), full.ordered_at);
  // The feed is of other things.
  EXPECT_EQ(store_->last_sequence(), 0u);
}

TEST_P(StoreEarlyRenewalsContractTest, AnIdIsGivenOnceUntilItIsEnded) {
  MustWrite({.early_renewals = {TestEarlyRenewal(1)}});
  EarlyRenewal other = TestEarlyRenewal(1);
  other.profile = "host";
  EXPECT_THAT(MustWrite({.early_renewals = {other}}).early_renewals,
              ElementsAre(EarlyRenewalOutcome::kExists));
  EXPECT_THAT(All(), ElementsAre(TestEarlyRenewal(1)));
  EXPECT_THAT(MustWrite({.ended_early_renewals = {1, 2}}).ended_early_renewals,
              ElementsAre(EndedEarlyRenewalOutcome::kEnded, EndedEarlyRenewalOutcome::kNotFound));
  EXPECT_THAT(All(), IsEmpty());
  MustWrite({.early_renewals = {other}});
  EXPECT_THAT(All(), ElementsAre(other));
}

TEST_P(StoreEarlyRenewalsContractTest, OneCommitBeginsAndEnds) {
  MustWrite({.early_renewals = {TestEarlyRenewal(1)}});
  MustWrite({.early_renewals = {TestEarlyRenewal(2)}, .ended_early_renewals = {1}});
  EXPECT_THAT(All(), ElementsAre(TestEarlyRenewal(2)));
}

TEST_P(StoreEarlyRenewalsContractTest, WhatBreaksTheContractIsRefused) {
  const EarlyRenewal one = TestEarlyRenewal(1);
  ExpectInternal(store_->Write({.early_renewals = {one, one}}).status());
  ExpectInternal(store_->Write({.early_renewals = {one}, .ended_early_renewals = {1}}).status());
  ExpectInternal(store_->Write({.early_renewals = {TestEarlyRenewal(0)}}).status());
  EarlyRenewal bad = one;
  bad.last_turn = bad.first_turn - absl::Seconds(1);
  ExpectInternal(store_->Write({.early_renewals = {bad}}).status());
  bad = one;
  bad.issuer = std::string(33, 'k');
  ExpectInternal(store_->Write({.early_renewals = {bad}}).status());
  EXPECT_THAT(All(), IsEmpty());
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreEarlyRenewalsContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
