#include "client/authz/feed/feed_reader.h"

#include <memory>
#include <string>
#include <vector>

#include "base/errors.h"
#include "gtest/gtest.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::client {
namespace {

using ::fleetca::testing::IsError;

const auto kIsInvalid = IsError(absl::StatusCode::kDataLoss, Reason::kAnswerInvalid);
const auto kIsRevoked = IsError(absl::StatusCode::kPermissionDenied, Reason::kCertificateRevoked);

constexpr int64_t kDate = 1767225600;
const absl::Time kStart = absl::UnixEpoch() + absl::Hours(5);

std::string Serial(char c) { return "\x01" + std::string(19, c); }

v1::WatchRevocationsResponse Message(const std::vector<std::string>& serials) {
  v1::WatchRevocationsResponse message;
  for (const std::string& serial : serials) {
    v1::RevokedCertificate& revoked = *message.add_revoked();
    revoked.set_serial_number(serial);
    revoked.mutable_revoke_time()->set_seconds(kDate);
    revoked.set_reason(v1::REVOCATION_REASON_SUPERSEDED);
  }
  return message;
}

v1::WatchRevocationsResponse Begins(v1::WatchRevocationsResponse message) {
  message.set_snapshot_begins(true);
  return message;
}

v1::WatchRevocationsResponse At(uint64_t sequence, v1::WatchRevocationsResponse message = {},
                                int64_t time = kDate) {
  message.mutable_position()->set_store(7);
  message.mutable_position()->set_sequence(sequence);
  message.mutable_time()->set_seconds(time);
  return message;
}

class FeedReaderTest : public ::testing::Test {
 protected:
  // Knows the snapshot {a}, at 10.
  void Load() {
    EXPECT_FALSE(reader_.Begin().has_after());
    EXPECT_EQ(Take(Begins(Message({Serial('a')}))).value(), false);
    EXPECT_EQ(Take(At(10)).value(), true);
  }
  absl::StatusOr<bool> Take(const v1::WatchRevocationsResponse& message,
                            absl::Duration after = absl::ZeroDuration()) {
    return reader_.Take(message, kStart + after);
  }
  bool IsRevoked(char c) const { return !revocations_->Check(Serial(c), kStart).ok() && Knows(); }
  bool Knows() const { return revocations_->Check(Serial('z'), kStart).ok(); }

