// What store.h promises of the uses of one-use JWTs, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "base/errors.h"
#include "store/memory/memory_store.h"
#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

class StoreJwtsContractTest : public StoreContractTest {
 protected:
  void Use(uint64_t number) {
    const absl::Status status = WriteStored(
        *store_, {.certificates = {TestRecord(number)}, .jwt_uses = {TestJwtUse(number)}});
    ASSERT_TRUE(status.ok()) << status;
  }

  void ExpectUsed(uint64_t number) {
    const absl::StatusOr<JwtUse> use = store_->GetJwtUse(TestJwtUse(number).id_hash);
    ASSERT_TRUE(use.ok()) << number << ": " << use.status();
    EXPECT_EQ(*use, TestJwtUse(number));
  }

  void ExpectUnused(uint64_t number) {
    ExpectNotFound(store_->GetJwtUse(TestJwtUse(number).id_hash).status());
  }
};

TEST_P(StoreJwtsContractTest, AUseIsThereWithItsCertificate) {
  ExpectUnused(1);
  Use(1);
  ExpectUsed(1);
  EXPECT_TRUE(store_->GetBySerial(TestRecord(1).serial).ok());
  // Beside a certificate without a JWT and the use of a join token.
  const JoinToken token = TestJoinToken(1);
  ASSERT_TRUE(store_->Write({.new_tokens = {token}}).ok());
  ASSERT_TRUE(WriteStored(*store_, {.certificates = TestRecords(2, 4),
                                    .token_uses = {{token.hash, TestRecord(3).serial}},
                                    .jwt_uses = {TestJwtUse(2), TestJwtUse(5)}})
                  .ok());
  ExpectUsed(2);
  ExpectUnused(3);
  ExpectUnused(4);
  ExpectUsed(5);
  EXPECT_EQ(store_->GetJoinToken(token.hash).value().uses, 1u);
}

TEST_P(StoreJwtsContractTest, UnknownIsNotFound) {
  Use(1);
  const std::string& hash = TestJwtUse(1).id_hash;
  for (const std::string& unknown : {std::string(), hash.substr(0, 31), hash + "x", "i" + hash}) {
    ExpectNotFound(store_->GetJwtUse(unknown).status());
  }
}

TEST_P(StoreJwtsContractTest, KeepsOddTimesAndHashes) {
  std::vector<CertificateRecord> records;
  std::vector<JwtUse> uses;
  for (const absl::Time expires_at :
       {absl::FromUnixSeconds(-1), absl::UnixEpoch(), absl::FromUnixSeconds(1LL << 40)}) {
    records.push_back(TestRecord(records.size() + 1));
    JwtUse use = TestJwtUse(records.size());
    use.id_hash = std::string(32, static_cast<char>('\xfd' + uses.size()));
    use.expires_at = expires_at;
    uses.push_back(use);
  }
  ASSERT_TRUE(WriteStored(*store_, {.certificates = records, .jwt_uses = uses}).ok());
  for (const JwtUse& use : uses) {
    EXPECT_EQ(store_->GetJwtUse(use.id_hash).value(), use);
  }
}

TEST_P(StoreJwtsContractTest, AUseOutsideTheContractLeavesNothingOfTheCommit) {
  JwtUse short_hash = TestJwtUse(1);
  short_hash.id_hash.pop_back();
  for (const JwtUse& wrong : {short_hash, TestJwtUse(2)}) {  // the other is of another certificate
    ExpectInternal(
        store_->Write({.certificates = {TestRecord(1)}, .jwt_uses = {TestJwtUse(1), wrong}})
            .status());
    ExpectNotFound(store_->GetBySerial(TestRecord(1).serial).status());
    ExpectUnused(1);
  }
  ExpectInternal(store_->Write({.jwt_uses = {TestJwtUse(1)}}).status());
  ExpectUnused(1);
}

TEST_P(StoreJwtsContractTest, DropsWhatExpiredBefore) {
  constexpr uint64_t kUses = 2500;  // more than one write takes
  std::vector<JwtUse> uses;
  const absl::Time hour = absl::FromUnixSeconds(500000 * 3600LL);
  for (uint64_t number = 0; number < kUses; ++number) {
    uses.push_back(TestJwtUse(number));
    uses.back().expires_at = hour + absl::Seconds(number);
  }
  ASSERT_TRUE(WriteStored(*store_, {.certificates = TestRecords(0, kUses), .jwt_uses = uses}).ok());
  JwtUse later = TestJwtUse(kUses);
  later.expires_at = hour + absl::Hours(2);
  ASSERT_TRUE(
      WriteStored(*store_, {.certificates = {TestRecord(kUses)}, .jwt_uses = {later}}).ok());
  const auto there = [this](const JwtUse& use) { return store_->GetJwtUse(use.id_hash).ok(); };
  EXPECT_EQ(store_->DropJwtUses(hour).value(), 0u);
  // The first expired on the hour, the others within the next.
  EXPECT_EQ(store_->DropJwtUses(hour + absl::Hours(1)).value(), 1u);
  EXPECT_FALSE(there(uses[0]));
  EXPECT_TRUE(there(uses[1]));
  EXPECT_EQ(store_->DropJwtUses(hour + absl::Hours(2)).value(), kUses - 1);
  for (const JwtUse& use : uses) {
    EXPECT_FALSE(there(use));
  }
  EXPECT_TRUE(there(later));
  EXPECT_EQ(store_->DropJwtUses(hour + absl::Hours(2)).value(), 0u);
  // The certificates stay.
  EXPECT_TRUE(store_->GetBySerial(TestRecord(0).serial).ok());
  EXPECT_EQ(store_->DropJwtUses(absl::InfiniteFuture()).value(), 1u);
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreJwtsContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

TEST(MemoryStoreJwtsTest, AFaultChangesNothingUntilItEnds) {
  MemoryStore store;
  store.FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  for (const absl::Status& status :
       {store.Write({.certificates = {TestRecord(1)}, .jwt_uses = {TestJwtUse(1)}}).status(),
        store.DropJwtUses(absl::InfiniteFuture()).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(GetReason(status), Reason::kStoreUnavailable);
  }
  ExpectNotFound(store.GetJwtUse(TestJwtUse(1).id_hash).status());
}

}  // namespace
}  // namespace fleetca::store
