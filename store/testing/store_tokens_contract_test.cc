// What store.h promises of join tokens, of every Store there is.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "base/errors.h"
#include "store/memory/memory_store.h"
#include "store/testing/store_contract.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

constexpr uint32_t kLastUse = 0xffffffff;

JoinTokenUse UseOf(const JoinToken& token, const CertificateRecord& record) {
  return {token.hash, record.serial};
}

// Tokens by ascending hash.
std::vector<JoinToken> SortedTokens(uint64_t first, size_t count) {
  std::vector<JoinToken> tokens;
  for (uint64_t number = first; number < first + count; ++number) {
    tokens.push_back(TestJoinToken(number, 2));
  }
  std::sort(tokens.begin(), tokens.end(),
            [](const JoinToken& a, const JoinToken& b) { return a.hash < b.hash; });
  return tokens;
}

class StoreTokensContractTest : public StoreContractTest {
 protected:
  void Add(const JoinToken& token) {
    const absl::Status status = store_->Write({.new_tokens = {token}}).status();
    ASSERT_TRUE(status.ok()) << status;
  }

  void Use(const JoinToken& token, const CertificateRecord& record) {
    const absl::Status status =
        WriteStored(*store_, {.certificates = {record}, .token_uses = {UseOf(token, record)}});
    ASSERT_TRUE(status.ok()) << status;
  }

  void Revoke(const JoinToken& token, const JoinTokenRevocation& revocation) {
    const absl::Status status =
        store_->Write({.revoked_tokens = {{token.hash, revocation}}}).status();
    ASSERT_TRUE(status.ok()) << status;
  }

  JoinTokenState Get(const JoinToken& token) {
    const absl::StatusOr<JoinTokenState> state = store_->GetJoinToken(token.hash);
    EXPECT_TRUE(state.ok()) << state.status();
    return state.value_or(JoinTokenState());
  }

  std::vector<JoinTokenState> All(absl::string_view from = "") {
    std::vector<JoinTokenState> states;
    const absl::Status status =
        store_->ForEachJoinToken(from, [&states](const JoinTokenState& state) {
          states.push_back(state);
          return true;
        });
    EXPECT_TRUE(status.ok()) << status;
    return states;
  }

  const JoinToken token_ = TestJoinToken(1, 5);
  const JoinToken other_ = TestJoinToken(2);
  const JoinTokenRevocation revocation_ = {absl::FromUnixSeconds(1700000500), "spiffe://a/admin"};
};

TEST_P(StoreTokensContractTest, ANewTokenIsUnused) {
  ASSERT_TRUE(store_->Write({.new_tokens = {token_, other_}}).ok());
  for (const JoinToken& token : {token_, other_}) {
    EXPECT_EQ(Get(token), (JoinTokenState{token, 0, "", std::nullopt}));
  }
}

TEST_P(StoreTokensContractTest, KeepsEmptyAndOddFields) {
  JoinToken odd = token_;
  odd.hash = std::string(32, '\xff');
  odd.profile.clear();
  odd.creator = std::string("\0\xff", 2);
  odd.created_at = absl::FromUnixSeconds(-1);
  odd.expires_at = absl::FromUnixSeconds(1LL << 40);
  odd.uses = kLastUse;
  Add(odd);
  Use(odd, TestRecord(1));
  Revoke(odd, {absl::FromUnixSeconds(-7), ""});
  EXPECT_EQ(Get(odd), (JoinTokenState{odd, 1, TestRecord(1).serial,
                                      JoinTokenRevocation{absl::FromUnixSeconds(-7), ""}}));
  EXPECT_THAT(All(), ElementsAre(Get(odd)));
}

