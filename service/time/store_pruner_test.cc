#include "service/time/store_pruner.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "base/errors.h"
#include "store/memory/memory_store.h"
#include "tests/testing/fake_clock.h"
#include "tests/testing/fake_time_witness.h"
#include "tests/testing/status_matchers.h"

namespace fleetca::service {
namespace {

using ::fleetca::testing::IsError;

class StorePrunerTest : public ::testing::Test {
 protected:
  // A certificate of an hour, and its serial.
  std::string Issue() {
    const absl::Time now = clock_.Now();
    const int64_t expiry_hour = absl::ToUnixSeconds(now + absl::Hours(1)) / 3600 + 1;
    std::string serial(20, '\x07');
    serial[0] = '\x01';
    for (size_t i = 0; i < 3; ++i) {
      serial[1 + i] = static_cast<char>(expiry_hour >> (16 - 8 * i));
    }
    serial[19] = static_cast<char>(++issued_);
    const store::CertificateRecord record{.serial = serial,
                                          .certificate = "c",
                                          .identity = "spiffe://a/b",
                                          .issued_at = now,
                                          .not_before = now,
                                          .not_after = now + absl::Hours(1)};
    FLEETCA_EXPECT_OK(store_.Write({.certificates = {record}}));
    return serial;
  }

  void Advance(absl::Duration time) {
    clock_.Advance(time);
    FLEETCA_EXPECT_OK(store_.NoteTime(clock_.Now()));
  }

  testing::FakeClock clock_;
  testing::FakeTimeWitness witness_{clock_};
  store::MemoryStore store_;
  const ClockRule rule_{clock_, witness_, store_, ClockLimits()};
  int issued_ = 0;
};

TEST_F(StorePrunerTest, KeepsForTheRetention) {
  const std::string serial = Issue();
  Advance(absl::Hours(1 + 72));
  FLEETCA_ASSERT_OK(PruneStore(rule_, store_, absl::Hours(72)));
  EXPECT_TRUE(store_.GetBySerial(serial).ok());
  Advance(absl::Hours(2));
  const std::string later = Issue();
  FLEETCA_ASSERT_OK(PruneStore(rule_, store_, absl::Hours(72)));
  EXPECT_FALSE(store_.GetBySerial(serial).ok());
  EXPECT_TRUE(store_.GetBySerial(later).ok());
}

TEST_F(StorePrunerTest, WithoutARetentionKeepsAsLongAsARequestIdIsReplayed) {
  const std::string serial = Issue();
  Advance(absl::Hours(24));
  FLEETCA_ASSERT_OK(PruneStore(rule_, store_, absl::ZeroDuration()));
  EXPECT_TRUE(store_.GetBySerial(serial).ok());
  Advance(absl::Hours(3));
  FLEETCA_ASSERT_OK(PruneStore(rule_, store_, absl::ZeroDuration()));
  EXPECT_FALSE(store_.GetBySerial(serial).ok());
}

TEST_F(StorePrunerTest, AClockThatIsNotBelievedPrunesNothing) {
  const std::string serial = Issue();
  Advance(absl::Hours(1));
  FLEETCA_ASSERT_OK(rule_.Now());
  clock_.Advance(-absl::Hours(1));
  EXPECT_THAT(PruneStore(rule_, store_, absl::ZeroDuration()),
              IsError(absl::StatusCode::kUnavailable, Reason::kClockRefused));
  EXPECT_TRUE(store_.GetBySerial(serial).ok());
}

// The store noted nothing since: so long nobody saw the time.
TEST_F(StorePrunerTest, GoesNoFurtherThanTheStoreKnows) {
  const std::string serial = Issue();
  FLEETCA_ASSERT_OK(rule_.Now());
  clock_.Advance(absl::Hours(48));
  FLEETCA_EXPECT_OK(PruneStore(rule_, store_, absl::ZeroDuration()));
  EXPECT_TRUE(store_.GetBySerial(serial).ok());
}

TEST_F(StorePrunerTest, KeepsWhatIsStillNeeded) {
  const std::string serial = Issue();
  Advance(absl::Hours(48));
  absl::Time asked;
  const auto limit = [&asked](absl::Time before) -> absl::StatusOr<absl::Time> {
    asked = before;
    return before - absl::Hours(24);
  };
  FLEETCA_ASSERT_OK(PruneStore(rule_, store_, absl::ZeroDuration(), limit));
  EXPECT_EQ(asked, clock_.Now() - absl::Hours(24));
  EXPECT_TRUE(store_.GetBySerial(serial).ok());
  // And what it cannot be told of.
  EXPECT_THAT(PruneStore(rule_, store_, absl::ZeroDuration(),
                         [](absl::Time) -> absl::StatusOr<absl::Time> {
                           return Unavailable(Reason::kStoreUnavailable, "the disk is full");
                         }),
              IsError(absl::StatusCode::kUnavailable, Reason::kStoreUnavailable));
  EXPECT_TRUE(store_.GetBySerial(serial).ok());
  FLEETCA_ASSERT_OK(PruneStore(rule_, store_, absl::ZeroDuration(),
                               [](absl::Time before) { return before + absl::Hours(24); }));
  EXPECT_FALSE(store_.GetBySerial(serial).ok());
}

TEST_F(StorePrunerTest, DoesItInTheBackground) {
  const std::string serial = Issue();
  Advance(absl::Hours(48));
  const auto pruner =
      StorePruner::Start(rule_, store_, absl::ZeroDuration(), nullptr, absl::Milliseconds(1));
  FLEETCA_ASSERT_OK(pruner);
  const absl::Time deadline = absl::Now() + absl::Seconds(30);
  while (store_.GetBySerial(serial).ok() && absl::Now() < deadline) {
    absl::SleepFor(absl::Milliseconds(1));
  }
  EXPECT_FALSE(store_.GetBySerial(serial).ok());
}

// Counts how often it is told to prune, and never can.
class StoreThatCannotPrune : public store::MemoryStore {
 public:
  absl::Status Prune(absl::Time) override {
    ++tries_;
    return Unavailable(Reason::kStoreUnavailable, "the disk is full");
  }
  int tries() const { return tries_; }

 private:
  std::atomic<int> tries_{0};
};

TEST_F(StorePrunerTest, AFaultThatLastsIsOneLineAMinute) {
  StoreThatCannotPrune store;
  FLEETCA_ASSERT_OK(store.NoteTime(clock_.Now()));
  ::testing::internal::CaptureStderr();
  {
    const auto pruner =
        StorePruner::Start(rule_, store, absl::ZeroDuration(), nullptr, absl::Milliseconds(1));
    FLEETCA_ASSERT_OK(pruner);
    const absl::Time deadline = absl::Now() + absl::Seconds(30);
    while (store.tries() < 20 && absl::Now() < deadline) {
      absl::SleepFor(absl::Milliseconds(1));
    }
  }
  const std::string log = ::testing::internal::GetCapturedStderr();
  EXPECT_GE(store.tries(), 20);
  const std::vector<std::string> parts = absl::StrSplit(log, "stay in the store");
  EXPECT_EQ(parts.size(), 2u) << log;
  EXPECT_THAT(log, ::testing::HasSubstr("the disk is full"));
}

}  // namespace
}  // namespace fleetca::service
