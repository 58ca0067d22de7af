// CRLs as OpenSSL's -CApath finds them: HASH.r0, HASH.r1 and so on, where HASH is that of the
// issuer's name.
#ifndef FLEETCA_CLIENT_FILES_CRL_FOLDER_H_
#define FLEETCA_CLIENT_FILES_CRL_FOLDER_H_

#include <array>
#include <cstddef>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "base/descriptor.h"

namespace fleetca::client {

// A program that uses the folder reads the suffixes from 0 up to the first that is not there. One
// that runs on remembers how far it came: it never reads those again, and looks for the next one
// each time it needs a CRL. So a new CRL goes under the next free suffix, where running programs
// see it at once, and all that was before stays for those that start: there may be no gap.
//
// Old ones can go when every program begins anew, which it does when it is reloaded:
//
//   PrepareReload()   those that are not in force go, and the suffixes begin at 0 again
//   ... the hooks ...
//   Reloaded()        all have worked: nobody remembers a suffix from before
//
// Until Reloaded the folder remembers, over starts of this program too, how far a running program
// may have come, and a new CRL fills the suffixes up to there, so that all see it. Without any
// reload kMaxSuffixes is the end, and the suffixes begin anew all the same: programs that have run
// all that time see no new CRL then, and refuse everybody once those that they have are out of
// date.
//
// The names HASH.rN in the folder are this class's own; other files, such as certificates, are left
// alone. One process has the folder at a time. Thread-compatible.
class CrlFolder {
 public:
  static constexpr size_t kMaxSuffixes = 1000;

  // The folder is made, with mode 0755, where there is none. The errors of OpenExclusively
  // (client/files/exclusive_folder.h), and of ReadFile (base/file.h).
  static absl::StatusOr<std::unique_ptr<CrlFolder>> Open(const std::string& path);
  CrlFolder(const CrlFolder&) = delete;
  CrlFolder& operator=(const CrlFolder&) = delete;

  // Adds those CRLs, DER, that are not there yet, durably. They are in force from now on, and no
  // others. False, and nothing is written, when all are there. FAILED_PRECONDITION kFileInvalid for
  // what is no CRL, before anything is written; the errors of FileError (base/file_status.h), after
  // which the next call makes it good.
  absl::StatusOr<bool> Put(absl::Span<const absl::string_view> crls_der);

  // Writes what others have removed since, or replaced by what is no file or has another size: a
  // suffix that is missing ends the list for whoever starts. Cheap where nothing is lost. How many
  // were lost; the errors of FileError.
  absl::StatusOr<size_t> PutBack();

  // Takes away what is not in force, durably. Nothing where Put was not called yet. The errors of
  // FileError.
  absl::Status PrepareReload();
  // Every program that reads the folder was reloaded after PrepareReload. The errors of FileError.
  absl::Status Reloaded();

 private:
  using Digest = std::array<char, 32>;
  struct Crl {
    std::string pem;
    Digest digest;
  };
  // By the hash of the issuer's name.
  using Crls = std::map<std::string, std::vector<Crl>>;

  CrlFolder(std::string path, Descriptor folder)
      : path_(std::move(path)), folder_(std::move(folder)) {}

  absl::Status Load();
  bool IsThere(const std::string& hash, size_t suffix, const Crl* crl) const;
  std::string PathOf(const std::string& hash, size_t suffix) const;
  size_t HorizonOf(const std::string& hash) const;
  absl::Status Write(const std::string& hash, size_t suffix, const Crl& crl);
  absl::StatusOr<bool> Add(const std::string& hash, const std::vector<Crl>& crls);
  absl::Status Shrink(const std::string& hash, std::vector<Digest>* held);
  absl::Status SetHorizon(const std::string& hash, size_t horizon);

  const std::string path_;
  const Descriptor folder_;
  // What lies under the suffixes of each hash, from 0 on.
  std::map<std::string, std::vector<Digest>> held_;
  Crls in_force_;
  bool known_ = false;
  // Of each hash: running programs may have read all suffixes below this one, and no others. No
  // entry: as many as lie there. In the folder a link, "..HASH", leads to the number.
  std::map<std::string, size_t> horizons_;
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_FILES_CRL_FOLDER_H_
