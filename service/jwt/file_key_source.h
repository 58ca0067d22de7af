// An issuer's keys from a file, for issuers that no network leads to.
#ifndef FLEETCA_SERVICE_JWT_FILE_KEY_SOURCE_H_
#define FLEETCA_SERVICE_JWT_FILE_KEY_SOURCE_H_

#include <memory>
#include <string>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "base/file_watcher.h"
#include "base/watched_files.h"
#include "service/jwt/key_source.h"

namespace fleetca::service {

// The keys of the file as it was last right: `watcher` looks for changes, and what cannot be read
// or is not a JWK set keeps the keys before (base/watched_files.h). A set is logged, with what is
// left out of it, unless it is the one before in another order or spelling. Thread-safe.
class FileKeySource : public KeySource {
 public:
  // A file that is missing or wrong is logged, and there are no keys until it is right: it costs
  // the tokens of its issuer, and not the CA. `watcher` outlives this.
  FileKeySource(absl::string_view path, FileWatcher& watcher);

  std::shared_ptr<const JwkSet> Keys() override ABSL_LOCKS_EXCLUDED(mutex_);
  // Nothing: the file is looked at all the time.
  void OnUnknownKey() override {}

 private:
  absl::Status SwitchTo(absl::string_view text) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string path_;
  absl::Mutex mutex_;
  std::shared_ptr<const JwkSet> keys_ ABSL_GUARDED_BY(mutex_) = std::make_shared<const JwkSet>();
  WatchedFiles files_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_JWT_FILE_KEY_SOURCE_H_
