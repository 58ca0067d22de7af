// How blocks are written down.
#ifndef FLEETCA_STORE_RECORDS_BLOCK_RECORD_H_
#define FLEETCA_STORE_RECORDS_BLOCK_RECORD_H_

#include <string>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/block.h"

namespace fleetca::store {

// INTERNAL kInternal when a contract is broken; every Store refuses that: a value whose size does
// not fit its kind, a permanent block of anything but a key.
absl::Status CheckBlockTarget(const BlockTarget& target);
absl::Status CheckBlock(const Block& block);

// NOT_FOUND kNotFound.
absl::Status BlockNotFound();

// The value under BlockKey (store/records/revocation_keys.h); store/records/value.h says how:
//   sequence, 8 | blocked_at s, 8 | 1 if permanent, else 0, 1 | blocked by | reason
std::string EncodeBlock(const Block& block);

// The value under ChangeKey of its sequence:
//   'u' | kind, 1 | unblocked_at s, 8 | value | unblocked by
std::string EncodeUnblock(const Unblock& unblock);

// FAILED_PRECONDITION kFileInvalid when a newer release wrote it (names the version), DATA_LOSS
// kStoreCorrupt when it is damaged.
absl::StatusOr<Block> DecodeBlock(absl::string_view key, absl::string_view value);
// `fields` are what follows the 'u' of the value under `key`.
absl::StatusOr<Unblock> DecodeUnblock(absl::string_view key, absl::string_view fields);

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_RECORDS_BLOCK_RECORD_H_
