// A small file that is overwritten in place and survives being cut short.
#ifndef FLEETCA_STORE_ROCKSDB_SLOT_FILE_H_
#define FLEETCA_STORE_ROCKSDB_SLOT_FILE_H_

#include <cstddef>
#include <memory>
#include <string>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"

namespace fleetca::store {

// Two slots in different sectors, each a payload and its CRC-32C, are written by turns; a torn
// write leaves the other one. Of two payloads the one that sorts last counts. Thread-compatible.
class SlotFile {
 public:
  // What Create writes.
  static std::string Contents(absl::string_view payload);
  // Makes the file, or replaces it as a whole, with mode 0600, and syncs it.
  static absl::Status Create(const std::string& path, absl::string_view payload);

  // FAILED_PRECONDITION kFileMissing; DATA_LOSS kStoreCorrupt when no slot of this payload's size
  // is whole; UNAVAILABLE kStoreUnavailable when it cannot be opened. The messages begin with the
  // path.
  static absl::StatusOr<std::unique_ptr<SlotFile>> Open(const std::string& path,
                                                        size_t payload_size);

  // Syncs it.
  ~SlotFile();
  SlotFile(const SlotFile&) = delete;
  SlotFile& operator=(const SlotFile&) = delete;

  const std::string& payload() const { return payload_; }
  // Overwrites the slot that does not count. Not synced: what a killed process wrote is in the page
  // cache, and a power cut leaves an older payload. False where the disk refuses; the payload
  // stays.
  [[nodiscard]] bool Write(absl::string_view payload);
  void Sync() const;

 private:
  SlotFile(int fd, int slot, std::string payload)
      : fd_(fd), slot_(slot), payload_(std::move(payload)) {}

  const int fd_;
  int slot_;  // which one holds payload_
  std::string payload_;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_SLOT_FILE_H_
