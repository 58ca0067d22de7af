#include "store/records/revocation_keys.h"

#include <algorithm>

#include "absl/strings/str_cat.h"
#include "base/big_endian.h"

namespace fleetca::store {
namespace {

constexpr char kSerial = 's';
constexpr char kShard = 'c';
constexpr char kBlock = 'b';
constexpr char kChange = 'q';
constexpr char kUnblock = 'u';
constexpr char kCrlState = 'n';
constexpr char kEarlyRenewal = 'e';
constexpr size_t kSequenceSize = sizeof(uint64_t);
constexpr size_t kShardNumberSize = sizeof(uint16_t);

std::string KeyOf(char kind, absl::string_view rest) {
  return absl::StrCat(absl::string_view(&kind, 1), rest);
}

void AppendIssuer(absl::string_view issuer, std::string& key) {
  key.push_back(static_cast<char>(issuer.size()));
  key.append(issuer.data(), issuer.size());
}

uint64_t LastSequenceIn(absl::string_view key) {
  return ReadBigEndian(key.substr(key.size() - std::min(key.size(), kSequenceSize)));
}

}  // namespace

std::string RevocationKey(absl::string_view serial) { return KeyOf(kSerial, serial); }

absl::string_view SerialOfRevocationKey(absl::string_view key) {
  return absl::ClippedSubstr(key, 1);
}

std::string ShardKey(const Revocation& revocation) {
  return absl::StrCat(ShardPrefix(revocation.issuer, revocation.crl_shard.value_or(0)),
                      revocation.serial);
}

std::string ShardPrefix(absl::string_view issuer, uint16_t shard) {
  std::string prefix(1, kShard);
  AppendIssuer(issuer, prefix);
  AppendBigEndian(shard, kShardNumberSize, prefix);
  return prefix;
}

std::string BlockKey(const BlockTarget& target) {
  return absl::StrCat(BlockPrefix(target.kind), target.value);
}

std::string BlockPrefix(BlockKind kind) { return std::string({kBlock, static_cast<char>(kind)}); }

std::string ChangeKey(uint64_t sequence) {
  std::string key(1, kChange);
  AppendBigEndian(sequence, kSequenceSize, key);
  return key;
}

std::string ChangePrefix() { return std::string(1, kChange); }

uint64_t SequenceOfChangeKey(absl::string_view key) { return LastSequenceIn(key); }

std::string UnblockKey(absl::Time unblocked_at, uint64_t sequence) {
  std::string key = UnblockUpperBound(unblocked_at);
  AppendBigEndian(sequence, kSequenceSize, key);
  return key;
}

std::string UnblockLowerBound() { return std::string(1, kUnblock); }

std::string UnblockUpperBound(absl::Time time) {
  std::string bound(1, kUnblock);
  AppendBigEndian(static_cast<uint64_t>(std::max(int64_t{0}, absl::ToUnixSeconds(time))),
                  sizeof(uint64_t), bound);
  return bound;
}

uint64_t SequenceOfUnblockKey(absl::string_view key) { return LastSequenceIn(key); }

std::string CrlStateKey(const CrlId& crl) {
  std::string key = CrlStatePrefix();
  AppendIssuer(crl.issuer, key);
  key.push_back(crl.shard.has_value() ? '\x01' : '\0');
  if (crl.shard.has_value()) {
    AppendBigEndian(*crl.shard, kShardNumberSize, key);
  }
  return key;
}

std::string CrlStatePrefix() { return std::string(1, kCrlState); }

std::string EarlyRenewalKey(uint64_t id) {
  std::string key = EarlyRenewalPrefix();
  AppendBigEndian(id, sizeof(uint64_t), key);
  return key;
}

std::string EarlyRenewalPrefix() { return std::string(1, kEarlyRenewal); }

uint64_t IdOfEarlyRenewalKey(absl::string_view key) { return LastSequenceIn(key); }

std::string AfterPrefix(absl::string_view prefix) {
  std::string after(prefix);
  while (after.back() == '\xff') {
    after.pop_back();
  }
  after.back() = static_cast<char>(after.back() + 1);
  return after;
}

}  // namespace fleetca::store