  const std::shared_ptr<Revocations> revocations_ =
      *Revocations::Create({.max_age = absl::Seconds(30), .max_revoked = 5});
  FeedReader reader_{*revocations_};
};

TEST_F(FeedReaderTest, ASnapshotCountsOnceItIsWholeAndChangesAtOnce) {
  reader_.Begin();
  EXPECT_EQ(Take(Begins(Message({Serial('a')}))).value(), false);
  EXPECT_EQ(Take(Message({Serial('b')})).value(), false);
  EXPECT_FALSE(Knows());
  EXPECT_EQ(revocations_->size(), 0u);
  EXPECT_EQ(Take(At(10, Message({Serial('c')}))).value(), true);
  EXPECT_TRUE(IsRevoked('a') && IsRevoked('b') && IsRevoked('c'));
  EXPECT_EQ(Take(At(11, Message({Serial('d')}))).value(), true);
  EXPECT_TRUE(IsRevoked('d'));
  EXPECT_FALSE(IsRevoked('e'));
  EXPECT_EQ(revocations_->Describe(kStart).sequence, 11u);
}

TEST_F(FeedReaderTest, AnEmptySnapshotIsOne) {
  reader_.Begin();
  EXPECT_EQ(Take(Begins({})).value(), false);
  EXPECT_FALSE(Knows());
  EXPECT_EQ(Take(At(0)).value(), true);
  EXPECT_TRUE(Knows());
}

TEST_F(FeedReaderTest, GoesOnWhereItWas) {
  Load();
  const v1::WatchRevocationsRequest request = reader_.Begin();
  EXPECT_EQ(request.after().store(), 7u);
  EXPECT_EQ(request.after().sequence(), 10u);
  EXPECT_EQ(Take(At(12, Message({Serial('b')}))).value(), true);
  EXPECT_TRUE(IsRevoked('a') && IsRevoked('b'));
}

TEST_F(FeedReaderTest, ASecondSnapshotReplacesTheFirst) {
  Load();
  reader_.Begin();
  FLEETCA_EXPECT_OK(Take(Begins(Message({Serial('b')}))));
  EXPECT_TRUE(IsRevoked('a')) << "until the new one is whole";
  // A restored CA begins before where the reader was.
  FLEETCA_EXPECT_OK(Take(At(3)));
  EXPECT_FALSE(IsRevoked('a'));
  EXPECT_TRUE(IsRevoked('b'));
  EXPECT_EQ(reader_.Begin().after().sequence(), 3u);
}

TEST_F(FeedReaderTest, HalfASnapshotChangesNothing) {
  Load();
  reader_.Begin();
  FLEETCA_EXPECT_OK(Take(Begins(Message({Serial('b')}))));
  EXPECT_EQ(reader_.Begin().after().sequence(), 10u);
  EXPECT_EQ(Take(At(11)).value(), true);
  EXPECT_TRUE(IsRevoked('a'));
  EXPECT_FALSE(IsRevoked('b'));
}

TEST_F(FeedReaderTest, WhatBreaksTheContractChangesNothing) {
  Load();
  EXPECT_THAT(Take(At(11, Message({Serial('b'), "short"}))), kIsInvalid);
  EXPECT_THAT(Take(At(11, Message({std::string(21, 'b')}))), kIsInvalid);
  EXPECT_THAT(Take(At(9, Message({Serial('b')}))), kIsInvalid) << "back";
  v1::WatchRevocationsResponse other = At(11, Message({Serial('b')}));
  other.mutable_position()->set_store(8);
  EXPECT_THAT(Take(other), kIsInvalid);
  EXPECT_THAT(Take(Message({Serial('b')})), kIsInvalid) << "no position";
  for (const int64_t time : {int64_t{-1}, int64_t{1} << 60}) {
    EXPECT_THAT(Take(At(11, Message({Serial('b')}), time)), kIsInvalid);
    v1::WatchRevocationsResponse since = At(11, Message({Serial('b')}));
    since.mutable_revoked(0)->mutable_revoke_time()->set_seconds(time);
    EXPECT_THAT(Take(since), kIsInvalid);
  }
  for (const int32_t nanos : {-1, 1'000'000'000}) {
    v1::WatchRevocationsResponse message = At(11, Message({Serial('b')}));
    message.mutable_time()->set_nanos(nanos);
    EXPECT_THAT(Take(message), kIsInvalid);
  }
  v1::WatchRevocationsResponse early = Begins(Message({Serial('b')}));
  early.mutable_time()->set_seconds(kDate);
  EXPECT_THAT(Take(early), kIsInvalid) << "a time before the snapshot is whole";
  EXPECT_FALSE(IsRevoked('b'));
  EXPECT_TRUE(IsRevoked('a'));
  EXPECT_EQ(reader_.Begin().after().sequence(), 10u);
}

TEST_F(FeedReaderTest, AFeedBeginsWithASnapshot) {
  reader_.Begin();
  EXPECT_THAT(Take(At(5)), kIsInvalid);
  EXPECT_THAT(Take(Message({Serial('a')})), kIsInvalid);
  EXPECT_FALSE(Knows());
}

TEST_F(FeedReaderTest, ASnapshotThatNeverEndsDoesEnd) {
  Load();
  reader_.Begin();
  FLEETCA_EXPECT_OK(Take(Begins(Message({Serial('b'), Serial('c')}))));
  FLEETCA_EXPECT_OK(Take(Message({Serial('b'), Serial('c')})));
  EXPECT_THAT(Take(Message({Serial('b'), Serial('c')})), kIsInvalid) << "5 at most, twice or not";
  EXPECT_TRUE(IsRevoked('a'));
}

TEST_F(FeedReaderTest, ASnapshotIsMeasuredByItself) {
  Load();
  FLEETCA_EXPECT_OK(
      Take(Begins(Message({Serial('b'), Serial('c'), Serial('d'), Serial('e'), Serial('f')}))));
  // The CA may begin anew in the middle of one.
  FLEETCA_EXPECT_OK(Take(Begins(Message({Serial('b'), Serial('c'), Serial('d')}))));
  EXPECT_EQ(Take(At(11, Message({Serial('e'), Serial('f')}))).value(), true);
  EXPECT_FALSE(IsRevoked('a'));
  EXPECT_TRUE(IsRevoked('d') && IsRevoked('f'));
}

TEST_F(FeedReaderTest, ChangesBeyondTheLimitAreNotTaken) {
  Load();
  FLEETCA_EXPECT_OK(Take(At(11, Message({Serial('b'), Serial('c'), Serial('d'), Serial('e')}))));
  EXPECT_THAT(Take(At(12, Message({Serial('f')}))), kIsInvalid);
  EXPECT_THAT(revocations_->Check(Serial('e'), kStart), kIsRevoked);
}

TEST_F(FeedReaderTest, MessagesThatComeLaterAndLaterAreNotNew) {
  Load();
  FLEETCA_EXPECT_OK(Take(At(10, {}, kDate + 5), absl::Seconds(5)));
  FLEETCA_EXPECT_OK(Take(At(10, {}, kDate + 10), absl::Seconds(25)));
  EXPECT_THAT(Take(At(10, {}, kDate + 15), absl::Seconds(31)),
              IsError(absl::StatusCode::kUnavailable, Reason::kServerUnreachable));
  // The next stream begins anew.
  reader_.Begin();
  EXPECT_EQ(Take(At(10, {}, kDate + 20), absl::Seconds(40)).value(), true);
}

}  // namespace
}  // namespace fleetca::client
