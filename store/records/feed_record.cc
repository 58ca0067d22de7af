#include "store/records/feed_record.h"

#include <algorithm>
#include <utility>

#include "base/status_macros.h"
#include "store/records/block_record.h"
#include "store/records/record.h"
#include "store/records/revocation_keys.h"
#include "store/records/value.h"

namespace fleetca::store {
namespace {

constexpr char kStateWhat[] = "state of the feed of revocations, of key";
constexpr char kChangeWhat[] = "change of a revocation, of key";
constexpr char kDoNotFill[] = "has fields that do not fill it";
// Of the sequences of one epoch: more than there are changes in a store's life.
constexpr int kEpochBits = 40;

}  // namespace

void RaiseAfterRestore(uint64_t epoch, FeedState& state) {
  state.last_sequence = std::max(state.last_sequence + 1, epoch << kEpochBits);
  state.dropped_sequence = state.last_sequence;
}

std::string EncodeFeedState(const FeedState& state) {
  std::string value;
  BeginValue(value);
  for (const uint64_t number :
       {state.last_sequence, state.dropped_sequence, state.revocations, state.lineage_blocks}) {
    AppendBigEndian(number, sizeof(number), value);
  }
  SealValue(kFeedStateKey, value);
  return value;
}

absl::StatusOr<FeedState> DecodeFeedState(absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields,
                           OpenValue(kStateWhat, kFeedStateKey, value, 4 * sizeof(uint64_t)));
  FeedState state;
  state.last_sequence = TakeInteger(fields, sizeof(uint64_t));
  state.dropped_sequence = TakeInteger(fields, sizeof(uint64_t));
  state.revocations = TakeInteger(fields, sizeof(uint64_t));
  state.lineage_blocks = TakeInteger(fields, sizeof(uint64_t));
  if (!fields.empty()) {
    return DamagedValue(kStateWhat, kFeedStateKey, kDoNotFill);
  }
  return state;
}

std::string EncodeRevocationChange(uint64_t sequence, absl::string_view serial) {
  std::string value;
  BeginValue(value);
  value.push_back(kRevocationChange);
  value.append(serial.data(), serial.size());
  SealValue(ChangeKey(sequence), value);
  return value;
}

std::string EncodeBlockChange(uint64_t sequence, const BlockTarget& target) {
  std::string value;
  BeginValue(value);
  value.push_back(kBlockChange);
  value.push_back(static_cast<char>(target.kind));
  value.append(target.value);
  SealValue(ChangeKey(sequence), value);
  return value;
}

absl::StatusOr<ChangeRecord> DecodeChange(absl::string_view key, absl::string_view value) {
  FLEETCA_ASSIGN_OR_RETURN(absl::string_view fields, OpenValue(kChangeWhat, key, value, 1));
  const auto letter = static_cast<char>(TakeInteger(fields, 1));
  if (letter == kUnblockChange) {
    FLEETCA_ASSIGN_OR_RETURN(Unblock unblock, DecodeUnblock(key, fields));
    return ChangeRecord(std::move(unblock));
  }
  if (letter == kRevocationChange && fields.size() == kSerialSize) {
    return ChangeRecord(RevokedSerial{std::string(fields)});
  }
  if (letter == kBlockChange && fields.size() > 1) {
    return ChangeRecord(
        BlockTarget{static_cast<BlockKind>(fields.front()), std::string(fields.substr(1))});
  }
  return DamagedValue(kChangeWhat, key, kDoNotFill);
}

}  // namespace fleetca::store
