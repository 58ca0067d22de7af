// Lineages, revocations, blocks, changes and CRL states, octet by octet.
#include "store/records/revocation_record.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "base/errors.h"
#include "store/records/block_record.h"
#include "store/records/crl_state_record.h"
#include "store/records/early_renewal_record.h"
#include "store/records/feed_record.h"
#include "store/records/keys.h"
#include "store/records/lineage_record.h"
#include "store/records/revocation_keys.h"

namespace fleetca::store {
namespace {

const char kSerial[] = "serial-of-20-octets!";

// `decode` reads back what was written, and finds what is not whole.
void ExpectWhole(const std::string& value,
                 const std::function<absl::Status(absl::string_view)>& decode) {
  EXPECT_TRUE(decode(value).ok()) << decode(value);
  for (size_t size = 0; size < value.size(); ++size) {
    EXPECT_EQ(GetReason(decode(value.substr(0, size))), Reason::kStoreCorrupt) << size;
  }
  EXPECT_EQ(GetReason(decode(value + '\0')), Reason::kStoreCorrupt);
  for (size_t bit = 0; bit < 8 * value.size(); ++bit) {
    std::string flipped = value;
    flipped[bit / 8] = static_cast<char>(flipped[bit / 8] ^ (1 << (bit % 8)));
    EXPECT_EQ(GetReason(decode(flipped)), Reason::kStoreCorrupt) << bit;
  }
}

TEST(RevocationRecordTest, VersionOneStaysAsItIs) {
  Revocation revocation;
  revocation.serial = kSerial;
  revocation.issuer = "i";
  revocation.crl_shard = 0x0203;
  revocation.not_after = absl::FromUnixSeconds(4);
  revocation.revoked_at = absl::FromUnixSeconds(5);
  revocation.reason = RevocationReason::kPrivilegeWithdrawn;
  revocation.revoked_by = "r";
  revocation.spki_sha256 = std::string(32, 'k');
  revocation.sequence = 6;
  const std::string shard_key = ShardKey(revocation);
  EXPECT_EQ(shard_key, std::string("c\x01i\x02\x03", 5) + kSerial);
  for (const std::string& key : {RevocationKey(kSerial), shard_key}) {
    const std::string value = EncodeRevocation(key, revocation);
    EXPECT_EQ(value.substr(4), std::string("\x01\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0\x04"
                                           "\0\0\0\0\0\0\0\x05\x09\0\0\x02\x03\x01i\x01r\x20",
                                           35) +
                                   std::string(32, 'k'));
    EXPECT_EQ(DecodeRevocation(key, value).value(), revocation);
    ExpectWhole(value,
                [&key](absl::string_view text) { return DecodeRevocation(key, text).status(); });
  }
}

TEST(LineageRecordTest, VersionOneStaysAsItIs) {
  LineageRecord record;
  record.expires = 0x01020304;
  record.state = {"n", "p", 5, 6, absl::FromUnixMillis(7), "b", "a"};
  const std::string value = EncodeLineage(kSerial, record);
  EXPECT_EQ(value.substr(4), std::string("\x01\x01\x02\x03\x04\0\0\0\0\0\0\0\x06\0\0\0\0\0\0\0\x07"
                                         "\0\0\0\x05\x01n\x01p\x01"
                                         "b\x01"
                                         "a",
                                         33));
  EXPECT_EQ(DecodeLineage(kSerial, value).value(), record);
  EXPECT_EQ(ExpiryPrefixOf(ExpiryOfLineageValue(value)), record.expires);
  ExpectWhole(value, [](absl::string_view text) { return DecodeLineage(kSerial, text).status(); });
}

TEST(BlockRecordTest, VersionOneStaysAsItIs) {
  const Block block = {
      {BlockKind::kKey, std::string(32, 'k')}, absl::FromUnixSeconds(2), "b", "r", true, 3};
  const std::string key = BlockKey(block.target);
  EXPECT_EQ(key, "b\x03" + std::string(32, 'k'));
  const std::string value = EncodeBlock(block);
  EXPECT_EQ(value.substr(4), std::string("\x01\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x02\x01\x01"
                                         "b\x01r",
                                         22));
  EXPECT_EQ(DecodeBlock(key, value).value(), block);
  ExpectWhole(value, [&key](absl::string_view text) { return DecodeBlock(key, text).status(); });
}

TEST(FeedRecordTest, VersionOneStaysAsItIs) {
  const FeedState state = {1, 2, 3, 4};
  const std::string value = EncodeFeedState(state);
  EXPECT_EQ(value.substr(4), std::string("\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02"
                                         "\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x04",
                                         33));
  EXPECT_EQ(DecodeFeedState(value).value(), state);
  ExpectWhole(value, [](absl::string_view text) { return DecodeFeedState(text).status(); });

  const std::string key = ChangeKey(7);
  EXPECT_EQ(key, std::string("q\0\0\0\0\0\0\0\x07", 9));
  const std::string revoked = EncodeRevocationChange(7, kSerial);
  EXPECT_EQ(revoked.substr(4), std::string("\x01r") + kSerial);
  EXPECT_EQ(std::get<RevokedSerial>(DecodeChange(key, revoked).value()).serial, kSerial);
  ExpectWhole(revoked, [&key](absl::string_view text) { return DecodeChange(key, text).status(); });
  const BlockTarget target = {BlockKind::kIdentity, "x"};
  const std::string blocked = EncodeBlockChange(7, target);
  EXPECT_EQ(blocked.substr(4),
            "\x01"
            "b\x01x");
  EXPECT_EQ(std::get<BlockTarget>(DecodeChange(key, blocked).value()), target);
  const Unblock unblock = {target, absl::FromUnixSeconds(9), "u", 7};
  const std::string unblocked = EncodeUnblock(unblock);
  EXPECT_EQ(unblocked.substr(4), std::string("\x01u\x01\0\0\0\0\0\0\0\x09\x01x\x01u", 15));
  EXPECT_EQ(std::get<Unblock>(DecodeChange(key, unblocked).value()), unblock);
  ExpectWhole(unblocked,
              [&key](absl::string_view text) { return DecodeChange(key, text).status(); });
}

TEST(CrlStateRecordTest, VersionOneStaysAsItIs) {
  const CrlState complete = {
      {"i", std::nullopt}, 1, absl::FromUnixSeconds(2), absl::FromUnixSeconds(3)};
  CrlState shard = complete;
  shard.crl.shard = 0x0405;
  EXPECT_EQ(CrlStateKey(complete.crl), std::string("n\x01i\0", 4));
  EXPECT_EQ(CrlStateKey(shard.crl), std::string("n\x01i\x01\x04\x05", 6));
  EXPECT_EQ(EncodeCrlState(shard).substr(4),
            std::string("\x01\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02\0\0\0\0\0\0\0\x03"
                        "\0\0\x04\x05\x01i",
                        31));
  for (const CrlState& state : {complete, shard}) {
    const std::string key = CrlStateKey(state.crl);
    const std::string value = EncodeCrlState(state);
    EXPECT_EQ(DecodeCrlState(key, value).value(), state);
    ExpectWhole(value,
                [&key](absl::string_view text) { return DecodeCrlState(key, text).status(); });
  }
}

TEST(EarlyRenewalRecordTest, VersionOneStaysAsItIs) {
  EarlyRenewal renewal;
  renewal.id = 7;
  renewal.issued_to = absl::FromUnixNanos(1);
  renewal.ordered_at = absl::FromUnixSeconds(2);
  renewal.certificates = 3;
  renewal.first_turn = absl::FromUnixSeconds(4);
  renewal.last_turn = absl::FromUnixSeconds(5);
  renewal.ends_at = absl::FromUnixSeconds(6);
  renewal.identity = "i";
  renewal.profile = "p";
  renewal.issuer = "k";
  renewal.explanation_url = "u";
  renewal.ordered_by = "b";
  const std::string key = EarlyRenewalKey(7);
  EXPECT_EQ(key, std::string("e\0\0\0\0\0\0\0\x07", 9));
  const std::string value = EncodeEarlyRenewal(renewal);
  EXPECT_EQ(value.substr(4),
            std::string("\x01\x80\0\0\0\0\0\0\0\0\0\0\0\0\0\0\x01\0\0\0\0\0\0\0\x02"
                        "\0\0\0\0\0\0\0\x03\0\0\0\0\0\0\0\x04\0\0\0\0\0\0\0\x05"
                        "\0\0\0\0\0\0\0\x06\x01i\x01p\x01k\x01u\x01"
                        "b",
                        67));
  EXPECT_EQ(DecodeEarlyRenewal(key, value).value(), renewal);
  ExpectWhole(value,
              [&key](absl::string_view text) { return DecodeEarlyRenewal(key, text).status(); });
}

TEST(RevocationKeysTest, BoundsHoldWhatBeginsWithThem) {
  EXPECT_EQ(AfterPrefix("s"), "t");
  EXPECT_EQ(AfterPrefix("c\xff\xff"), "d");
  const std::string prefix = ShardPrefix("i", 0xffff);
  EXPECT_GT(AfterPrefix(prefix), prefix + std::string(20, '\xff'));
  EXPECT_LT(UnblockKey(absl::FromUnixSeconds(5), 9), UnblockUpperBound(absl::FromUnixSeconds(6)));
  EXPECT_GE(UnblockKey(absl::FromUnixSeconds(6), 0), UnblockUpperBound(absl::FromUnixSeconds(6)));
  EXPECT_EQ(SequenceOfUnblockKey(UnblockKey(absl::FromUnixSeconds(5), 9)), 9u);
  EXPECT_EQ(SequenceOfChangeKey(ChangeKey(1234567)), 1234567u);
  EXPECT_EQ(SerialOfRevocationKey(RevocationKey(kSerial)), kSerial);
}

// Behind all that was said before, whatever became of it.
TEST(FeedStateTest, ARestoreRaisesTheSequence) {
  FeedState state = {7, 2, 3, 4};
  RaiseAfterRestore(1, state);
  EXPECT_EQ(state, (FeedState{uint64_t{1} << 40, uint64_t{1} << 40, 3, 4}));
  RaiseAfterRestore(1, state);
  EXPECT_EQ(state.last_sequence, (uint64_t{1} << 40) + 1);
}

}  // namespace
}  // namespace fleetca::store
