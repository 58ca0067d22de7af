#include "x509/serial.h"

#include <array>
#include <thread>
#include <vector>

#include "absl/container/flat_hash_set.h"
#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "gtest/gtest.h"

namespace fleetca::x509 {
namespace {

const absl::Time kNow = absl::FromUnixMillis(1'780'000'000'123);

SerialNumber MakeSerial(absl::Time not_after, uint16_t instance_id = 7, absl::Time now = kNow) {
  auto serial = SerialNumber::Create(not_after, instance_id, now);
  EXPECT_TRUE(serial.ok()) << serial.status();
  return *serial;
}

void ExpectInvalid(const absl::StatusOr<SerialNumber>& serial, Reason reason) {
  ASSERT_FALSE(serial.ok()) << serial->ToHex();
  EXPECT_EQ(serial.status().code(), absl::StatusCode::kInvalidArgument);
  EXPECT_EQ(GetReason(serial.status()), reason) << serial.status();
}

TEST(SerialNumber, HasTheDocumentedLayout) {
  const SerialNumber serial = MakeSerial(absl::FromUnixSeconds(3600 * 0x078abc), 0xbeef,
                                         absl::FromUnixMillis(0x0102030405));
  const absl::string_view bytes = serial.bytes();
  ASSERT_EQ(bytes.size(), 20u);
  EXPECT_EQ(absl::BytesToHexString(bytes.substr(0, 11)), "01078abcbeef0102030405");
  EXPECT_EQ(serial.expiry_hour(), absl::FromUnixSeconds(3600 * 0x078abc));
  EXPECT_EQ(serial.instance_id(), 0xbeef);
  EXPECT_EQ(serial.ToHex(), absl::BytesToHexString(bytes));
}

TEST(SerialNumber, TellsTheIssueTimeToTheMillisecond) {
  for (const absl::Duration life : {absl::Hours(1), absl::Hours(24), absl::Hours(24 * 365 * 30)}) {
    EXPECT_EQ(MakeSerial(kNow + life).issue_time(), kNow) << life;
  }
  const absl::Time later = absl::FromUnixMillis(4'000'000'000'999);
  EXPECT_EQ(MakeSerial(later + absl::Minutes(5), 1, later).issue_time(), later);
}

TEST(SerialNumber, RoundsTheExpiryUpToTheHour) {
  const absl::Time hour = absl::FromUnixSeconds(3600 * 500'000);
  EXPECT_EQ(MakeSerial(hour).expiry_hour(), hour);
  EXPECT_EQ(MakeSerial(hour + absl::Nanoseconds(1)).expiry_hour(), hour + absl::Hours(1));
  EXPECT_EQ(MakeSerial(hour - absl::Nanoseconds(1)).expiry_hour(), hour);
  EXPECT_EQ(MakeSerial(hour - absl::Hours(1)).expiry_hour(), hour - absl::Hours(1));
}

TEST(SerialNumber, RefusesExpiriesThatDoNotFit) {
  const absl::Time last = absl::FromUnixSeconds(int64_t{3600} * ((1 << 24) - 1));
  EXPECT_EQ(MakeSerial(last).expiry_hour(), last);
  EXPECT_EQ(MakeSerial(absl::UnixEpoch()).expiry_hour(), absl::UnixEpoch());
  for (const absl::Time bad :
       {last + absl::Seconds(1), absl::FromUnixSeconds(253'402'300'799), absl::InfiniteFuture(),
        absl::InfinitePast(), absl::UnixEpoch() - absl::Hours(1)}) {
    ExpectInvalid(SerialNumber::Create(bad, 1, kNow), Reason::kLifetimeInvalid);
  }
}

TEST(SerialNumber, SortsByExpiryThenInstanceThenIssueTime) {
  const absl::Time hour = absl::FromUnixSeconds(3600 * 500'000);
  const std::vector<SerialNumber> ascending = {
      MakeSerial(hour - absl::Hours(200'000), 0xffff, kNow + absl::Hours(9)),
      MakeSerial(hour, 1, kNow),
      MakeSerial(hour, 1, kNow + absl::Milliseconds(1)),
      MakeSerial(hour, 0x8000, kNow - absl::Hours(1)),
      MakeSerial(hour + absl::Seconds(1), 0, kNow - absl::Hours(2)),
      MakeSerial(absl::FromUnixSeconds(int64_t{3600} * 0x800000), 0, kNow - absl::Hours(3)),
  };
  for (size_t i = 1; i < ascending.size(); ++i) {
    EXPECT_LT(ascending[i - 1].bytes(), ascending[i].bytes()) << i;
  }
}

TEST(SerialNumber, ReadsOnlyItsOwnForm) {
  const SerialNumber serial = MakeSerial(kNow + absl::Hours(24));
  const std::string bytes(serial.bytes());
  const auto again = SerialNumber::FromBytes(bytes);
  ASSERT_TRUE(again.ok());
  EXPECT_EQ(*again, serial);

  std::string other_form = bytes;
  for (const char first : {'\x00', '\x02', '\x7f', '\x80', '\xff'}) {
    other_form[0] = first;
    ExpectInvalid(SerialNumber::FromBytes(other_form), Reason::kSerialInvalid);
  }
  ExpectInvalid(SerialNumber::FromBytes(""), Reason::kSerialInvalid);
  ExpectInvalid(SerialNumber::FromBytes(bytes.substr(0, 19)), Reason::kSerialInvalid);
  ExpectInvalid(SerialNumber::FromBytes(bytes + '\0'), Reason::kSerialInvalid);
}

TEST(SerialNumber, ReadsHexAsPeoplePasteIt) {
  const SerialNumber serial = MakeSerial(kNow + absl::Hours(24));
  const std::string lower = serial.ToHex();
  ASSERT_EQ(lower.size(), 40u);
  std::string colons = lower.substr(0, 2);
  for (size_t i = 2; i < lower.size(); i += 2) {
    absl::StrAppend(&colons, ":", lower.substr(i, 2));
  }
  for (const std::string& text :
       {lower, absl::AsciiStrToUpper(lower), "0x" + lower, "0X" + lower, "serial=" + lower, colons,
        "serial=" + absl::AsciiStrToUpper(colons)}) {
    const auto read = SerialNumber::FromHex(text);
    ASSERT_TRUE(read.ok()) << text << ": " << read.status();
    EXPECT_EQ(*read, serial) << text;
  }
}

TEST(SerialNumber, RefusesOtherText) {
  const std::string hex = MakeSerial(kNow + absl::Hours(24)).ToHex();
  std::string not_hex = hex;
  not_hex[20] = 'g';
  std::string colons = hex.substr(0, 2);
  for (size_t i = 2; i < hex.size(); i += 2) {
    absl::StrAppend(&colons, ":", hex.substr(i, 2));
  }
  std::string moved_colon = colons;
  std::swap(moved_colon[2], moved_colon[3]);
  std::string dashes = colons;
  dashes[5] = '-';
  for (const std::string& text : {std::string(),
                                  std::string("0x"),
                                  hex.substr(1),
                                  hex + "0",
                                  hex + "00",
                                  hex + "\n",
                                  " " + hex,
                                  not_hex,
                                  moved_colon,
                                  dashes,
                                  colons + ":",
                                  "00" + hex,
                                  "0x0x" + hex.substr(2),
                                  hex.substr(0, 2) + ":" + hex.substr(2),
                                  "-" + hex.substr(1),
                                  std::string(40, '\0'),
                                  std::string(40, '0'),
                                  "ff" + hex.substr(2),
                                  std::string(1 << 20, '1'),
                                  "Serial Number: " + hex}) {
    ExpectInvalid(SerialNumber::FromHex(text), Reason::kSerialInvalid);
  }
  // What was given is quoted without its control characters.
  EXPECT_EQ(SerialNumber::FromHex("\x1b[31m").status().message().find('\x1b'), std::string::npos);
}

TEST(SerialLowerBound, CutsWhereTheExpiryHourDoes) {
  const absl::Time hour = absl::FromUnixSeconds(3600 * 500'000);
  for (const absl::Duration expiry_offset :
       {-absl::Hours(1), -absl::Seconds(1), absl::ZeroDuration(), absl::Seconds(1),
        absl::Minutes(59), absl::Hours(1)}) {
    const SerialNumber serial = MakeSerial(hour + expiry_offset);
    for (const absl::Duration bound_offset :
         {-absl::Hours(2), -absl::Hours(1), -absl::Nanoseconds(1), absl::ZeroDuration(),
          absl::Nanoseconds(1), absl::Minutes(30), absl::Hours(1), absl::Hours(2)}) {
      const absl::Time bound = hour + bound_offset;
      EXPECT_EQ(serial.bytes() >= SerialLowerBound(bound), serial.expiry_hour() >= bound)
          << expiry_offset << " " << bound_offset;
    }
  }
}

TEST(SerialLowerBound, CoversAllTimes) {
  const SerialNumber first = MakeSerial(absl::UnixEpoch());
  const SerialNumber last = MakeSerial(absl::FromUnixSeconds(int64_t{3600} * ((1 << 24) - 1)));
  EXPECT_LE(SerialLowerBound(absl::InfinitePast()), first.bytes());
  EXPECT_LE(SerialLowerBound(absl::UnixEpoch()), first.bytes());
  EXPECT_GT(SerialLowerBound(absl::UnixEpoch() + absl::Seconds(1)), first.bytes());
  EXPECT_LE(SerialLowerBound(last.expiry_hour()), last.bytes());
  EXPECT_GT(SerialLowerBound(last.expiry_hour() + absl::Seconds(1)), last.bytes());
  EXPECT_GT(SerialLowerBound(absl::InfiniteFuture()), last.bytes());
  EXPECT_EQ(SerialLowerBound(kNow).size(), SerialNumber::kSize);
}

// One million serials: chi-square of each of the nine random octets against the uniform law, with
// 255 degrees of freedom; the bounds are the 1e-9 quantiles of each tail, so a good generator fails
// once in fifty million runs. Every bit is drawn, and none is drawn twice.
TEST(SerialNumber, RandomOctetsAreUniformAndUniqueOverAMillion) {
  constexpr int kSamples = 1'000'000;
  constexpr double kLow = 141.0;
  constexpr double kHigh = 415.0;
  std::array<std::array<int, 256>, 9> counts = {};
  absl::flat_hash_set<std::array<char, 9>> seen;
  seen.reserve(kSamples);
  for (int i = 0; i < kSamples; ++i) {
    const SerialNumber serial = MakeSerial(kNow + absl::Hours(24));
    std::array<char, 9> random;
    std::copy(serial.bytes().end() - 9, serial.bytes().end(), random.begin());
    for (size_t octet = 0; octet < random.size(); ++octet) {
      ++counts[octet][static_cast<uint8_t>(random[octet])];
    }
    ASSERT_TRUE(seen.insert(random).second) << "drawn twice at " << i;
  }
  for (size_t octet = 0; octet < counts.size(); ++octet) {
    double chi_square = 0;
    for (const int count : counts[octet]) {
      const double expected = kSamples / 256.0;
      chi_square += (count - expected) * (count - expected) / expected;
    }
    EXPECT_GT(chi_square, kLow) << "octet " << octet << " is more even than chance";
    EXPECT_LT(chi_square, kHigh) << "octet " << octet << " is biased";
  }
}

TEST(SerialNumber, IsUniqueAcrossThreadsAndInstances) {
  constexpr int kThreads = 4;
  constexpr int kEach = 20'000;
  std::array<std::vector<SerialNumber>, kThreads> made;
  std::vector<std::thread> threads;
  for (int t = 0; t < kThreads; ++t) {
    threads.emplace_back([&made, t] {
      for (int i = 0; i < kEach; ++i) {
        made[t].push_back(MakeSerial(kNow + absl::Hours(24), static_cast<uint16_t>(t / 2)));
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  absl::flat_hash_set<std::string> seen;
  for (const auto& serials : made) {
    for (const SerialNumber& serial : serials) {
      EXPECT_TRUE(seen.insert(std::string(serial.bytes())).second);
      EXPECT_EQ(serial.bytes()[0] & 0x80, 0);
    }
  }
  EXPECT_EQ(seen.size(), size_t{kThreads} * kEach);
}

}  // namespace
}  // namespace fleetca::x509
