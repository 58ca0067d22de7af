#include "service/revocation/crl_slot.h"

#include <memory>

#include "absl/time/time.h"
#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

const absl::Time kStart = absl::FromUnixSeconds(1'780'000'000);
constexpr CrlSchedule kSchedule = {
    .delay = absl::Seconds(60), .refresh = absl::Hours(12), .retry = absl::Seconds(10)};

// Published at kStart.
CrlSlot Published() {
  CrlSlot slot;
  slot.published =
      std::make_shared<const PublishedCrl>(PublishedCrl{.number = 1, .this_update = kStart});
  return slot;
}

TEST(CrlSlotTest, WhatWasNeverMadeIsDueAtOnceAndAfterAFailureLater) {
  CrlSlot slot;
  EXPECT_EQ(slot.DueAt(kSchedule), absl::InfinitePast());
  slot.try_from = kStart + kSchedule.retry;
  EXPECT_EQ(slot.DueAt(kSchedule), kStart + kSchedule.retry);
}

TEST(CrlSlotTest, TheFirstChangeThatIsNotInItCounts) {
  CrlSlot slot = Published();
  EXPECT_EQ(slot.DueAt(kSchedule), kStart + kSchedule.refresh);
  slot.NoteChange(kStart + absl::Minutes(5));
  slot.NoteChange(kStart + absl::Minutes(6));
  EXPECT_EQ(slot.DueAt(kSchedule), kStart + absl::Minutes(5) + kSchedule.delay);
  // A change late in its life delays it no further.
  CrlSlot late = Published();
  late.NoteChange(kStart + kSchedule.refresh - absl::Seconds(1));
  EXPECT_EQ(late.DueAt(kSchedule), kStart + kSchedule.refresh);
}

TEST(CrlSlotTest, AfterAFailureNothingIsDueBeforeTheNextAttempt) {
  CrlSlot slot = Published();
  slot.NoteChange(kStart);
  slot.try_from = kStart + absl::Hours(1);
  EXPECT_EQ(slot.DueAt(kSchedule), kStart + absl::Hours(1));
}

TEST(CrlSlotTest, OneThatIsTooLargeIsTriedAgainAfterItsHalfLife) {
  CrlSlot slot;
  slot.too_large = true;
  slot.attempted_at = kStart;
  slot.try_from = kStart + kSchedule.retry;
  EXPECT_EQ(slot.DueAt(kSchedule), kStart + kSchedule.refresh);
}

TEST(CrlSlotTest, AClockThatWasSetBackMakesNothingWaitForLonger) {
  const absl::Time back = kStart - absl::Minutes(4);
  CrlSlot changed = Published();
  changed.NoteChange(kStart);
  changed.NoteTime(back, kSchedule);
  EXPECT_EQ(changed.DueAt(kSchedule), back + kSchedule.delay);
  CrlSlot failed;
  failed.try_from = kStart + kSchedule.retry;
  failed.NoteTime(back, kSchedule);
  EXPECT_EQ(failed.DueAt(kSchedule), back + kSchedule.retry);
  CrlSlot too_large;
  too_large.too_large = true;
  too_large.attempted_at = kStart;
  too_large.NoteTime(back, kSchedule);
  EXPECT_EQ(too_large.DueAt(kSchedule), back + kSchedule.refresh);
  // And it is no change.
  CrlSlot idle = Published();
  idle.NoteTime(back, kSchedule);
  EXPECT_EQ(idle.changed_at, absl::InfiniteFuture());
}

}  // namespace
}  // namespace fleetca::service
