// What store.h promises of pruning, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "store/memory/memory_store.h"
#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;

constexpr char kIdentity[] = "spiffe://a/svc/b";

class StorePruneContractTest : public StoreContractTest {
 protected:
  void ExpectForgotten(const CertificateRecord& record) {
    ExpectNotFound(store_->GetBySerial(record.serial).status());
    ExpectNotFound(store_->GetByRequestKey(record.request_key).status());
  }
  void ExpectThere(const CertificateRecord& record) {
    EXPECT_EQ(store_->GetBySerial(record.serial).value_or(CertificateRecord()), record);
    EXPECT_EQ(store_->GetByRequestKey(record.request_key).value_or(CertificateRecord()), record);
  }

  const absl::Time hour_ = absl::FromUnixSeconds(500000 * 3600LL);
  const CertificateRecord old_ = TestRecord(1, hour_);
  const CertificateRecord within_the_hour_ = TestRecord(2, hour_ + absl::Minutes(10));
  const CertificateRecord later_ = TestRecord(3, hour_ + absl::Hours(2));
};

TEST_P(StorePruneContractTest, ForgetsWhatExpiredBefore) {
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {old_, within_the_hour_, later_}}).ok());
  ASSERT_TRUE(store_->Prune(hour_).ok());
  ExpectThere(old_);
  // By the hour, and never too early.
  ASSERT_TRUE(store_->Prune(hour_ + absl::Minutes(59)).ok());
  ExpectForgotten(old_);
  ExpectThere(within_the_hour_);
  ExpectThere(later_);
  EXPECT_THAT(SerialsByExpiry(absl::InfinitePast(), absl::InfiniteFuture()),
              ElementsAre(within_the_hour_.serial, later_.serial));
  EXPECT_THAT(SerialsByIdentity(kIdentity), ElementsAre(within_the_hour_.serial, later_.serial));
  ASSERT_TRUE(store_->Prune(hour_ + absl::Hours(1) + absl::Seconds(1)).ok());
  ExpectForgotten(within_the_hour_);
  ExpectThere(later_);
}

TEST_P(StorePruneContractTest, AnEarlierTimeBringsNothingBack) {
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {old_, later_}}).ok());
  ASSERT_TRUE(store_->Prune(hour_ + absl::Hours(1)).ok());
  ASSERT_TRUE(store_->Prune(absl::InfinitePast()).ok());
  ExpectForgotten(old_);
  ExpectThere(later_);
}

TEST_P(StorePruneContractTest, AForgottenRequestKeyIsFree) {
  Append(old_);
  ASSERT_TRUE(store_->Prune(hour_ + absl::Hours(1)).ok());
  CertificateRecord again = later_;
  again.request_key = old_.request_key;
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {again}}).ok());
  EXPECT_EQ(store_->GetByRequestKey(old_.request_key).value(), again);
  // And is not forgotten with the old one.
  ASSERT_TRUE(store_->Prune(hour_ + absl::Hours(1)).ok());
  ExpectThere(again);
}

TEST_P(StorePruneContractTest, TokensAndJwtsStay) {
  const JoinToken token = TestJoinToken(1, 2);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  JwtUse jwt = TestJwtUse(1);
  jwt.serial = old_.serial;
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {old_},
                                    .token_uses = {{token.hash, old_.serial}},
                                    .jwt_uses = {jwt}})
                  .ok());
  ASSERT_TRUE(store_->Prune(absl::InfiniteFuture()).ok());
  ExpectForgotten(old_);
  EXPECT_EQ(store_->GetJoinToken(token.hash).value().uses, 1u);
  EXPECT_TRUE(store_->GetJwtUse(jwt.id_hash).ok());
}

TEST_P(StorePruneContractTest, WhatIsIssuedAfterTheTimeWasSetBackIsShown) {
  // The clock was ahead, and pruned everything.
  ASSERT_TRUE(store_->Prune(hour_ + absl::Hours(24 * 365)).ok());
  ASSERT_TRUE(store_->ResetLatestTime(hour_).ok());
  Append(later_);
  ExpectThere(later_);
  EXPECT_THAT(SerialsByIdentity(kIdentity), ElementsAre(later_.serial));
  EXPECT_THAT(SerialsByExpiry(absl::InfinitePast(), absl::InfiniteFuture()),
              ElementsAre(later_.serial));
}

INSTANTIATE_TEST_SUITE_P(Stores, StorePruneContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

}  // namespace
}  // namespace fleetca::store
