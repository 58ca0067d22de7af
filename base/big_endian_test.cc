#include "base/big_endian.h"

#include <gtest/gtest.h>

#include <string>

namespace fleetca {
namespace {

TEST(BigEndianTest, TheMostSignificantOctetComesFirst) {
  char octets[4] = {'x', 'x', 'x', 'x'};
  WriteBigEndian(0x010203, 3, octets);
  EXPECT_EQ(std::string(octets, sizeof(octets)), std::string("\1\2\3x"));
  EXPECT_EQ(ReadBigEndian(absl::string_view(octets, 3)), 0x010203u);
}

TEST(BigEndianTest, AppendsBehindWhatIsThere) {
  std::string text = "n";
  AppendBigEndian(0xff00, 8, text);
  EXPECT_EQ(text, std::string("n\0\0\0\0\0\0\xff\0", 9));
  EXPECT_EQ(ReadBigEndian(absl::string_view(text).substr(1)), 0xff00u);
}

TEST(BigEndianTest, WhatDoesNotFitIsCutOff) {
  std::string text;
  AppendBigEndian(0x123456, 2, text);
  EXPECT_EQ(text, "\x34\x56");
}

TEST(BigEndianTest, NoOctetsAreZero) {
  EXPECT_EQ(ReadBigEndian(""), 0u);
  EXPECT_EQ(ReadBigEndian("\xff\xff\xff\xff\xff\xff\xff\xff"), ~uint64_t{0});
}

}  // namespace
}  // namespace fleetca
