#include "service/rpc/revocation_place.h"

#include <set>
#include <string>
#include <vector>

#include "gtest/gtest.h"
#include "store/memory/memory_store.h"
#include "store/testing/test_revocation.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

const absl::Time kNow = absl::FromUnixSeconds(1000);

class RevocationPlaceTest : public ::testing::Test {
 protected:
  void Revoke(uint64_t first, size_t count) {
    const std::vector<store::CertificateRecord> records = store::TestIssuedRecords(first, count);
    FLEETCA_ASSERT_OK(store_.Write({.certificates = records}));
    const std::vector<store::Revocation> revocations = store::RevocationsOf(records);
    FLEETCA_ASSERT_OK(store_.Write({.revocations = revocations}));
  }
  v1::WatchRevocationsResponse Next(RevocationPlace& place, size_t page = 3) {
    auto message = place.Next(store_, page, kNow);
    EXPECT_THAT(message, testing::IsOk());
    for (const v1::RevokedCertificate& revoked : message->revoked()) {
      heard_.insert(revoked.serial_number());
    }
    return *std::move(message);
  }

  store::MemoryStore store_;
  std::set<std::string> heard_;
};

TEST_F(RevocationPlaceTest, TellsASnapshotInPagesAndThenWhatIsNew) {
  Revoke(1, 7);
  RevocationPlace place({}, store_);
  EXPECT_TRUE(place.HasNews(store_.last_sequence()));
  v1::WatchRevocationsResponse message = Next(place);
  EXPECT_TRUE(message.snapshot_begins());
  EXPECT_FALSE(message.has_position());
  message = Next(place);
  EXPECT_FALSE(message.snapshot_begins());
  Revoke(100, 1);  // in the middle
  Next(place);
  do {
    message = Next(place);
    EXPECT_FALSE(message.snapshot_begins());
  } while (!message.has_time());
  EXPECT_TRUE(message.has_position());
  EXPECT_EQ(heard_.size(), 8u);
  EXPECT_FALSE(place.HasNews(store_.last_sequence()));
  EXPECT_EQ(Next(place).revoked_size(), 0);

  Revoke(200, 1);
  EXPECT_TRUE(place.HasNews(store_.last_sequence()));
  message = Next(place);
  EXPECT_EQ(message.revoked_size(), 1);
  EXPECT_EQ(message.time().seconds(), 1000);
}

// A reader believes nobody until it hears so, and must not have to wait for the next heartbeat.
TEST_F(RevocationPlaceTest, ThatAllWasToldIsNewsToo) {
  RevocationPlace empty({}, store_);
  EXPECT_TRUE(Next(empty).snapshot_begins());
  EXPECT_TRUE(empty.HasNews(store_.last_sequence()));
  EXPECT_TRUE(Next(empty).has_time());
  EXPECT_FALSE(empty.HasNews(store_.last_sequence()));

  // As many changes as a page has.
  Revoke(1, 3);
  while (heard_.size() < 3) {
    EXPECT_TRUE(empty.HasNews(store_.last_sequence()));
    Next(empty, 3);
  }
  while (empty.HasNews(store_.last_sequence())) {
    if (Next(empty, 3).has_time()) {
      EXPECT_FALSE(empty.HasNews(store_.last_sequence()));
      return;
    }
  }
  ADD_FAILURE() << "it was not said";
}

TEST_F(RevocationPlaceTest, GoesOnAfterThePositionThatItGave) {
  Revoke(1, 2);
  RevocationPlace first({}, store_);
  Next(first);
  v1::WatchRevocationsRequest again;
  *again.mutable_after() = Next(first).position();
  Revoke(10, 1);
  heard_.clear();
  RevocationPlace second(again, store_);
  const v1::WatchRevocationsResponse message = Next(second);
  EXPECT_FALSE(message.snapshot_begins());
  EXPECT_EQ(heard_.size(), 1u);
}

TEST_F(RevocationPlaceTest, APositionOfAnotherStoreOrOfTheFutureBeginsAnew) {
  Revoke(1, 1);
  v1::WatchRevocationsRequest request;
  request.mutable_after()->set_store(store_.instance_id() + 1);
  request.mutable_after()->set_sequence(1);
  RevocationPlace other(request, store_);
  EXPECT_TRUE(Next(other).snapshot_begins());
  request.mutable_after()->set_store(store_.instance_id());
  request.mutable_after()->set_sequence(store_.last_sequence() + 1);
  RevocationPlace future(request, store_);
  EXPECT_TRUE(Next(future).snapshot_begins());
}

// The place is told, and what a block says is not.
TEST_F(RevocationPlaceTest, SaysNothingOfBlocks) {
  RevocationPlace place({}, store_);
  Next(place);
  Next(place);
  const store::Block block = store::TestBlock(store::BlockKind::kIdentity, "spiffe://a/svc/b");
  FLEETCA_ASSERT_OK(store_.Write({.blocks = {&block, 1}}));
  const v1::WatchRevocationsResponse message = Next(place);
  EXPECT_EQ(message.revoked_size(), 0);
  EXPECT_EQ(message.position().sequence(), store_.last_sequence());
}

}  // namespace
}  // namespace fleetca::service
