// Files that change together, such as a key and its certificate: whoever reads them finds all the
// old ones or all the new ones, also after a crash of the process or the machine.
#ifndef FLEETCA_CLIENT_FILES_FILE_GENERATIONS_H_
#define FLEETCA_CLIENT_FILES_FILE_GENERATIONS_H_

#include <sys/types.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/types/span.h"
#include "base/secret.h"
#include "client/files/disk_steps.h"
#include "client/files/generation_folder.h"
#include "client/files/generation_snapshot.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

struct FileGenerationsOptions {
  // Where the files are found. Made, with mode 0755, where there is none; the folder around it must
  // be there.
  std::string folder;
  // Of the files and of the generations' folders.
  FileOwner owner;
  // Of the generations' folders: who may not enter them reads no file, whatever its mode is.
  mode_t generation_mode = 0700;
  BeforeStep before_step = nullptr;
};

// What lies in the folder:
//
//   ..17/tls.key          a generation: whole, synced, never changed
//   ..data -> ..17        the one name that changes
//   tls.key -> ..data/tls.key
//
// A reader of one file needs to know nothing of it. A reader of several that must fit opens the
// folder ..data once and the files in it, or reads a file that has them all (credential_files.h).
//
// One process has the folder at a time. Thread-compatible.
class FileGenerations {
 public:
  // Takes away what a crash left unfinished. FAILED_PRECONDITION: kFileMissing; kFileInvalid where
  // the folder is a link or no folder, or another process has it; kFilePermissions where it is
  // another user's, or others may write to it and could put their own files there.
  static absl::StatusOr<std::unique_ptr<FileGenerations>> Open(FileGenerationsOptions options);
  FileGenerations(const FileGenerations&) = delete;
  FileGenerations& operator=(const FileGenerations&) = delete;

  // Puts these files, and no others, in place. They are durable when it returns. False, and nothing
  // is written, when they are in place already, octet for octet, with their modes and owners; and a
  // file that is as before among others that are not stays the very same file (its inode and
  // times), so that a watcher of one hears nothing of another. On an error all the old files are
  // in place, or where it was the last sync or a public name that failed, all the new ones, and the
  // next call makes it good. So whoever tells services of new files goes by Generation, not by this
  // answer. Where the folder itself was removed, or another one is in its place, it is made or
  // opened anew: the errors of Open. INVALID_ARGUMENT kConfigInvalid for a name that is no file's
  // or comes twice; the errors of FileError (base/file_status.h), among them FAILED_PRECONDITION
  // kFileInvalid where a name is taken by what this class did not make.
  //
  // The generation that was in force stays, until Release. Of several changes without Release
  // between them, the first one's and the last one's predecessors stay.
  absl::StatusOr<bool> Put(absl::Span<const PlacedFile> files);

  // Whether what the last Put has put in place is still found there, octet for octet, as far as
  // names, sizes and times tell: cheap enough for each minute. OK also where no Put has succeeded
  // last. FAILED_PRECONDITION names what somebody has removed or replaced, and the next Put makes
  // that good (client/files/generation_snapshot.h).
  absl::Status InPlace();

  // Everyone uses the files in force: takes earlier generations away. The errors of FileError, and
  // kFileInvalid where somebody has made a folder in one of them: that stays, without the files
  // that were in it, and the log has a warning, once.
  absl::Status Release();

  // A file of the generation in force. FAILED_PRECONDITION kFileMissing when there is none of this
  // name; the errors of ReadFile (base/file.h).
  absl::StatusOr<SecretBytes> Read(absl::string_view name) const;

  // The number of the generation in force; 0: there is none. Of two changes by this object the
  // later one has a greater number, also where the folder was removed between them.
  absl::StatusOr<uint64_t> Generation() const { return folder_.Current(); }

 private:
  FileGenerations(GenerationFolder folder, FileGenerationsOptions options)
      : options_(std::move(options)), folder_(std::move(folder)) {}

  absl::Status FindFolder();
  // Takes away what is neither in force nor the one that was at the last Release.
  void Prune(uint64_t current);
  absl::Status Remove(uint64_t generation);
  // Those of `files` that the generation has, octet for octet, in the order of `files`.
  std::vector<bool> Unchanged(uint64_t generation, absl::Span<const PlacedFile> files) const;

  const FileGenerationsOptions options_;
  GenerationFolder folder_;
  // Of the files that the last Put has put in place; nullopt after one that failed.
  std::optional<GenerationSnapshot> snapshot_;
  uint64_t last_made_ = 0;
  // Those that cannot be removed, which the log has.
  std::set<uint64_t> said_to_stay_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_FILE_GENERATIONS_H_