TEST_P(StoreTokensContractTest, UnknownIsNotFound) {
  Add(token_);
  Use(token_, TestRecord(1));
  Revoke(token_, revocation_);
  const std::vector<std::string> unknown = {other_.hash, "", token_.hash.substr(0, 31),
                                            token_.hash + "r",
                                            token_.hash + std::string("u\0\0\0\x01", 5)};
  for (const std::string& hash : unknown) {
    ExpectNotFound(store_->GetJoinToken(hash).status());
  }
}

TEST_P(StoreTokensContractTest, AUseIsThereWithItsCertificate) {
  ASSERT_TRUE(store_->Write({.new_tokens = {token_, other_}}).ok());
  Use(token_, TestRecord(1));
  EXPECT_EQ(Get(token_), (JoinTokenState{token_, 1, TestRecord(1).serial, std::nullopt}));
  EXPECT_TRUE(store_->GetBySerial(TestRecord(1).serial).ok());
  // With another token's use and a certificate without a token.
  ASSERT_TRUE(WriteStored(*store_, {.certificates = TestRecords(2, 3),
                                    .token_uses = {UseOf(token_, TestRecord(3)),
                                                   UseOf(other_, TestRecord(4))}})
                  .ok());
  EXPECT_EQ(Get(token_), (JoinTokenState{token_, 2, TestRecord(3).serial, std::nullopt}));
  EXPECT_EQ(Get(other_), (JoinTokenState{other_, 1, TestRecord(4).serial, std::nullopt}));
}

TEST_P(StoreTokensContractTest, ATokenMayBeUsedTwiceInOneAppend) {
  Add(token_);
  ASSERT_TRUE(WriteStored(*store_, {.certificates = TestRecords(1, 2),
                                    .token_uses = {UseOf(token_, TestRecord(1)),
                                                   UseOf(token_, TestRecord(2))}})
                  .ok());
  EXPECT_EQ(Get(token_), (JoinTokenState{token_, 2, TestRecord(2).serial, std::nullopt}));
}

// In the order of numbers, past those whose last octet overflows.
TEST_P(StoreTokensContractTest, CountsManyUses) {
  const JoinToken token = TestJoinToken(1, 300);
  Add(token);
  Add(other_);
  for (uint32_t uses = 1; uses <= 300; ++uses) {
    Use(token, TestRecord(uses));
    ASSERT_EQ(Get(token), (JoinTokenState{token, uses, TestRecord(uses).serial, std::nullopt}));
  }
  EXPECT_EQ(Get(other_).uses, 0u);
  EXPECT_EQ(All().size(), 2u);
}

TEST_P(StoreTokensContractTest, AUseOutsideTheContractLeavesNothingOfTheAppend) {
  Add(token_);
  const CertificateRecord record = TestRecord(1);
  const JoinTokenUse right = UseOf(token_, record);
  const JoinTokenUse of_another_serial = UseOf(token_, TestRecord(2));
  JoinTokenUse short_hash = right;
  short_hash.hash.pop_back();
  for (const JoinTokenUse& wrong : {of_another_serial, right, short_hash}) {
    ExpectInternal(
        store_->Write({.certificates = {record}, .token_uses = {right, wrong}}).status());
    ExpectNotFound(store_->GetBySerial(record.serial).status());
    EXPECT_EQ(Get(token_).uses, 0u);
  }
  ExpectInternal(store_->Write({.token_uses = {right}}).status());
  CertificateRecord nameless = record;
  nameless.identity.clear();
  ExpectInternal(store_->Write({.certificates = {nameless}, .token_uses = {right}}).status());
  EXPECT_EQ(Get(token_).uses, 0u);
}

TEST_P(StoreTokensContractTest, OneTokenOutsideTheContractLeavesNothing) {
  JoinToken short_hash = other_;
  short_hash.hash.pop_back();
  JoinToken nameless = other_;
  nameless.identity.clear();
  JoinToken useless = other_;
  useless.uses = 0;
  for (const JoinToken& wrong : {short_hash, nameless, useless}) {
    ExpectInternal(store_->Write({.new_tokens = {token_, wrong}}).status());
    EXPECT_THAT(All(), IsEmpty());
  }
  Add(token_);
  ExpectInternal(
      store_
          ->Write({.revoked_tokens = {{token_.hash, revocation_}, {short_hash.hash, revocation_}}})
          .status());
  EXPECT_EQ(Get(token_).revocation, std::nullopt);
}

