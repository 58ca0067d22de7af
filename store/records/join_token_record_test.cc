#include "store/records/join_token_record.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "base/big_endian.h"
#include "base/errors.h"
#include "store/records/crc32c.h"
#include "store/records/keys.h"
#include "store/records/time_mark.h"
#include "store/testing/test_record.h"

namespace fleetca::store {
namespace {

constexpr size_t kChecksumSize = 4;

const char kHash[] = "hash-of-32-octets---------------";

JoinToken Token() {
  JoinToken token;
  token.hash = kHash;
  token.identity = "i";
  token.profile = "p";
  token.creator = "c";
  token.created_at = absl::FromUnixSeconds(1);
  token.expires_at = absl::FromUnixSeconds(-2);
  token.uses = 0x01020304;
  return token;
}

// With a checksum that matches.
std::string Seal(absl::string_view key, absl::string_view body) {
  std::string value;
  AppendBigEndian(Crc32c(body, Crc32c(key)), kChecksumSize, value);
  return value.append(body.data(), body.size());
}

void ExpectDamaged(const absl::Status& status) {
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss) << status;
  EXPECT_EQ(GetReason(status), Reason::kStoreCorrupt);
}

// Each kind of value with its key and how it is read.
struct Kind {
  std::string key;
  std::string body;
  std::string encoded;
  std::function<absl::Status(absl::string_view key, absl::string_view value)> decode;
};

// Pinned: what a release wrote, every later one must read.
std::vector<Kind> Kinds() {
  const std::string revocation_key = TokenRevocationKey(kHash);
  const std::string use_key = TokenUseKey(kHash, 7);
  return {
      {kHash,
       std::string("\x01\0\0\0\0\0\0\0\x01\xff\xff\xff\xff\xff\xff\xff\xfe\x01\x02\x03\x04\x01i"
                   "\x01p\x01"
                   "c",
                   27),
       EncodeJoinToken(Token()),
       [](absl::string_view key, absl::string_view value) {
         return DecodeJoinToken(key, value).status();
       }},
      {revocation_key, std::string("\x01\0\0\0\0\0\0\0\x05\x01r", 11),
       EncodeJoinTokenRevocation(revocation_key, {absl::FromUnixSeconds(5), "r"}),
       [](absl::string_view key, absl::string_view value) {
         return DecodeJoinTokenRevocation(key, value).status();
       }},
      {use_key, std::string("\x01\x01s", 3), EncodeJoinTokenUse(use_key, {kHash, 7, "s"}),
       [](absl::string_view key, absl::string_view value) {
         return DecodeJoinTokenUse(key, value).status();
       }},
      {kClockKey, std::string("\x01\0\0\0\0\0\0\x01\x02", 9), EncodeMark(0x102),
       [](absl::string_view key, absl::string_view value) {
         return key == kClockKey ? DecodeMark(value).status() : DecodeMark("").status();
       }},
  };
}

TEST(JoinTokenRecordTest, VersionOneStaysAsItIs) {
  for (const Kind& kind : Kinds()) {
    EXPECT_EQ(kind.encoded, Seal(kind.key, kind.body));
    const absl::Status status = kind.decode(kind.key, Seal(kind.key, kind.body));
    EXPECT_TRUE(status.ok()) << status;
  }
}

TEST(JoinTokenRecordTest, ComesBack) {
  EXPECT_EQ(DecodeJoinToken(kHash, EncodeJoinToken(Token())).value(), Token());
  const std::string revocation_key = TokenRevocationKey(kHash);
  const JoinTokenRevocation revocation = {absl::FromUnixSeconds(-5), "someone"};
  EXPECT_EQ(DecodeJoinTokenRevocation(revocation_key,
                                      EncodeJoinTokenRevocation(revocation_key, revocation))
                .value(),
            revocation);
  const std::string use_key = TokenUseKey(kHash, 0xfffffffe);
  const CountedTokenUse use = {kHash, 0xfffffffe, "serial"};
  EXPECT_EQ(DecodeJoinTokenUse(use_key, EncodeJoinTokenUse(use_key, use)).value(), use);
  EXPECT_EQ(DecodeMark(EncodeMark(1700000000123)).value(), 1700000000123);
}

TEST(JoinTokenRecordTest, EveryFlippedBitIsDamage) {
  for (const Kind& kind : Kinds()) {
    for (size_t bit = 0; bit < 8 * kind.encoded.size(); ++bit) {
      std::string flipped = kind.encoded;
      flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
      ExpectDamaged(kind.decode(kind.key, flipped));
    }
    std::string other_key = kind.key;
    other_key.back() = static_cast<char>(other_key.back() ^ 1);
    ExpectDamaged(kind.decode(other_key, kind.encoded));
  }
}

TEST(JoinTokenRecordTest, CutOrLongerIsDamageWhateverTheChecksum) {
  for (const Kind& kind : Kinds()) {
    for (size_t size = 0; size < kind.encoded.size(); ++size) {
      ExpectDamaged(kind.decode(kind.key, kind.encoded.substr(0, size)));
    }
    for (size_t size = 1; size < kind.body.size(); ++size) {
      ExpectDamaged(kind.decode(kind.key, Seal(kind.key, kind.body.substr(0, size))));
    }
    ExpectDamaged(kind.decode(kind.key, Seal(kind.key, kind.body + '\0')));
  }
}

TEST(JoinTokenRecordTest, ANewerVersionIsNamed) {
  for (const Kind& kind : Kinds()) {
    const absl::Status status = kind.decode(kind.key, Seal(kind.key, "\x02" + kind.body.substr(1)));
    EXPECT_EQ(status.code(), absl::StatusCode::kFailedPrecondition) << status;
    EXPECT_EQ(GetReason(status), Reason::kFileInvalid);
    EXPECT_TRUE(absl::StrContains(status.message(), "version 2")) << status;
  }
}

TEST(TimeMarkTest, IsNotBelowTheEpoch) {
  EXPECT_EQ(ToMark(absl::FromUnixMillis(17)), 17);
  EXPECT_EQ(ToMark(absl::FromUnixMillis(-1)), 0);
}

}  // namespace
}  // namespace fleetca::store
