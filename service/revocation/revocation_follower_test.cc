#include "service/revocation/revocation_follower.h"

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/time/clock.h"
#include "base/errors.h"
#include "gtest/gtest.h"
#include "store/memory/memory_store.h"
#include "store/testing/test_revocation.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

constexpr absl::Duration kPatience = absl::Seconds(30);

// A store whose feed can not be read for a while.
class DeafStore : public store::MemoryStore {
 public:
  absl::StatusOr<store::RevocationChanges> ReadRevocationFeed(uint64_t after,
                                                              size_t limit) const override {
    if (deaf) {
      return Unavailable(Reason::kStoreUnavailable, "the disk is gone");
    }
    return MemoryStore::ReadRevocationFeed(after, limit);
  }
  std::atomic<bool> deaf = false;
};

class RevocationFollowerTest : public ::testing::Test {
 protected:
  // What has expired is forgotten, so these have not.
  static store::CertificateRecord LastingRecord(uint64_t number) {
    return store::TestIssuedRecord(number, 3, absl::FromUnixSeconds(4000000000));
  }
  void Record(uint64_t number) {
    const std::vector<store::CertificateRecord> records = {LastingRecord(number)};
    FLEETCA_ASSERT_OK(store_.Write({.certificates = records}));
  }
  std::string Revoke(uint64_t number) {
    const store::Revocation revocation = store::RevocationOf(LastingRecord(number));
    FLEETCA_EXPECT_OK(store_.Write({.revocations = {&revocation, 1}}));
    return revocation.serial;
  }
  void Start() {
    FLEETCA_ASSERT_OK_AND_ASSIGN(
        follower_, RevocationFollower::Start(store_, known_, {.interval = absl::Milliseconds(2)}));
  }
  template <typename Condition>
  static bool Await(Condition condition) {
    const absl::Time end = absl::Now() + kPatience;
    while (!condition() && absl::Now() < end) {
      absl::SleepFor(absl::Milliseconds(1));
    }
    return condition();
  }

  DeafStore store_;
  KnownRevocations known_;
  std::unique_ptr<RevocationFollower> follower_;
};

TEST_F(RevocationFollowerTest, LoadsWhatIsThereAndFollowsWhatComes) {
  Record(1);
  Record(2);
  const std::string before = Revoke(1);
  const store::Block block = store::TestBlock(store::BlockKind::kIdentity, "spiffe://a/svc/b");
  FLEETCA_ASSERT_OK(store_.Write({.blocks = {&block, 1}}));
  Start();
  ASSERT_TRUE(known_.AwaitComplete(kPatience));
  EXPECT_TRUE(known_.Find(before).has_value());
  EXPECT_TRUE(known_.IsBlocked(block.target.kind, block.target.value));

  const std::string after = Revoke(2);
  FLEETCA_EXPECT_OK(follower_->CatchUp());
  EXPECT_TRUE(known_.Find(after).has_value());
  EXPECT_EQ(known_.sequence(), store_.last_sequence());
}

TEST_F(RevocationFollowerTest, HearsByItselfOfWhatOthersWrite) {
  Record(1);
  Start();
  ASSERT_TRUE(known_.AwaitComplete(kPatience));
  const std::string serial = Revoke(1);
  EXPECT_TRUE(Await([&] { return known_.Find(serial).has_value(); }));
}

TEST_F(RevocationFollowerTest, Checklist28_WhatMayBeOutOfDateCountsAsUnknownUntilItIsReadAgain) {
  Record(1);
  Start();
  ASSERT_TRUE(known_.AwaitComplete(kPatience));
  store_.deaf = true;
  const std::string serial = Revoke(1);
  EXPECT_THAT(follower_->CatchUp(),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  EXPECT_THAT(known_.CheckCertificate("another"),
              IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown));
  EXPECT_THAT(follower_->CatchUp(),
              IsError(absl::StatusCode::kUnavailable, Reason::kRevocationsUnknown));
  store_.deaf = false;
  ASSERT_TRUE(known_.AwaitComplete(kPatience));
  EXPECT_TRUE(known_.Find(serial).has_value());
}

// Changes may be dropped that were not read: what is blocked is found out anew.
TEST_F(RevocationFollowerTest, TakesANewSnapshotWhereTheFeedWasDropped) {
  const store::Block block = store::TestBlock(store::BlockKind::kIdentity, "spiffe://a/svc/b");
  FLEETCA_ASSERT_OK(store_.Write({.blocks = {&block, 1}}));
  Start();
  ASSERT_TRUE(known_.AwaitComplete(kPatience));
  store_.deaf = true;
  const store::Unblock unblock = store::TestUnblock(block.target);
  FLEETCA_ASSERT_OK(store_.Write({.unblocks = {&unblock, 1}}));
  ASSERT_TRUE(Await([&] { return !known_.CheckComplete().ok(); }));
  FLEETCA_ASSERT_OK(store_.DropRevocations(unblock.unblocked_at + absl::Hours(2)));
  store_.deaf = false;
  ASSERT_TRUE(known_.AwaitComplete(kPatience));
  EXPECT_FALSE(known_.IsBlocked(block.target.kind, block.target.value));
}

}  // namespace
}  // namespace fleetca::service
