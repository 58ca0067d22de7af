#include "store/records/block_record.h"

#include <cstdint>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/status_macros.h"
#include "store/certificate_record.h"
#include "store/records/feed_record.h"
#include "store/records/record.h"
#include "store/records/revocation_keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kBlockWhat[] = "block, of key";
constexpr char kUnblockWhat[] = "end of a block, of key";
constexpr char kDoNotFill[] = "has fields that do not fill it";
constexpr size_t kMaxIdentitySize = 2048;
constexpr size_t kKeyHeaderSize = 2;  // what BlockPrefix is

bool FitsKind(const BlockTarget& target) {
  switch (target.kind) {
    case BlockKind::kIdentity:
      return !target.value.empty() && target.value.size() <= kMaxIdentitySize;
    case BlockKind::kLineage:
      return target.value.size() == kSerialSize;
    case BlockKind::kKey:
      return target.value.size() == kSpkiHashSize;
  }
  return false;
}

}  // namespace

absl::Status CheckBlockTarget(const BlockTarget& target) {
  if (!FitsKind(target)) {
    return Internal(Reason::kInternal,
                    absl::StrCat("a block of kind ", static_cast<int>(target.kind),
                                 " has a value of ", target.value.size(), " octets"));
  }
  return absl::OkStatus();
}

absl::Status CheckBlock(const Block& block) {
  FLEETCA_RETURN_IF_ERROR(CheckBlockTarget(block.target));
  if (block.permanent && block.target.kind != BlockKind::kKey) {
    return Internal(Reason::kInternal, "a permanent block is of something other than a key");
  }
  return absl::OkStatus();
}

absl::Status BlockNotFound() {
  return NotFound(Reason::kNotFound, "block", "there is no such block");
}

std::string EncodeBlock(const Block& block) {
  std::string value;
  BeginValue(value);
  AppendBigEndian(block.sequence, sizeof(uint64_t), value);
  AppendTime(absl::ToUnixSeconds(block.blocked_at), value);
  value.push_back(block.permanent ? '\x01' : '\0');
  AppendString(block.blocked_by, value);
  AppendString(block.reason, value);
  SealValue(BlockKey(block.target), value);
  return value;
}

std::string EncodeUnblock(const Unblock& unblock) {
  std::string value;
  BeginValue(value);
  value.push_back(kUnblockChange);
  value.push_back(static_cast<char>(unblock.target.kind));
  AppendTime(absl::ToUnixSeconds(unblock.unblocked_at), value);
  AppendString(unblock.target.value, value);
  AppendString(unblock.unblocked_by, value);
  SealValue(ChangeKey(unblock.sequence), value);
  return value;
}

absl::StatusOr<Block> DecodeBlock(absl::string_view key, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields,
                           OpenValue(kBlockWhat, key, value, 2 * sizeof(uint64_t) + 1));
  if (key.size() <= kKeyHeaderSize) {
    return DamagedValue(kBlockWhat, key, "has a key that is cut short");
  }
  Block block;
  block.target = {static_cast<BlockKind>(key[1]), std::string(key.substr(kKeyHeaderSize))};
  block.sequence = TakeInteger(fields, sizeof(uint64_t));
  block.blocked_at = absl::FromUnixSeconds(TakeTime(fields));
  const uint64_t permanent = TakeInteger(fields, 1);
  block.permanent = permanent == 1;
  if (!TakeString(fields, block.blocked_by) || !TakeString(fields, block.reason) ||
      !fields.empty() || permanent > 1 || !FitsKind(block.target)) {
    return DamagedValue(kBlockWhat, key, kDoNotFill);
  }
  return block;
}

absl::StatusOr<Unblock> DecodeUnblock(absl::string_view key, absl::string_view fields) {
  if (fields.size() < 1 + sizeof(uint64_t)) {
    return DamagedValue(kUnblockWhat, key, "is cut short");
  }
  Unblock unblock;
  unblock.sequence = SequenceOfChangeKey(key);
  unblock.target.kind = static_cast<BlockKind>(TakeInteger(fields, 1));
  unblock.unblocked_at = absl::FromUnixSeconds(TakeTime(fields));
  if (!TakeString(fields, unblock.target.value) || !TakeString(fields, unblock.unblocked_by) ||
      !fields.empty() || !FitsKind(unblock.target)) {
    return DamagedValue(kUnblockWhat, key, kDoNotFill);
  }
  return unblock;
}

}  // namespace fleetca::store
