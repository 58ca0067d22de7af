#include "x509/der/time.h"

#include <string>

#include "absl/time/civil_time.h"
#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

absl::Time Utc(int year, int month = 1, int day = 1, int hour = 0, int minute = 0, int second = 0) {
  return absl::FromCivil(absl::CivilSecond(year, month, day, hour, minute, second),
                         absl::UTCTimeZone());
}

std::string Written(absl::Time time) {
  std::string out;
  AppendTime(time, &out);
  return out;
}

bool Reads(uint8_t tag, absl::string_view text, absl::Time* time) {
  const std::string element = der::Encode(tag, text);
  der::Reader reader(element);
  const bool read = ReadTime(&reader, time);
  EXPECT_EQ(reader.empty(), read);
  return read;
}

TEST(TimeTest, CutsOverToGeneralizedTimeIn2050) {
  EXPECT_EQ(Written(Utc(2049, 12, 31, 23, 59, 59)),
            "\x17\x0d"
            "491231235959Z");
  EXPECT_EQ(Written(Utc(2050)),
            "\x18\x0f"
            "20500101000000Z");
  EXPECT_EQ(Written(Utc(1950)),
            "\x17\x0d"
            "500101000000Z");
  EXPECT_EQ(Written(Utc(2000, 2, 29)),
            "\x17\x0d"
            "000229000000Z");
}

TEST(TimeTest, CutsToTheSecondAndToTheYearsThatExist) {
  EXPECT_EQ(Written(Utc(2026, 7, 1, 12, 30, 15) + absl::Milliseconds(999)),
            Written(Utc(2026, 7, 1, 12, 30, 15)));
  EXPECT_EQ(Written(absl::InfiniteFuture()),
            "\x18\x0f"
            "99991231235959Z");
  EXPECT_EQ(Written(absl::InfinitePast()),
            "\x17\x0d"
            "500101000000Z");
}

TEST(TimeTest, ReadsWhatItWrites) {
  for (const absl::Time time :
       {Utc(1950), Utc(1969, 12, 31, 23, 59, 59), Utc(1970), Utc(1999), Utc(2024, 2, 29),
        Utc(2049, 12, 31, 23, 59, 59), Utc(2050), Utc(9999, 12, 31, 23, 59, 59)}) {
    const std::string element = Written(time);
    der::Reader reader(element);
    absl::Time read;
    ASSERT_TRUE(ReadTime(&reader, &read)) << time;
    EXPECT_EQ(read, time);
    EXPECT_TRUE(reader.empty());
  }
}

TEST(TimeTest, RefusesOtherForms) {
  absl::Time time;
  for (const absl::string_view bad : {"2607011230Z",
                                      "260701123015",
                                      "260701123015+0000",
                                      "260701123015z",
                                      "2607011230155Z",
                                      "26070112301 Z",
                                      "26070112301:Z",
                                      "",
                                      "Z",
                                      "260001000000Z",
                                      "261301000000Z",
                                      "260100000000Z",
                                      "260132000000Z",
                                      "260229000000Z",
                                      "260431000000Z",
                                      "260701240000Z",
                                      "260701006000Z",
                                      "260701000060Z",
                                      "-60701123015Z",
                                      "+60701123015Z"}) {
    EXPECT_FALSE(Reads(der::kUtcTime, bad, &time)) << bad;
  }
  for (const absl::string_view bad : {"20491231235959Z", "20260701123015Z", "20500101000000.5Z",
                                      "205001010000Z", "20500101000000", "21000229000000Z"}) {
    EXPECT_FALSE(Reads(der::kGeneralizedTime, bad, &time)) << bad;
  }
  EXPECT_TRUE(Reads(der::kGeneralizedTime, "20500101000000Z", &time));
  EXPECT_FALSE(Reads(der::kUtcTime, "20500101000000Z", &time));
  EXPECT_FALSE(Reads(der::kUtf8String, "260701123015Z", &time));
}

TEST(TimeTest, CachedValidityEqualsUncached) {
  for (int round = 0; round < 3; ++round) {
    for (int offset = 0; offset < 10; ++offset) {
      const absl::Time not_before = Utc(2026, 7, 1) + absl::Seconds(offset);
      const absl::Time not_after = Utc(2049, 12, 31, 23, 59, 55) + absl::Seconds(offset);
      std::string validity = "x";
      AppendValidity(not_before, not_after, &validity);
      EXPECT_EQ(validity,
                "x" + der::Encode(der::kSequence, Written(not_before) + Written(not_after)));
    }
  }
  std::string validity;
  AppendValidity(absl::UnixEpoch(), absl::UnixEpoch(), &validity);
  EXPECT_EQ(validity,
            der::Encode(der::kSequence, Written(absl::UnixEpoch()) + Written(absl::UnixEpoch())));
}

TEST(TimeTest, WritesAndReadsGeneralizedTimeInEveryYear) {
  const struct {
    absl::Time time;
    const char* text;
  } kCases[] = {
      {Utc(1950), "19500101000000Z"},
      {Utc(2026, 6, 1, 12, 30, 59) + absl::Milliseconds(999), "20260601123059Z"},
      {Utc(2049, 12, 31, 23, 59, 59), "20491231235959Z"},
      {Utc(2050), "20500101000000Z"},
      {Utc(9999, 12, 31, 23, 59, 59), "99991231235959Z"},
      {absl::InfiniteFuture(), "99991231235959Z"},
  };
  for (const auto& row : kCases) {
    std::string element;
    AppendGeneralizedTime(row.time, &element);
    EXPECT_EQ(element, der::Encode(der::kGeneralizedTime, row.text));
    der::Reader reader(element);
    absl::Time time;
    ASSERT_TRUE(ReadGeneralizedTime(&reader, &time)) << row.text;
    EXPECT_TRUE(reader.empty());
    EXPECT_EQ(time, absl::FromUnixSeconds(absl::ToUnixSeconds(time)));
    if (row.time != absl::InfiniteFuture()) {
      EXPECT_EQ(time, absl::FromUnixSeconds(absl::ToUnixSeconds(row.time)));
    }
  }
}

TEST(TimeTest, ReadsNoOtherFormAsGeneralizedTime) {
  for (const absl::string_view bad :
       {"", "20260601123059", "20260601123059.5Z", "20260601123059,0Z", "202606011230Z",
        "20260601123059+0000", "20260631123059Z", "20260601243059Z", "20260601126059Z",
        "20260601123060Z", "2026060112305 Z", "20260601123059z"}) {
    const std::string element = der::Encode(der::kGeneralizedTime, bad);
    der::Reader reader(element);
    absl::Time time;
    EXPECT_FALSE(ReadGeneralizedTime(&reader, &time)) << bad;
    EXPECT_EQ(reader.rest(), element);
  }
  const std::string utc = der::Encode(der::kUtcTime, "260601123059Z");
  der::Reader reader(utc);
  absl::Time time;
  EXPECT_FALSE(ReadGeneralizedTime(&reader, &time));
}

}  // namespace
}  // namespace fleetca::x509
