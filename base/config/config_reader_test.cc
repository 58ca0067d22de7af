#include "base/config/config_reader.h"

#include <cstdint>
#include <string>
#include <utility>

#include "fleetca/config/v1/config.pb.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"

namespace fleetca {
namespace {

using ::testing::HasSubstr;

google::protobuf::Duration Proto(int64_t seconds, int32_t nanos) {
  google::protobuf::Duration duration;
  duration.set_seconds(seconds);
  duration.set_nanos(nanos);
  return duration;
}

// Every mistake is about the field "trust_domain", on the first line.
class ConfigReaderTest : public ::testing::Test {
 protected:
  static constexpr char kField[] = "trust_domain";

  // What `read`, a function of (ConfigReader&), finds wrong; "" for nothing.
  template <typename Read>
  static std::string Mistake(Read read, absl::string_view folder = "conf") {
    config::v1::ServerConfig message;
    ConfigText text("trust_domain: \"x\"", "f", &message);
    ConfigReader reader(&text, folder);
    read(reader);
    return std::string(text.ToStatus().message());
  }
  static std::string PathOf(absl::string_view folder, const std::string& path) {
    std::string result;
    EXPECT_EQ(Mistake([&](ConfigReader& reader) { result = reader.Path(kField, path); }, folder),
              "");
    return result;
  }
};

TEST_F(ConfigReaderTest, AMistakeStandsAtItsPlace) {
  EXPECT_EQ(Mistake([](ConfigReader& reader) {
              reader.Mistake(kField, "is odd");
              EXPECT_EQ(reader.PlaceOf(kField), "f:1");
            }),
            "f:1: trust_domain: is odd");
}

TEST_F(ConfigReaderTest, WhatIsRequiredMustBeThere) {
  EXPECT_EQ(Mistake([](ConfigReader& reader) {
              EXPECT_EQ(reader.Required(kField, "value", "\"x\""), "value");
            }),
            "");
  EXPECT_THAT(Mistake([](ConfigReader& reader) { reader.Required(kField, "", "\"example\""); }),
              HasSubstr("is missing; write it, as in \"example\""));
}

TEST_F(ConfigReaderTest, PathsAreTakenFromTheFolder) {
  EXPECT_EQ(PathOf("conf", "a/b"), "conf/a/b");
  EXPECT_EQ(PathOf("conf/", "a"), "conf/a");
  EXPECT_EQ(PathOf("/", "a"), "/a");
  EXPECT_EQ(PathOf("", "a"), "a");
  EXPECT_EQ(PathOf("conf", "/a"), "/a");
  for (const auto& [path, problem] :
       {std::pair("", "is missing"), std::pair("-----BEGIN CERTIFICATE-----", "holds the contents"),
        std::pair("a\nb", "control character"), std::pair("a\x7f", "control character")}) {
    EXPECT_THAT(Mistake([&](ConfigReader& reader) { reader.Path(kField, path); }),
                HasSubstr(problem))
        << path;
  }
}

TEST_F(ConfigReaderTest, ATrustDomainIsTheDomainAlone) {
  for (const std::string& good :
       {std::string("fleet.example"), std::string("a_b-c.1"), std::string(255, 'a')}) {
    EXPECT_EQ(
        Mistake([&](ConfigReader& reader) { EXPECT_EQ(reader.TrustDomain(kField, good), good); }),
        "");
  }
  for (const std::string& bad :
       {std::string(), std::string("spiffe://fleet.example"), std::string("fleet.example/x"),
        std::string("Fleet.example"), std::string("fleet example"), std::string("a:1"),
        std::string("a@b"), std::string(256, 'a')}) {
    EXPECT_NE(Mistake([&](ConfigReader& reader) {
                EXPECT_EQ(reader.TrustDomain(kField, bad), "invalid.example");
              }),
              "")
        << bad;
  }
}

TEST_F(ConfigReaderTest, AnAddressIsAHostAndAPort) {
  for (const char* good : {"0.0.0.0:8443", "127.0.0.1:0", "[::]:65535", "[fe80::1]:1",
                           "ca.fleet.example:8443", "localhost:1"}) {
    EXPECT_EQ(AddressProblem(good), "") << good;
  }
  for (const auto& [bad, problem] : {
           std::pair("127.0.0.1", "has no port"),
           std::pair("127.0.0.1:", "has a port that is not"),
           std::pair("127.0.0.1:65536", "has a port that is not"),
           std::pair("127.0.0.1:-1", "has a port that is not"),
           std::pair("127.0.0.1:+1", "has a port that is not"),
           std::pair("127.0.0.1: 1", "has a port that is not"),
           std::pair("127.0.0.1:01", "has a port that is not"),
           std::pair("127.0.0.1:http", "has a port that is not"),
           std::pair("[127.0.0.1]:1", "no IPv6 address in its brackets"),
           std::pair("[::1:1", "no IPv6 address in its brackets"),
           std::pair("::1:1", "IPv6 address without brackets"),
           std::pair(":1", "not an IP address or DNS name"),
           std::pair("a b:1", "not an IP address or DNS name"),
           std::pair("a\tb:1", "control character"),
       }) {
    EXPECT_THAT(AddressProblem(bad), HasSubstr(problem)) << bad;
    EXPECT_THAT(Mistake([&](ConfigReader& reader) { reader.Address(kField, bad); }),
                HasSubstr(problem));
  }
  EXPECT_THAT(Mistake([](ConfigReader& reader) { reader.Address(kField, ""); }),
              HasSubstr("is missing"));
}

TEST_F(ConfigReaderTest, ADurationIsWhatProtobufAllows) {
  constexpr int64_t kMax = 315576000000;
  for (const auto& good : {Proto(0, 0), Proto(kMax, 999999999), Proto(-kMax, -999999999),
                           Proto(0, -1), Proto(3600, 0)}) {
    EXPECT_EQ(Mistake([&](ConfigReader& reader) {
                EXPECT_EQ(reader.Duration(kField, good),
                          absl::Seconds(good.seconds()) + absl::Nanoseconds(good.nanos()));
              }),
              "")
        << good.ShortDebugString();
  }
  for (const auto& bad : {Proto(kMax + 1, 0), Proto(-kMax - 1, 0), Proto(0, 1000000000),
                          Proto(0, -1000000000), Proto(1, -1), Proto(-1, 1), Proto(0, INT32_MIN),
                          Proto(0, INT32_MAX), Proto(INT64_MIN, 0), Proto(INT64_MAX, 0)}) {
    EXPECT_THAT(Mistake([&](ConfigReader& reader) { reader.Duration(kField, bad); }),
                HasSubstr("is not a duration"))
        << bad.ShortDebugString();
  }
}

TEST_F(ConfigReaderTest, ALimitMayBeAllOfItsMostAndNotOneMore) {
  EXPECT_EQ(Mistake([](ConfigReader& reader) {
              EXPECT_EQ(reader.Limit(kField, 0, 7, 10), 7u);
              EXPECT_EQ(reader.Limit(kField, 1, 7, 10), 1u);
              EXPECT_EQ(reader.Limit(kField, 10, 7, 10), 10u);
            }),
            "");
  EXPECT_THAT(Mistake([](ConfigReader& reader) { reader.Limit(kField, 11, 7, 10); }),
              HasSubstr("is 11; write at most 10"));
}

TEST_F(ConfigReaderTest, FieldsAreNamedByTheirPath) {
  EXPECT_EQ(Below("listener", "address"), "listener.address");
  EXPECT_EQ(At("profiles", 2), "profiles[2]");
}

}  // namespace
}  // namespace fleetca