TEST_P(StoreTokensContractTest, TheFirstRevocationStays) {
  ASSERT_TRUE(store_->Write({.new_tokens = {token_, other_}}).ok());
  Revoke(token_, revocation_);
  EXPECT_EQ(Get(token_).revocation, revocation_);
  EXPECT_EQ(Get(other_).revocation, std::nullopt);
  const JoinTokenRevocation later = {revocation_.revoked_at + absl::Hours(1), "spiffe://a/other"};
  // Of the same token twice, and of none.
  ASSERT_TRUE(store_
                  ->Write({.revoked_tokens = {{token_.hash, later},
                                              {other_.hash, later},
                                              {other_.hash, revocation_},
                                              {TestJoinToken(9).hash, later}}})
                  .ok());
  EXPECT_EQ(Get(token_).revocation, revocation_);
  EXPECT_EQ(Get(other_).revocation, later);
  ExpectNotFound(store_->GetJoinToken(TestJoinToken(9).hash).status());
  EXPECT_EQ(All().size(), 2u);
}

TEST_P(StoreTokensContractTest, ARevocationKeepsTheUsesAndEndsThem) {
  Add(token_);
  Use(token_, TestRecord(1));
  // One that comes with a use comes after it.
  ASSERT_TRUE(WriteStored(*store_, {.certificates = {TestRecord(2)},
                                    .token_uses = {UseOf(token_, TestRecord(2))},
                                    .revoked_tokens = {{token_.hash, revocation_}}})
                  .ok());
  EXPECT_EQ(Get(token_), (JoinTokenState{token_, 2, TestRecord(2).serial, revocation_}));
  const absl::StatusOr<CommitOutcomes> outcomes = store_->Write(
      {.certificates = {TestRecord(3)}, .token_uses = {UseOf(token_, TestRecord(3))}});
  ASSERT_TRUE(outcomes.ok()) << outcomes.status();
  EXPECT_EQ(outcomes->certificates.front().kind, WriteOutcome::Kind::kSpent);
  EXPECT_EQ(Get(token_), (JoinTokenState{token_, 2, TestRecord(2).serial, revocation_}));
}

TEST_P(StoreTokensContractTest, IteratesByHashFromAnywhere) {
  const std::vector<JoinToken> tokens = SortedTokens(10, 8);
  ASSERT_TRUE(store_->Write({.new_tokens = tokens}).ok());
  for (size_t i = 0; i < tokens.size(); i += 2) {
    Use(tokens[i], TestRecord(i));
    Use(tokens[i], TestRecord(i + 100));
    Revoke(tokens[i], revocation_);
  }
  const auto hashes_from = [this](absl::string_view from) {
    std::vector<std::string> hashes;
    for (const JoinTokenState& state : All(from)) {
      EXPECT_EQ(state, Get(state.token));
      hashes.push_back(state.token.hash);
    }
    return hashes;
  };
  std::vector<std::string> expected;
  for (const JoinToken& token : tokens) {
    expected.push_back(token.hash);
  }
  EXPECT_EQ(hashes_from(""), expected);
  EXPECT_EQ(hashes_from(tokens[0].hash), expected);
  EXPECT_EQ(hashes_from(tokens[0].hash.substr(0, 5)), expected);
  expected.erase(expected.begin());
  // After the first, however it goes on.
  for (const char* rest : {"a", "r", "u", "v", "zz"}) {
    EXPECT_EQ(hashes_from(tokens[0].hash + rest), expected) << rest;
  }
  EXPECT_EQ(hashes_from(tokens[0].hash + std::string("\0", 1)), expected);
  EXPECT_THAT(hashes_from(std::string(33, '\xff')), IsEmpty());
}

