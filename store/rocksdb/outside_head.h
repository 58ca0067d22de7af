// How far the store got, kept outside the store's folder.
#ifndef FLEETCA_STORE_ROCKSDB_OUTSIDE_HEAD_H_
#define FLEETCA_STORE_ROCKSDB_OUTSIDE_HEAD_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "store/rocksdb/slot_file.h"

namespace fleetca::store {

// An older copy of the folder is as whole as the newest one, and an empty folder, which an
// unmounted volume leaves, looks like that of a CA that is new: nothing within can tell. The head
// says from outside which store belongs there and how far it got.
struct HeadState {
  std::string id;      // of StoreHistory
  uint64_t epoch = 0;  // of StoreHistory
  // False until the store was made: `ca init` writes such a head, and the first start makes the
  // store with this id.
  bool made = false;
  uint64_t number = 0;                      // of the last write that was acknowledged
  absl::Time noted_at = absl::UnixEpoch();  // the latest time of the writes until then

  friend bool operator==(const HeadState&, const HeadState&) = default;
};

// Written after each write, without a sync, as HeadFile is: a killed process leaves it exact, and a
// power cut at worst as it was at the last Sync. Thread-safe.
class OutsideHead {
 public:
  // What the file says; nullopt when there is none. DATA_LOSS kStoreCorrupt when it is damaged.
  static absl::StatusOr<std::optional<HeadState>> Read(const std::string& path);
  // Makes or replaces the file.
  static absl::Status Write(const std::string& path, const HeadState& state);
  // The file of a CA whose store is yet to be made, for `ca init` to write.
  static absl::StatusOr<std::string> ContentsForNewStore();
  // Of a file that is there.
  static absl::StatusOr<std::unique_ptr<OutsideHead>> Open(const std::string& path);

  OutsideHead(const OutsideHead&) = delete;
  OutsideHead& operator=(const OutsideHead&) = delete;

  // Lower numbers are passed over: callers come in any order.
  void Advance(uint64_t number, absl::Time noted_at);
  void Sync();

 private:
  OutsideHead(std::unique_ptr<SlotFile> file, HeadState state)
      : file_(std::move(file)), state_(std::move(state)) {}

  absl::Mutex mutex_;
  // Synced when it ends. The lock is for its contents: each commit waits for it, and must not wait
  // for the disk with it.
  const std::unique_ptr<SlotFile> file_;
  HeadState state_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_OUTSIDE_HEAD_H_
