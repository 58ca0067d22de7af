#include "store/records/keys.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

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

// Pinned: part of the format.
TEST(KeysTest, KeysOfJwts) {
  const std::string hash(32, 'h');
  const absl::Time hour = absl::FromUnixSeconds(0x0aff01 * 3600LL);
  EXPECT_EQ(JwtUseKey(hash), "i" + hash);
  EXPECT_EQ(JwtExpiryKey(hour, hash), std::string("x\x00\x0a\xff\x01", 5) + hash);
  EXPECT_EQ(JwtExpiryKey(hour + absl::Seconds(1), hash),
            std::string("x\x00\x0a\xff\x02", 5) + hash);
  EXPECT_EQ(IdHashOfJwtExpiryKey(JwtExpiryKey(hour, hash)), hash);
}

TEST(KeysTest, TheRangeOfExpiredJwtsHoldsOnlySuch) {
  const absl::Time hour = absl::FromUnixSeconds(500000 * 3600LL);
  const std::string hash(32, '\0');
  const auto within = [&](absl::Time expires_at, absl::Time time) {
    const std::string key = JwtExpiryKey(expires_at, hash);
    return key >= JwtExpiryLowerBound() && key < JwtExpiryUpperBound(time);
  };
  EXPECT_TRUE(within(hour - absl::Hours(1), hour));
  EXPECT_FALSE(within(hour - absl::Seconds(1), hour));
  EXPECT_FALSE(within(hour, hour));
  EXPECT_TRUE(within(hour, hour + absl::Seconds(1)));
  EXPECT_FALSE(within(hour + absl::Seconds(1), hour));
  EXPECT_TRUE(within(hour, absl::InfiniteFuture()));
  EXPECT_FALSE(within(hour, absl::InfinitePast()));
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

TEST(KeysTest, KeysOfAJoinTokenStandTogether) {
  const std::string hash = "hash-of-32-octets---------------";
  const std::string next = "hash-of-32-octets--------------.";
  const std::vector<std::string> keys = {
      hash,
      TokenRevocationKey(hash),
      TokenUseKey(hash, 1),
      TokenUseKey(hash, 0x100),
      TokenUseKey(hash, 0xffffffff),
      TokenUpperBound(hash),
      next,
  };
  EXPECT_TRUE(std::is_sorted(keys.begin(), keys.end()));
  for (size_t i = 0; i < keys.size(); ++i) {
    EXPECT_EQ(IsTokenKey(keys[i]), i == 0 || i == 6) << i;
    EXPECT_EQ(IsTokenRevocationKey(keys[i]), i == 1) << i;
    EXPECT_EQ(IsTokenUseKey(keys[i]), i >= 2 && i <= 4) << i;
    EXPECT_EQ(HashOfTokenKey(keys[i]), i == 6 ? next : hash) << i;
  }
  EXPECT_EQ(UsesOfTokenUseKey(keys[3]), 0x100u);
  EXPECT_FALSE(IsTokenUseKey(keys[2] + "x"));
  EXPECT_FALSE(IsTokenKey(""));
}

}  // namespace
}  // namespace fleetca::store