TEST_P(StoreTokensContractTest, AVisitorStopsTheIterationAndMayWrite) {
  ASSERT_TRUE(store_->Write({.new_tokens = SortedTokens(10, 5)}).ok());
  uint64_t next = 1000;
  size_t visits = 0;
  size_t most = 3;
  const auto add_one = [&](const JoinTokenState& state) {
    EXPECT_TRUE(store_->Write({.new_tokens = {TestJoinToken(next++)}}).ok());
    EXPECT_TRUE(store_->Write({.revoked_tokens = {{state.token.hash, revocation_}}}).ok());
    return ++visits < most;
  };
  EXPECT_TRUE(store_->ForEachJoinToken("", add_one).ok());
  EXPECT_EQ(visits, 3u);
  most = 100;
  visits = 0;
  EXPECT_TRUE(store_->ForEachJoinToken("", add_one).ok());
  EXPECT_EQ(visits, 8u);
}

TEST_P(StoreTokensContractTest, DropsWhatExpiredBefore) {
  std::vector<JoinToken> tokens;
  for (uint64_t number = 0; number < 700; ++number) {
    tokens.push_back(TestJoinToken(number, 3));
  }
  ASSERT_TRUE(store_->Write({.new_tokens = tokens}).ok());
  std::vector<CertificateRecord> records = TestRecords(0, 1400);
  std::vector<JoinTokenUse> uses;
  std::vector<RevokedJoinToken> revoked;
  for (size_t i = 0; i < tokens.size(); ++i) {
    uses.push_back(UseOf(tokens[i], records[2 * i]));
    uses.push_back(UseOf(tokens[i], records[2 * i + 1]));
    revoked.push_back({tokens[i].hash, revocation_});
  }
  ASSERT_TRUE(WriteStored(*store_, {.certificates = records, .token_uses = uses}).ok());
  ASSERT_TRUE(store_->Write({.revoked_tokens = revoked}).ok());
  EXPECT_EQ(store_->DropJoinTokens(tokens[0].expires_at).value(), 0u);
  EXPECT_EQ(store_->DropJoinTokens(tokens[600].expires_at).value(), 600u);
  EXPECT_EQ(All().size(), 100u);
  for (size_t i = 0; i < tokens.size(); ++i) {
    if (i < 600) {
      ExpectNotFound(store_->GetJoinToken(tokens[i].hash).status());
    } else {
      EXPECT_EQ(Get(tokens[i]),
                (JoinTokenState{tokens[i], 2, records[2 * i + 1].serial, revocation_}));
    }
    EXPECT_TRUE(store_->GetBySerial(records[2 * i].serial).ok());
  }
  // Nothing was left of them.
  Add(tokens[0]);
  EXPECT_EQ(Get(tokens[0]), (JoinTokenState{tokens[0], 0, "", std::nullopt}));
  EXPECT_EQ(store_->DropJoinTokens(absl::InfiniteFuture()).value(), 101u);
  EXPECT_EQ(store_->DropJoinTokens(absl::InfiniteFuture()).value(), 0u);
  EXPECT_THAT(All(), IsEmpty());
}

TEST_P(StoreTokensContractTest, AUseOfADroppedTokenIsOfNoToken) {
  Add(other_);
  EXPECT_EQ(store_->DropJoinTokens(absl::InfiniteFuture()).value(), 1u);
  const absl::StatusOr<CommitOutcomes> outcomes = store_->Write(
      {.certificates = {TestRecord(1)}, .token_uses = {UseOf(other_, TestRecord(1))}});
  ASSERT_TRUE(outcomes.ok()) << outcomes.status();
  EXPECT_EQ(outcomes->certificates.front().kind, WriteOutcome::Kind::kSpent);
  ExpectNotFound(store_->GetJoinToken(other_.hash).status());
  EXPECT_THAT(All(), IsEmpty());
  EXPECT_EQ(store_->DropJoinTokens(absl::UnixEpoch()).value(), 0u);
  Add(other_);
  EXPECT_EQ(Get(other_).uses, 0u);
}

