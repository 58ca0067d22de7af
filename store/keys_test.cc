#include "store/keys.h"

#include <gtest/gtest.h>

namespace fleetca::store {
namespace {

// Pinned: part of the format.
TEST(KeysTest, IdentityPrefixIsFnv1a) {
  EXPECT_EQ(IdentityPrefix(""), "\xcb\xf2\x9c\xe4\x84\x22\x23\x25");
  EXPECT_EQ(IdentityPrefix("foobar"), "\x85\x94\x41\x71\xf7\x39\x67\xe8");
}

TEST(KeysTest, IdentityKeyEndsWithTheSerial) {
  const std::string key = IdentityKey("foobar", "serial-of-20-octets!");
  EXPECT_EQ(key.size(), 28u);
  EXPECT_EQ(SerialOfIdentityKey(key), "serial-of-20-octets!");
  EXPECT_EQ(SerialOfIdentityKey("short"), "");
}

TEST(KeysTest, ExpiryLowerBoundRoundsUpToTheHour) {
  const absl::Time hour = absl::FromUnixSeconds(0x0aff01 * 3600LL);
  EXPECT_EQ(ExpiryLowerBound(hour), "\x01\x0a\xff\x01");
  EXPECT_EQ(ExpiryLowerBound(hour - absl::Nanoseconds(1)), "\x01\x0a\xff\x01");
  EXPECT_EQ(ExpiryLowerBound(hour + absl::Nanoseconds(1)), "\x01\x0a\xff\x02");
}

TEST(KeysTest, ExpiryLowerBoundStaysWithinTheSerials) {
  const std::string first("\x01\0\0\0", 4);
  EXPECT_EQ(ExpiryLowerBound(absl::InfinitePast()), first);
  EXPECT_EQ(ExpiryLowerBound(absl::UnixEpoch() - absl::Hours(1)), first);
  EXPECT_EQ(ExpiryLowerBound(absl::UnixEpoch()), first);
  const absl::Time last = absl::FromUnixSeconds(0xffffff * 3600LL);
  EXPECT_EQ(ExpiryLowerBound(last), "\x01\xff\xff\xff");
  EXPECT_EQ(ExpiryLowerBound(last + absl::Nanoseconds(1)), "\x02");
  EXPECT_EQ(ExpiryLowerBound(absl::InfiniteFuture()), "\x02");
}

}  // namespace
}  // namespace fleetca::store
