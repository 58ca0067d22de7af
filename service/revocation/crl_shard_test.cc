#include "service/revocation/crl_shard.h"

#include <string>

#include "gtest/gtest.h"

namespace fleetca::service {
namespace {

std::string Serial(unsigned char high, unsigned char low) {
  std::string serial(20, '\x01');
  serial[18] = static_cast<char>(high);
  serial[19] = static_cast<char>(low);
  return serial;
}

TEST(CrlShardTest, IsTheLastTwoOctetsModuloTheirNumber) {
  EXPECT_EQ(CrlShardOf(Serial(0x00, 0x05), 128), 5);
  EXPECT_EQ(CrlShardOf(Serial(0x00, 0x80), 128), 0);
  EXPECT_EQ(CrlShardOf(Serial(0xff, 0xff), 128), 127);
  EXPECT_EQ(CrlShardOf(Serial(0xff, 0xff), 1000), 535);
  EXPECT_EQ(CrlShardOf(Serial(0xff, 0xff), 1), 0);
  EXPECT_EQ(CrlShardOf(Serial(0x01, 0x00), 300), 256);
}

TEST(CrlShardTest, UrlHasOneSlashBeforeTheShard) {
  EXPECT_EQ(CrlShardUrl("http://pki.fleet.example/crl/ab", 17),
            "http://pki.fleet.example/crl/ab/17.crl");
  EXPECT_EQ(CrlShardUrl("http://pki.fleet.example/crl/ab/", 0),
            "http://pki.fleet.example/crl/ab/0.crl");
}

}  // namespace
}  // namespace fleetca::service
