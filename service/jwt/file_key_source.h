// An issuer's keys from a file, for issuers that no network leads to.
#ifndef FLEETCA_SERVICE_JWT_FILE_KEY_SOURCE_H_
#define FLEETCA_SERVICE_JWT_FILE_KEY_SOURCE_H_

#include <sys/stat.h>

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "service/jwt/key_source.h"

namespace fleetca::service {

// Looks at the file each time it is asked, and reads it again when it was changed or replaced. A
// file that cannot be read or parsed keeps the keys before, and is logged once. Thread-safe.
class FileKeySource : public KeySource {
 public:
  // FAILED_PRECONDITION as ReadFile; kFileInvalid for what is no JWK set.
  static absl::StatusOr<std::unique_ptr<FileKeySource>> Create(absl::string_view path);

  std::shared_ptr<const JwkSet> Keys() override ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing: Keys() has just looked.
  void OnUnknownKey() override {}

 private:
  // What tells one state of the file from another.
  struct Stamp {
    bool exists = false;
    dev_t device = 0;
    ino_t inode = 0;
    off_t size = 0;
    timespec modified = {};
    timespec changed = {};
    bool operator==(const Stamp& other) const;
  };

  explicit FileKeySource(absl::string_view path) : path_(path) {}

  Stamp Look() const;
  absl::StatusOr<std::shared_ptr<const JwkSet>> Read() const;

  const std::string path_;
  absl::Mutex mutex_;
  Stamp stamp_ ABSL_GUARDED_BY(mutex_);
  std::shared_ptr<const JwkSet> keys_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_FILE_KEY_SOURCE_H_
