#include "store/records/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace fleetca::store {
namespace {

// RFC 3720 appendix B.4.
TEST(Crc32cTest, MatchesThePublishedValues) {
  std::string rising;
  for (char octet = 0; octet < 32; ++octet) {
    rising.push_back(octet);
  }
  const std::string falling(rising.rbegin(), rising.rend());
  for (const auto crc32c : {&Crc32c, &Crc32cPortable}) {
    EXPECT_EQ(crc32c(std::string(32, '\0'), 0), 0x8a9136aau);
    EXPECT_EQ(crc32c(std::string(32, '\xff'), 0), 0x62a8ab43u);
    EXPECT_EQ(crc32c(rising, 0), 0x46dd794eu);
    EXPECT_EQ(crc32c(falling, 0), 0x113fdb5cu);
    EXPECT_EQ(crc32c("123456789", 0), 0xe3069283u);
  }
}

TEST(Crc32cTest, GoesOnWhereItStopped) {
  const std::string text = "The quick brown fox jumps over the lazy dog";
  for (size_t size = 0; size <= text.size(); ++size) {
    const absl::string_view head(text.data(), size);
    const absl::string_view tail = absl::string_view(text).substr(size);
    EXPECT_EQ(Crc32c(tail, Crc32c(head)), Crc32c(text));
    EXPECT_EQ(Crc32cPortable(tail, Crc32c(head)), Crc32c(text));
  }
}

}  // namespace
}  // namespace fleetca::store
