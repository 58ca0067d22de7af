// Files that may be replaced while they are in use: loaded, checked, and only then switched to.
#ifndef FLEETCA_BASE_WATCHED_FILES_H_
#define FLEETCA_BASE_WATCHED_FILES_H_

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/secret.h"

namespace fleetca {

struct WatchedFile {
  std::string path;
  bool secret = false;  // judged as ReadSecretFile judges
};

// One or more files that together make one state, such as a certificate and its key. A state that
// is wrong never replaces a right one: it is logged, with the file and the reason, once, and once
// more when the files are right again.
//
// Thread-safe: one thread at a time reads and switches.
class WatchedFiles {
 public:
  // Judges what the files say, in the order of the paths, and makes it what is in force. An error
  // names the file, and leaves everything as it was. It is called again and again while the files
  // stay wrong, so it logs nothing then. The contents end with the call.
  using Switch = std::function<absl::Status(absl::Span<const SecretBytes> contents)>;
  // How the files are read. OK only for contents that belong together: UNAVAILABLE while they
  // change.
  using Reader =
      std::function<absl::StatusOr<std::vector<SecretBytes>>(absl::Span<const WatchedFile> files)>;

  // `what` is for the log: "the server's TLS files".
  WatchedFiles(absl::string_view what, std::vector<WatchedFile> files, Switch switch_to);
  // Whether what is wrong is logged here, or by another process that watches the same files.
  enum class Faults { kLogged, kLoggedElsewhere };
  // With another reader than ReadTogether.
  WatchedFiles(absl::string_view what, std::vector<WatchedFile> files, Switch switch_to,
               Reader reader, Faults faults = Faults::kLogged);
  WatchedFiles(const WatchedFiles&) = delete;
  WatchedFiles& operator=(const WatchedFiles&) = delete;
  // Waits for a look that is under way. `switch_to` is not called after that, so what it uses need
  // not live longer.
  ~WatchedFiles();

  // Reads, judges and switches now: at the start, and when an operator says so. Waits a little for
  // files that are being written, and at the start for a pipe, which is refused later on. The
  // errors of ReadFile, ReadSecretFile, CheckRegular and the switch; they are the caller's to log
  // or report, and are not logged here again.
  absl::Status Load();

  // What FileWatcher does every second. Contents are judged when two looks in a row found them the
  // same, as one that is half written may well be right in itself: a bundle with the first of its
  // roots. Compares contents, not times.
  void Look();

 private:
  friend class FileWatcher;
  // All there is, so that a look may begin while this ends.
  class State;

  const std::shared_ptr<State> state_;
};

// The contents of all files, read at one time: UNAVAILABLE kFileInvalid when one of them changed
// meanwhile. The errors of ReadFile and ReadSecretFile.
absl::StatusOr<std::vector<SecretBytes>> ReadTogether(absl::Span<const WatchedFile> files);

// FAILED_PRECONDITION kFileInvalid for one that is there and no regular file: a pipe would keep the
// thread that reads it, and what came through it once does not come again.
absl::Status CheckRegular(absl::Span<const WatchedFile> files);

}  // namespace fleetca

#endif  // FLEETCA_BASE_WATCHED_FILES_H_
