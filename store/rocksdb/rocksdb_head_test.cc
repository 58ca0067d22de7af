// A store is held against the head that is kept outside it: new, older, emptied, gone or another's
// is refused with what to do, and an accepted loss brings nothing back.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "store/rocksdb/outside_head.h"
#include "store/rocksdb/rocksdb_restore.h"
#include "store/rocksdb/rocksdb_store.h"
#include "store/rocksdb/store_history.h"
#include "store/testing/test_record.h"
#include "store/testing/write_stored.h"
#include "tests/testing/temporary_folder.h"

namespace fleetca::store {
namespace {

namespace fs = std::filesystem;

class RocksDbHeadTest : public ::testing::Test {
 protected:
  RocksDbOptions Options() const {
    RocksDbOptions options;
    options.path = folder_;
    options.head_file = head_;
    return options;
  }

  absl::StatusOr<std::unique_ptr<Store>> Open() const { return OpenRocksDbStore(Options()); }

  std::unique_ptr<Store> MustOpen() const {
    absl::StatusOr<std::unique_ptr<Store>> store = Open();
    EXPECT_TRUE(store.ok()) << store.status();
    return store.ok() ? *std::move(store) : nullptr;
  }

  // As `ca init` leaves it.
  void ExpectNew() const {
    HeadState state;
    state.id = std::string(kStoreIdSize, 'n');
    ASSERT_TRUE(OutsideHead::Write(head_, state).ok());
  }

  // A store with TestRecord(1) and two unused tokens.
  void MakeStore() const {
    ExpectNew();
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_NE(store, nullptr);
    ASSERT_TRUE(store->Write({.certificates = {TestRecord(1)}}).ok());
    ASSERT_TRUE(store->Write({.new_tokens = {used_, unused_}}).ok());
  }

  // What the copy made before it does not know: used_ was used, and so was a JWT.
  void WriteMore() const {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_NE(store, nullptr);
    ASSERT_TRUE(WriteStored(*store, {.certificates = {TestRecord(2)},
                                     .token_uses = {{used_.hash, TestRecord(2).serial}},
                                     .jwt_uses = {TestJwtUse(2)}})
                    .ok());
  }

  static void Copy(const std::string& from, const std::string& to) {
    fs::remove_all(to);
    fs::copy(from, to, fs::copy_options::recursive);
  }

  // Twice, as refusing mends nothing.
  void ExpectRefused(absl::string_view what, absl::string_view remedy) const {
    for (int again = 0; again < 2; ++again) {
      const absl::Status status = Open().status();
      EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << what << ": " << status;
      EXPECT_EQ(GetReason(status), Reason::kStoreRefused) << what;
      for (const absl::string_view part :
           {absl::string_view(folder_), absl::string_view(head_), what, remedy}) {
        EXPECT_TRUE(absl::StrContains(status.message(), part)) << part << ": " << status;
      }
    }
  }

  const testing::TemporaryFolder temporary_;
  const std::string base_ = temporary_.path();
  const std::string folder_ = base_ + "/store";
  const std::string head_ = base_ + "/config/store.head";
  const std::string copy_ = base_ + "/copy";
  const JoinToken used_ = TestJoinToken(1);
  const JoinToken unused_ = TestJoinToken(2);

