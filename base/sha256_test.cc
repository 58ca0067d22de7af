#include "base/sha256.h"

#include <gtest/gtest.h>

namespace fleetca {
namespace {

// FIPS 180-4's examples.
TEST(Sha256Test, HashesBytes) {
  EXPECT_EQ(Sha256("abc")[0], '\xba');
  EXPECT_EQ(HexSha256("abc"), "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(HexSha256(""), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Sha256Test, ListsDoNotRunTogether) {
  EXPECT_EQ(Sha256OfParts({"ab", "c"}), Sha256OfParts({"ab", "c"}));
  EXPECT_NE(Sha256OfParts({"ab", "c"}), Sha256OfParts({"a", "bc"}));
  EXPECT_NE(Sha256OfParts({"abc"}), Sha256OfParts({"abc", ""}));
  EXPECT_EQ(Sha256OfParts({}).size(), 32u);
}

}  // namespace
}  // namespace fleetca
