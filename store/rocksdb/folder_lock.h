// One process, and one Store in it, has a store's folder at a time.
#ifndef FLEETCA_STORE_ROCKSDB_FOLDER_LOCK_H_
#define FLEETCA_STORE_ROCKSDB_FOLDER_LOCK_H_

#include <memory>
#include <string>

#include "absl/status/statusor.h"

namespace fleetca::store {

// Holds the lock for its lifetime; the kernel ends it with the process, however that ends.
class FolderLock {
 public:
  // FAILED_PRECONDITION kStoreLocked when it is held, with the folder, the holder's process id and
  // the remedy.
  static absl::StatusOr<std::unique_ptr<FolderLock>> Acquire(const std::string& folder);

  ~FolderLock();
  FolderLock(const FolderLock&) = delete;
  FolderLock& operator=(const FolderLock&) = delete;

 private:
  explicit FolderLock(int fd) : fd_(fd) {}

  const int fd_;
};

}  // namespace fleetca::store

#endif  // FLEETCA_STORE_ROCKSDB_FOLDER_LOCK_H_