  void SetUp() override { fs::create_directories(base_ + "/config"); }
};

constexpr char kAcceptLoss[] = "fleetca store restore --accept-loss --config";

TEST_F(RocksDbHeadTest, AFirstStartMakesTheStoreThatTheHeadExpects) {
  MakeStore();
  EXPECT_EQ(fs::status(head_).permissions(), fs::perms::owner_read | fs::perms::owner_write);
  const absl::StatusOr<std::optional<HeadState>> head = OutsideHead::Read(head_);
  ASSERT_TRUE(head.ok() && head->has_value());
  EXPECT_TRUE((*head)->made);
  EXPECT_EQ((*head)->id, std::string(kStoreIdSize, 'n'));
  EXPECT_GT((*head)->number, 0u);
  EXPECT_EQ((*head)->noted_at, TestRecord(1).issued_at);
  EXPECT_TRUE(MustOpen()->GetBySerial(TestRecord(1).serial).ok());
}

TEST_F(RocksDbHeadTest, AFirstStartWithoutAHeadTakesAWord) {
  ExpectRefused("no store", "fleetca serve --new-store");
  EXPECT_FALSE(fs::exists(folder_)) << "refusing leaves nothing";
  EXPECT_FALSE(fs::exists(head_));
  RocksDbOptions options = Options();
  options.new_store = true;
  EXPECT_TRUE(OpenRocksDbStore(options).ok());
  // The word is needed once, and harms nothing where it stays.
  EXPECT_NE(MustOpen(), nullptr);
  EXPECT_TRUE(OpenRocksDbStore(options).ok());
}

TEST_F(RocksDbHeadTest, AStoreOfTheReleaseBeforeGetsAHead) {
  RocksDbOptions without = Options();
  without.head_file.clear();
  ASSERT_TRUE((*OpenRocksDbStore(without))->Write({.certificates = {TestRecord(1)}}).ok());
  const std::string old = base_ + "/old";
  Copy(folder_, old);
  EXPECT_TRUE(MustOpen()->GetBySerial(TestRecord(1).serial).ok());
  EXPECT_TRUE(fs::exists(head_));
  EXPECT_NE(MustOpen(), nullptr);
  // From then on its copies of before are older ones.
  Copy(old, folder_);
  ExpectRefused("older", kAcceptLoss);
}

TEST_F(RocksDbHeadTest, AnOlderCopyIsRefused) {
  MakeStore();
  Copy(folder_, copy_);
  WriteMore();
  const std::string newest = base_ + "/newest";
  Copy(folder_, newest);
  Copy(copy_, folder_);
  ExpectRefused("older copy", kAcceptLoss);
  Copy(newest, folder_);
  EXPECT_TRUE(MustOpen()->GetBySerial(TestRecord(2).serial).ok());
}

// One write more or less, and after a kill.
TEST_F(RocksDbHeadTest, TheHeadIsExact) {
  MakeStore();
  const std::unique_ptr<Store> store = MustOpen();
  for (uint64_t number = 10; number < 20; ++number) {
    ASSERT_TRUE(store->Write({.certificates = {TestRecord(number)}}).ok());
    Copy(folder_, copy_);
    const std::string head_then = base_ + "/head_then";
    fs::copy(head_, head_then, fs::copy_options::overwrite_existing);
    ASSERT_TRUE(store->Write({.certificates = {TestRecord(number + 100)}}).ok());
    // The copy that is one write short, with the head of now and with that of then.
    RocksDbOptions options = Options();
    options.path = copy_;
    options.head_file = base_ + "/head_now";
    fs::copy(head_, options.head_file, fs::copy_options::overwrite_existing);
    EXPECT_EQ(GetReason(OpenRocksDbStore(options).status()), Reason::kStoreRefused) << number;
    options.head_file = head_then;
    EXPECT_TRUE(OpenRocksDbStore(options).ok()) << number;
  }
}

TEST_F(RocksDbHeadTest, AnEmptiedFolderIsRefusedAndStaysEmpty) {
  MakeStore();
  fs::remove_all(folder_);
  fs::create_directory(folder_);  // as the place of a volume that is not mounted
  ExpectRefused("gone", kAcceptLoss);
  EXPECT_TRUE(fs::is_empty(folder_));
  fs::remove(folder_);
  ExpectRefused("gone", kAcceptLoss);
  EXPECT_FALSE(fs::exists(folder_));
  // Not by the word for a first start either, which may stand in a unit file for ever.
  RocksDbOptions options = Options();
  options.new_store = true;
  EXPECT_EQ(GetReason(OpenRocksDbStore(options).status()), Reason::kStoreRefused);
}

TEST_F(RocksDbHeadTest, AHeadThatIsGoneOrDamagedIsRefused) {
  MakeStore();
  const std::string kept = base_ + "/kept";
  fs::copy(head_, kept);
  fs::remove(head_);
  ExpectRefused("is missing", kAcceptLoss);
  for (const size_t size : {0, 1, 30, 4096}) {
    fs::copy(kept, head_, fs::copy_options::overwrite_existing);
    fs::resize_file(head_, size);
    std::ofstream(head_, std::ios::in | std::ios::out) << "x";  // the first slot
    ExpectRefused("is damaged", kAcceptLoss);
  }
  fs::copy(kept, head_, fs::copy_options::overwrite_existing);
  std::ofstream(head_, std::ios::in | std::ios::out) << "torn";
  EXPECT_NE(MustOpen(), nullptr) << "the other slot is whole";
}

TEST_F(RocksDbHeadTest, AnotherStoresHeadIsRefused) {
  MakeStore();
  RocksDbOptions other = Options();
  other.path = base_ + "/other";
  other.head_file = base_ + "/other.head";
  other.new_store = true;
  ASSERT_TRUE(OpenRocksDbStore(other).ok());
  fs::copy(other.head_file, head_, fs::copy_options::overwrite_existing);
  ExpectRefused("another CA", kAcceptLoss);
  // A head that expects a store yet to be made is another's as well.
  HeadState fresh;
  fresh.id = std::string(kStoreIdSize, 'z');
  ASSERT_TRUE(OutsideHead::Write(head_, fresh).ok());
  ExpectRefused("another CA", kAcceptLoss);
}

// However far the first start came, the next goes on.
TEST_F(RocksDbHeadTest, AFirstStartThatWasCutShortGoesOn) {
  ExpectNew();
  const std::string fresh = base_ + "/fresh.head";
  fs::copy(head_, fresh);
  MustOpen().reset();
  fs::copy(fresh, head_, fs::copy_options::overwrite_existing);  // before the head said "made"
  EXPECT_NE(MustOpen(), nullptr);
  EXPECT_TRUE((*OutsideHead::Read(head_))->made);
}

TEST_F(RocksDbHeadTest, AnAcceptedLossRevokesEveryTokenAndRefusesJwtsOfBefore) {
  MakeStore();
  Copy(folder_, copy_);
  WriteMore();
  const std::string lost = base_ + "/lost";
  Copy(folder_, lost);
  Copy(copy_, folder_);
  const absl::Time now = absl::FromUnixSeconds(1800000000);
  const absl::StatusOr<RestoreSummary> summary = AcceptLoss(Options(), now);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_FALSE(summary->made_new);
  EXPECT_EQ(summary->epoch, 1u);
  EXPECT_EQ(summary->tokens_revoked, 2u);
  {
    const std::unique_ptr<Store> store = MustOpen();
    ASSERT_NE(store, nullptr);
    EXPECT_TRUE(store->GetBySerial(TestRecord(1).serial).ok());
    for (const JoinToken& token : {used_, unused_}) {
      const absl::StatusOr<JoinTokenState> state = store->GetJoinToken(token.hash);
      ASSERT_TRUE(state.ok()) << state.status();
      ASSERT_TRUE(state->revocation.has_value());
      EXPECT_EQ(state->revocation->revoked_at, now);
    }
    EXPECT_EQ(store->jwts_not_before(), now);
    ASSERT_TRUE(store->Write({.certificates = TestRecords(50, 20)}).ok());
  }
  // It stays so, and what was restored over does not come back, however far it had got.
  EXPECT_EQ(MustOpen()->jwts_not_before(), now);
  Copy(folder_, copy_);
  Copy(lost, folder_);
  ExpectRefused("restored over", kAcceptLoss);
  Copy(copy_, folder_);
  // A second one counts on.
  ASSERT_TRUE(AcceptLoss(Options(), now + absl::Hours(1)).ok());
  EXPECT_EQ((*OutsideHead::Read(head_))->epoch, 2u);
  EXPECT_EQ(MustOpen()->jwts_not_before(), now + absl::Hours(1));
}

// A clock that is behind would let JWTs in again that were used before the loss.
TEST_F(RocksDbHeadTest, AnAcceptedLossIsJudgedByTheLatestTimeThatIsKnown) {
  MakeStore();
  const absl::Time noted = absl::FromUnixSeconds(1900000000);
  ASSERT_TRUE(MustOpen()->NoteTime(noted).ok());
  const absl::Time behind = noted - absl::Hours(72);
  absl::StatusOr<RestoreSummary> summary = AcceptLoss(Options(), behind);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->jwts_not_before, noted);
  EXPECT_EQ(MustOpen()->jwts_not_before(), noted);
  // What the store does not know any more, the head still knows.
  ASSERT_TRUE(MustOpen()->Write({.certificates = {TestRecord(3)}}).ok());
  const absl::Time known = (*OutsideHead::Read(head_))->noted_at;
  EXPECT_EQ(known, noted);
  fs::remove_all(folder_);
  summary = AcceptLoss(Options(), behind);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_TRUE(summary->made_new);
  EXPECT_EQ(MustOpen()->jwts_not_before(), noted);
}

// An iat has whole seconds: one of the second of the loss may be of before.
TEST_F(RocksDbHeadTest, AnAcceptedLossRefusesJwtsOfTheWholeSecond) {
  MakeStore();
  ASSERT_TRUE(AcceptLoss(Options(), absl::FromUnixMillis(1800000000124)).ok());
  EXPECT_EQ(MustOpen()->jwts_not_before(), absl::FromUnixSeconds(1800000001));
}

TEST_F(RocksDbHeadTest, SettingTheClockLetsJwtsInThatARestoreInTheFutureRefused) {
  MakeStore();
  const absl::Time now = absl::FromUnixSeconds(1700003600);
  ASSERT_TRUE(AcceptLoss(Options(), now + absl::Hours(24 * 365)).ok());
  ASSERT_TRUE(SetClock(Options(), now).ok());
  EXPECT_EQ(MustOpen()->jwts_not_before(), now);
  // And no further than to the time that it is.
  ASSERT_TRUE(SetClock(Options(), now + absl::Hours(2)).ok());
  EXPECT_EQ(MustOpen()->jwts_not_before(), now);
}

// Uses of JWTs that expired by a clock that was ahead are gone, and the JWTs are good for long.
TEST_F(RocksDbHeadTest, SettingTheClockBackRefusesJwtsFromBefore) {
  MakeStore();
  const absl::Time now = absl::FromUnixMillis(1700003600124);
  const absl::Time rounded_up = absl::FromUnixSeconds(1700003601);
  ASSERT_TRUE(MustOpen()->NoteTime(now + absl::Hours(20)).ok());
  absl::StatusOr<ClockSummary> summary = SetClock(Options(), now);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->jwts_not_before, rounded_up);
  EXPECT_EQ(MustOpen()->jwts_not_before(), rounded_up);
  // Where there is nothing to set back, nothing more is refused.
  summary = SetClock(Options(), now + absl::Hours(1));
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->jwts_not_before, std::nullopt);
  EXPECT_EQ(MustOpen()->jwts_not_before(), rounded_up);
  // Set back once more, the later of the two holds.
  const absl::Time later = absl::FromUnixSeconds(1700010000);
  ASSERT_TRUE(MustOpen()->NoteTime(later + absl::Hours(1)).ok());
  ASSERT_TRUE(SetClock(Options(), later).ok());
  EXPECT_EQ(MustOpen()->jwts_not_before(), later);
}

