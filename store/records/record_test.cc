#include "store/records/record.h"

#include <gtest/gtest.h>

#include "base/big_endian.h"
#include "base/errors.h"
#include "store/records/crc32c.h"
#include "store/testing/test_record.h"
#include "store/testing/test_revocation.h"

namespace fleetca::store {
namespace {

std::string Encode(const CertificateRecord& record) {
  std::string value;
  EncodeRecord(record, value);
  return value;
}

// With a checksum that matches what was changed.
std::string Seal(absl::string_view serial, std::string value) {
  WriteBigEndian(Crc32c(absl::string_view(value).substr(4), Crc32c(serial)), 4, value.data());
  return value;
}

void ExpectDamaged(absl::string_view serial, absl::string_view value) {
  const absl::StatusOr<CertificateRecord> record = DecodeRecord(serial, value);
  EXPECT_EQ(record.status().code(), absl::StatusCode::kDataLoss) << record.status();
  EXPECT_EQ(GetReason(record.status()), Reason::kStoreCorrupt);
}

TEST(RecordTest, ComesBack) {
  const CertificateRecord record = TestRecord(7);
  const absl::StatusOr<CertificateRecord> decoded = DecodeRecord(record.serial, Encode(record));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, record);
}

// Pinned: what a release wrote, every later one must read.
TEST(RecordTest, VersionOneStaysAsItIs) {
  CertificateRecord record;
  record.serial = "serial-of-20-octets!";
  record.certificate = std::string(130, 'c');
  record.identity = "i";
  record.requester = "r";
  record.profile = "p";
  record.request_key = "k";
  record.request_digest = "d";
  record.issued_at = absl::FromUnixMillis(1);
  record.not_before = absl::FromUnixSeconds(-2);
  record.not_after = absl::FromUnixSeconds(3);
  const std::string body =
      std::string(
          "\x01\0\0\0\0\0\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xfe\0\0\0\0\0\0\0\x03"
          "\x01i\x01r\x01p\x01k\x01"
          "d\x82\x01",
          37) +
      std::string(130, 'c');
  EXPECT_EQ(Encode(record).substr(4), body);
  const absl::StatusOr<CertificateRecord> decoded =
      DecodeRecord(record.serial, Seal(record.serial, std::string(4, '\0') + body));
  ASSERT_TRUE(decoded.ok()) << decoded.status();
  EXPECT_EQ(*decoded, record);
}

// With what came later. Where there is none of it, the octets are those of version 1.
TEST(RecordTest, VersionTwoStaysAsItIs) {
  CertificateRecord record = TestRecord(7);
  const std::string first = Encode(record);
  EXPECT_EQ(first[4], 1);
  record.generation = 0x01020304;
  record.lineage = "lineage, 20 octets..";
  record.issuer = "i";
  record.spki_sha256 = std::string(32, 'k');
  record.crl_shard = 0x0506;
  const std::string later = "\x14lineage, 20 octets..\x01i\x20" + record.spki_sha256;
  EXPECT_EQ(Encode(record).substr(4),
            "\x02" + first.substr(5) + std::string("\x01\x02\x03\x04\0\0\x05\x06", 8) + later);
  EXPECT_EQ(DecodeRecord(record.serial, Encode(record)).value(), record);
  record.crl_shard.reset();
  EXPECT_EQ(Encode(record).substr(4),
            "\x02" + first.substr(5) + "\x01\x02\x03\x04\xff\xff\xff\xff" + later);
  EXPECT_EQ(DecodeRecord(record.serial, Encode(record)).value(), record);
}

TEST(RecordTest, EveryFlippedBitIsFound) {
  const CertificateRecord record = TestIssuedRecord(7);
  const std::string value = Encode(record);
  for (size_t bit = 0; bit < 8 * value.size(); ++bit) {
    std::string flipped = value;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    ExpectDamaged(record.serial, flipped);
  }
}

TEST(RecordTest, EveryTruncationAndAnyTailIsFound) {
  const CertificateRecord record = TestIssuedRecord(7);
  const std::string value = Encode(record);
  for (size_t size = 0; size < value.size(); ++size) {
    ExpectDamaged(record.serial, value.substr(0, size));
    if (size > 5) {
      ExpectDamaged(record.serial, Seal(record.serial, value.substr(0, size)));
    }
  }
  ExpectDamaged(record.serial, value + '\0');
  ExpectDamaged(record.serial, Seal(record.serial, value + '\0'));
}

TEST(RecordTest, ALengthBeyondAnyNumberIsDamage) {
  const CertificateRecord record = TestRecord(7);
  std::string value = Encode(record).substr(0, 29);
  ExpectDamaged(record.serial, Seal(record.serial, value + std::string(11, '\xff')));
  ExpectDamaged(record.serial, Seal(record.serial, value + std::string(8, '\xff') + "\x7f"));
}

TEST(RecordTest, ARecordUnderAnothersSerialIsDamage) {
  ExpectDamaged(TestRecord(8).serial, Encode(TestRecord(7)));
}

TEST(RecordTest, ANewerVersionIsNamed) {
  const CertificateRecord record = TestRecord(7);
  std::string value = Encode(record);
  value[4] = 3;
  value = Seal(record.serial, value);
  const absl::StatusOr<CertificateRecord> decoded = DecodeRecord(record.serial, value);
  EXPECT_EQ(decoded.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_EQ(GetReason(decoded.status()), Reason::kFileInvalid);
  EXPECT_NE(decoded.status().message().find("version 3"), absl::string_view::npos)
      << decoded.status();
}

}  // namespace
}  // namespace fleetca::store
