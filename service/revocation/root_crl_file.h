// The root's CRL, which is made offline (`fleetca ca root-crl`) and given out from its file.
#ifndef FLEETCA_SERVICE_REVOCATION_ROOT_CRL_FILE_H_
#define FLEETCA_SERVICE_REVOCATION_ROOT_CRL_FILE_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/synchronization/mutex.h"
#include "absl/time/time.h"
#include "base/watched_files.h"

namespace fleetca::service {

// Never changes.
struct RootCrl {
  std::string der;
  std::string pem;
  std::string number;  // INTEGER contents
  absl::Time this_update;
  absl::Time next_update;
  std::string sha256;  // of `der`, lower-case hex: what an entity tag is made from
};

// A CRL in PEM or DER that one of these roots (DER) signed, and that speaks of all that it signed;
// it may have ended. INVALID_ARGUMENT: kFileInvalid; the errors of VerifyCrl. Thread-safe.
absl::StatusOr<RootCrl> ParseRootCrl(absl::string_view contents,
                                     const std::vector<std::string>& roots);

// What is to be said of it at `now`: from 30 days before its end on, or from half of its life on
// where that is later; "" before. `file` is for the sentence.
std::string RootCrlWarning(const RootCrl& crl, absl::string_view file, absl::Time now);

// The one in a file, which may be replaced while it is given out. A CRL that is wrong, or older
// than the one in use, never replaces it. Thread-safe.
class RootCrlFile {
 public:
  // Hears of each CRL that comes in use.
  using Taken = std::function<void(const RootCrl& crl)>;

  // `roots`: DER. `taken` may be null.
  RootCrlFile(std::string file, std::vector<std::string> roots, Taken taken = nullptr);
  RootCrlFile(const RootCrlFile&) = delete;
  RootCrlFile& operator=(const RootCrlFile&) = delete;

  // As WatchedFiles::Load.
  absl::Status Load() { return watched_.Load(); }
  // For a FileWatcher.
  WatchedFiles& watched() { return watched_; }

  // Null until it was read.
  std::shared_ptr<const RootCrl> Current() const ABSL_LOCKS_EXCLUDED(mutex_);

  // OK, or what somebody should do: UNAVAILABLE kCrlNotReady where there is none or it has ended,
  // FAILED_PRECONDITION kFileInvalid with RootCrlWarning.
  absl::Status Check(absl::Time now) const ABSL_LOCKS_EXCLUDED(mutex_);

 private:
  absl::Status Switch(absl::string_view contents) ABSL_LOCKS_EXCLUDED(mutex_);

  const std::string file_;
  const std::vector<std::string> roots_;
  const Taken taken_;
  mutable absl::Mutex mutex_;
  std::shared_ptr<const RootCrl> current_ ABSL_GUARDED_BY(mutex_);
  WatchedFiles watched_;  // the last member: it uses the others
};

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_REVOCATION_ROOT_CRL_FILE_H_