TEST_F(RocksDbHeadTest, AnAcceptedLossOfEverythingMakesAnEmptyStore) {
  MakeStore();
  fs::remove_all(folder_);
  const absl::Time now = absl::FromUnixSeconds(1800000000);
  const absl::StatusOr<RestoreSummary> summary = AcceptLoss(Options(), now);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_TRUE(summary->made_new);
  const std::unique_ptr<Store> store = MustOpen();
  ASSERT_NE(store, nullptr);
  EXPECT_EQ(store->jwts_not_before(), now);
  EXPECT_FALSE(store->GetJoinToken(used_.hash).ok());
}

TEST_F(RocksDbHeadTest, AnAcceptedLossMendsAHeadThatIsGoneOrDamaged) {
  MakeStore();
  for (const bool damaged : {false, true}) {
    fs::remove(head_);
    if (damaged) {
      std::ofstream(head_) << "x";
    }
    EXPECT_EQ(GetReason(Open().status()), Reason::kStoreRefused);
    ASSERT_TRUE(AcceptLoss(Options(), absl::Now()).ok());
    EXPECT_NE(MustOpen(), nullptr);
  }
}

TEST_F(RocksDbHeadTest, NeitherWayBackWorksWhileTheStoreIsOpen) {
  MakeStore();
  const std::unique_ptr<Store> store = MustOpen();
  for (const absl::Status& status :
       {AcceptLoss(Options(), absl::Now()).status(), SetClock(Options(), absl::Now()).status()}) {
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(GetReason(status), Reason::kStoreLocked);
  }
}

