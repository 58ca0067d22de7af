#include "service/authority/pair_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <optional>
#include <system_error>
#include <utility>

#include "absl/memory/memory.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

constexpr absl::string_view kAction = "replace";

// What the path names once links are followed; the path itself where there is nothing yet.
std::string Followed(const std::string& path) {
  std::error_code error;
  const std::filesystem::path target = std::filesystem::canonical(path, error);
  return error ? path : target.string();
}

// New contents on the disk, which have not the file's name yet. Removed unless they get it.
class StagedFile {
 public:
  static absl::StatusOr<std::unique_ptr<StagedFile>> Write(const std::string& path,
                                                           absl::string_view contents,
                                                           mode_t mode_of_new) {
    const std::string target = Followed(path);
    std::optional<struct stat> old = std::make_optional<struct stat>();
    if (stat(target.c_str(), &*old) != 0) {
      if (errno != ENOENT) {
        return FileError(kAction, path, errno);
      }
      old.reset();
    }
    std::string temporary = absl::StrCat(target, ".tmp-XXXXXX");
    // With mode 0600, so that a key is never readable by others, even half written.
    const Descriptor file(mkostemp(temporary.data(), O_CLOEXEC));
    if (!file.valid()) {
      return FileError(kAction, path, errno);
    }
    auto staged = absl::WrapUnique(new StagedFile(path, target, std::move(temporary)));
    if (old.has_value()) {
      FLEETCA_RETURN_IF_ERROR(staged->KeepOwner(file.get(), *old));
    }
    if (const int error = WriteAll(file.get(), contents); error != 0) {
      return FileError(kAction, path, error);
    }
    const mode_t mode = old.has_value() ? old->st_mode & 0777 : mode_of_new;
    if (fchmod(file.get(), mode) != 0 || fsync(file.get()) != 0) {
      return FileError(kAction, path, errno);
    }
    return staged;
  }

  StagedFile(const StagedFile&) = delete;
  StagedFile& operator=(const StagedFile&) = delete;
  ~StagedFile() {
    for (const std::string& name : {temporary_, former_}) {
      if (!name.empty()) {
        unlink(name.c_str());
      }
    }
  }

  // Keeps the file that is there under a second name, until this ends.
  absl::Status KeepFormer() {
    const std::string name = absl::StrCat(temporary_, ".old");
    if (link(target_.c_str(), name.c_str()) == 0) {
      former_ = name;
    } else if (errno != ENOENT) {
      return FileError(kAction, path_, errno);
    }
    return absl::OkStatus();
  }

  absl::Status Publish() {
    const int error = RenameDurably(temporary_, target_);
    if (error != 0) {
      return FileError(kAction, path_, error);
    }
    temporary_.clear();
    return absl::OkStatus();
  }

  // Undoes Publish, where there was a file before.
  void PutBack() {
    if (!former_.empty() && RenameDurably(former_, target_) == 0) {
      former_.clear();
    }
  }

 private:
  StagedFile(std::string path, std::string target, std::string temporary)
      : path_(std::move(path)), target_(std::move(target)), temporary_(std::move(temporary)) {}

  absl::Status KeepOwner(int file, const struct stat& old) const {
    struct stat made;
    if (fstat(file, &made) != 0) {
      return FileError(kAction, path_, errno);
    }
    if (made.st_uid == old.st_uid && made.st_gid == old.st_gid) {
      return absl::OkStatus();
    }
    if (fchown(file, old.st_uid, old.st_gid) != 0) {
      return FailedPrecondition(
          Reason::kFilePermissions,
          absl::StrCat(path_,
                       " belongs to another user or group, which a new file could not be "
                       "given; make it this user's"));
    }
    return absl::OkStatus();
  }

  const std::string path_;    // for messages
  const std::string target_;  // what is replaced
  std::string temporary_;     // empty once it has the name
  std::string former_;        // empty where nothing is kept
};

}  // namespace

absl::Status ReplacePair(const PairFiles& files, absl::string_view certificate,
                         absl::string_view private_key) {
  FLEETCA_ASSIGN_OR_RETURN(const auto new_certificate,
                           StagedFile::Write(files.certificate, certificate, 0644));
  FLEETCA_ASSIGN_OR_RETURN(const auto new_key,
                           StagedFile::Write(files.private_key, private_key, 0600));
  FLEETCA_RETURN_IF_ERROR(new_key->KeepFormer());
  FLEETCA_RETURN_IF_ERROR(new_key->Publish());
  const absl::Status published = new_certificate->Publish();
  if (!published.ok()) {
    new_key->PutBack();
  }
  return published;
}

}  // namespace fleetca::service
