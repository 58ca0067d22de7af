// Looking up blocks.
#ifndef FLEETCA_STORE_BLOCKS_H_
#define FLEETCA_STORE_BLOCKS_H_

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "store/block.h"

namespace fleetca::store {

// A reader of a store. Thread-safe.
class Blocks {
 public:
  virtual ~Blocks() = default;

  // NOT_FOUND kNotFound where it is not blocked; DATA_LOSS kStoreCorrupt when the block does not
  // read back. The same cost however many blocks there are.
  virtual absl::StatusOr<Block> GetBlock(const BlockTarget& target) const = 0;

  // Blocks of that kind by ascending value, from the first at or after `from`, which may be of any
  // length. Sees them as they were when it began.
  virtual absl::Status ForEachBlock(BlockKind kind, absl::string_view from,
                                    BlockVisitor visitor) const = 0;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_BLOCKS_H_