TEST_F(RocksDbHeadTest, SettingTheClockForgetsALaterTimeAndRevokesItsTokens) {
  MakeStore();
  const absl::Time ahead = absl::FromUnixSeconds(1900000000);
  JoinToken of_2030 = TestJoinToken(3);
  of_2030.created_at = ahead;
  of_2030.expires_at = ahead + absl::Seconds(1);
  ASSERT_TRUE(MustOpen()->Write({.new_tokens = {of_2030}}).ok());
  EXPECT_EQ(MustOpen()->latest_time(), ahead);
  const absl::Time now = TestRecord(1).issued_at + absl::Hours(1);
  const absl::StatusOr<ClockSummary> summary = SetClock(Options(), now);
  ASSERT_TRUE(summary.ok()) << summary.status();
  EXPECT_EQ(summary->before, ahead);
  EXPECT_EQ(summary->tokens_revoked, 1u);
  EXPECT_LE((*OutsideHead::Read(head_))->noted_at, now);
  const std::unique_ptr<Store> store = MustOpen();
  EXPECT_EQ(store->latest_time(), now);
  EXPECT_TRUE(store->GetJoinToken(of_2030.hash)->revocation.has_value());
  EXPECT_FALSE(store->GetJoinToken(unused_.hash)->revocation.has_value());
  ASSERT_TRUE(store->NoteTime(now + absl::Minutes(1)).ok());
  EXPECT_EQ(store->latest_time(), now + absl::Minutes(1));
}

}  // namespace
}  // namespace fleetca::store