TEST_P(StoreTokensContractTest, TheLatestTimeOnlyRises) {
  EXPECT_EQ(store_->latest_time(), absl::UnixEpoch());
  CertificateRecord record = TestRecord(0);
  record.issued_at = absl::FromUnixMillis(-5);
  Append(record);
  EXPECT_EQ(store_->latest_time(), absl::UnixEpoch());
  ASSERT_TRUE(
      WriteStored(*store_, {.certificates = {TestRecord(5), TestRecord(9), TestRecord(2)}}).ok());
  const absl::Time issued = TestRecord(9).issued_at;
  EXPECT_EQ(store_->latest_time(), issued);
  Append(TestRecord(3));
  Add(token_);  // Created before that.
  EXPECT_EQ(store_->latest_time(), issued);
  JoinToken newer = other_;
  newer.created_at = issued + absl::Milliseconds(868);
  Add(newer);
  EXPECT_EQ(store_->latest_time(), newer.created_at);
  Revoke(token_, {newer.created_at - absl::Seconds(1), "r"});
  EXPECT_EQ(store_->latest_time(), newer.created_at);
  Revoke(newer, {newer.created_at + absl::Seconds(5), "r"});
  EXPECT_EQ(store_->latest_time(), newer.created_at + absl::Seconds(5));
  ASSERT_TRUE(store_->DropJoinTokens(absl::InfiniteFuture()).ok());
  EXPECT_EQ(store_->latest_time(), newer.created_at + absl::Seconds(5));
}

TEST_P(StoreTokensContractTest, WritingNothingIsOk) {
  EXPECT_TRUE(store_->Write({}).ok());
  EXPECT_EQ(store_->latest_time(), absl::UnixEpoch());
}

INSTANTIATE_TEST_SUITE_P(Stores, StoreTokensContractTest, ::testing::ValuesIn(StoreKinds()),
                         StoreKindName);

TEST(MemoryStoreTokensTest, AFaultChangesNothingUntilItEnds) {
  MemoryStore store;
  const JoinToken token = TestJoinToken(1);
  const JoinTokenRevocation revocation = {absl::FromUnixSeconds(1), "r"};
  ASSERT_TRUE(store.Write({.new_tokens = {token}}).ok());
  const absl::Time before = store.latest_time();
  store.FailAppends(Unavailable(Reason::kStoreUnavailable, "the disk is full"));
  const std::vector<absl::Status> refused = {
      store.Write({.certificates = {TestRecord(1)}, .token_uses = {UseOf(token, TestRecord(1))}})
          .status(),
      store.Write({.new_tokens = {TestJoinToken(2)}}).status(),
      store.Write({.revoked_tokens = {{token.hash, revocation}}}).status(),
      store.DropJoinTokens(absl::InfiniteFuture()).status(),
  };
  for (const absl::Status& status : refused) {
    EXPECT_EQ(status.code(), absl::StatusCode::kUnavailable) << status;
    EXPECT_EQ(GetReason(status), Reason::kStoreUnavailable);
  }
  EXPECT_EQ(store.GetJoinToken(token.hash).value(), (JoinTokenState{token, 0, "", std::nullopt}));
  ExpectNotFound(store.GetJoinToken(TestJoinToken(2).hash).status());
  EXPECT_EQ(store.latest_time(), before);
  store.FailAppends(absl::OkStatus());
  EXPECT_TRUE(store.Write({.revoked_tokens = {{token.hash, revocation}}}).ok());
  EXPECT_EQ(store.GetJoinToken(token.hash).value().revocation, revocation);
}

}  // namespace
}  // namespace fleetca::store
