// How the feed of revocations and blocks is written down: its changes, and how far it is.
#ifndef FLEETCA_STORE_RECORDS_FEED_RECORD_H_
#define FLEETCA_STORE_RECORDS_FEED_RECORD_H_

#include <cstdint>
#include <string>
#include <variant>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/block.h"

namespace fleetca::store {

// How far the feed is, and how many of what it speaks of there are.
struct FeedState {
  uint64_t last_sequence = 0;
  // The highest sequence of the changes that were dropped, or may have been.
  uint64_t dropped_sequence = 0;
  uint64_t revocations = 0;
  uint64_t lineage_blocks = 0;

  friend bool operator==(const FeedState&, const FeedState&) = default;
};

// Lets the feed of a store that was restored for the `epoch`th time go on behind all that it can
// have said before, part of which is lost: every reader is told.
void RaiseAfterRestore(uint64_t epoch, FeedState& state);

// The value under kFeedStateKey; store/records/value.h says how:
//   last sequence, 8 | dropped sequence, 8 | revocations, 8 | blocks of lineages, 8
std::string EncodeFeedState(const FeedState& state);
// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<FeedState> DecodeFeedState(absl::string_view value);

// What a change is of: a serial that was revoked, a target that was blocked, or an unblock whole.
struct RevokedSerial {
  std::string serial;
};
using ChangeRecord = std::variant<RevokedSerial, BlockTarget, Unblock>;

// The letters that the values under ChangeKey begin with:
//   'r' | serial, 20
//   'b' | kind, 1 | the rest is the value
//   'u'             (store/records/block_record.h)
inline constexpr char kRevocationChange = 'r';
inline constexpr char kBlockChange = 'b';
inline constexpr char kUnblockChange = 'u';

std::string EncodeRevocationChange(uint64_t sequence, absl::string_view serial);
std::string EncodeBlockChange(uint64_t sequence, const BlockTarget& target);
// Errors as of DecodeFeedState.
absl::StatusOr<ChangeRecord> DecodeChange(absl::string_view key, absl::string_view value);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_FEED_RECORD_H_
