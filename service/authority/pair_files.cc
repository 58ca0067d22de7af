#include "service/authority/pair_files.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <optional>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/descriptor.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_status.h"
#include "base/output_place.h"
#include "base/secret.h"
#include "base/sha256.h"
#include "base/status_macros.h"

namespace fleetca::service {
namespace {

constexpr absl::string_view kAction = "replace";
// Copies of displaced keys; more than that are for a person to look at.
constexpr int kMaxKept = 20;

// A file that is replaced.
struct Target {
  std::string path;                // for messages
  std::string place;               // the file itself, where `path` is a link
  std::optional<struct stat> old;  // where there is one
  mode_t mode = 0;

  // One name for all attempts, so that what a machine that stopped left there is gone with the next
  // one.
  std::string Staging() const { return absl::StrCat(place, ".fleetca-new"); }
};

absl::StatusOr<Target> FindTarget(const std::string& path, mode_t mode_of_new) {
  FLEETCA_ASSIGN_OR_RETURN(const OutputPlace found, FindOutputPlace(path));
  if (found.is_stream) {
    return FileError(kAction, path, EINVAL, "; it is no regular file");
  }
  Target target{path, found.path, std::nullopt, mode_of_new};
  if (struct stat old; stat(target.place.c_str(), &old) == 0) {
    target.old = old;
    target.mode = old.st_mode & 0777;
  } else if (errno != ENOENT) {
    return FileError(kAction, path, errno);
  }
  return target;
}

// Gives the file `name` the owner, group and mode of the target.
absl::Status MakeLike(const Target& target, const std::string& name) {
  const Descriptor file(open(name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC));
  struct stat made;
  if (!file.valid() || fstat(file.get(), &made) != 0) {
    return FileError(kAction, target.path, errno);
  }
  const bool is_same = !target.old.has_value() ||
                       (made.st_uid == target.old->st_uid && made.st_gid == target.old->st_gid);
  if (!is_same && fchown(file.get(), target.old->st_uid, target.old->st_gid) != 0) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat(target.path,
                     " belongs to another user or group, which a new file could not be given; "
                     "make it this user's"));
  }
  return fchmod(file.get(), target.mode) == 0 && fsync(file.get()) == 0
             ? absl::OkStatus()
             : FileError(kAction, target.path, errno);
}

// A new durable file beside the target, like it but for its name; nothing where that fails.
absl::Status WriteLike(const Target& target, const std::string& name, absl::string_view contents) {
  // A key is never readable by others, even half written or half given away.
  FLEETCA_RETURN_IF_ERROR(WriteNewFile(name, contents, 0600));
  absl::Status made = MakeLike(target, name);
  if (!made.ok()) {
    unlink(name.c_str());
  }
  return made;
}

absl::Status Stage(const Target& target, absl::string_view contents) {
  unlink(target.Staging().c_str());
  return WriteLike(target, target.Staging(), contents);
}

// What was staged takes the target's name, and is durable there once the folder is synced.
absl::Status Publish(const Target& target) {
  return std::rename(target.Staging().c_str(), target.place.c_str()) == 0
             ? absl::OkStatus()
             : FileError(kAction, target.path, errno);
}

// nullopt where there is no key. Whose it is, is not asked: root renews for others.
absl::StatusOr<std::optional<SecretBytes>> ReadFormer(const Target& key) {
  if (!key.old.has_value()) {
    return std::nullopt;
  }
  if ((key.mode & 0007) != 0) {
    return FailedPrecondition(
        Reason::kFilePermissions,
        absl::StrCat(key.path,
                     " is open to every user of this machine, as a new key there would "
                     "be; run chmod 600 on it"));
  }
  FLEETCA_ASSIGN_OR_RETURN(std::string contents, ReadFile(key.place));
  auto former = std::make_optional<SecretBytes>(contents);
  WipeString(contents);
  return former;
}

// As far as it can be done: what failed before is what is said.
void PutBack(const Target& key, const std::optional<SecretBytes>& former) {
  if (!former.has_value()) {
    unlink(key.place.c_str());
  } else if (Stage(key, former->view()).ok()) {
    Publish(key).IgnoreError();
  }
  static_cast<void>(SyncFolderOf(key.place));
}

}  // namespace

absl::Status ReplacePair(const PairFiles& files, absl::string_view certificate,
                         absl::string_view private_key) {
  FLEETCA_ASSIGN_OR_RETURN(const Target of_certificate, FindTarget(files.certificate, 0644));
  FLEETCA_ASSIGN_OR_RETURN(const Target of_key, FindTarget(files.private_key, 0600));
  FLEETCA_ASSIGN_OR_RETURN(const std::optional<SecretBytes> former, ReadFormer(of_key));
  const absl::Cleanup remove = [&] {
    unlink(of_certificate.Staging().c_str());
    unlink(of_key.Staging().c_str());
  };
  FLEETCA_RETURN_IF_ERROR(Stage(of_certificate, certificate));
  FLEETCA_RETURN_IF_ERROR(Stage(of_key, private_key));
  FLEETCA_RETURN_IF_ERROR(Publish(of_key));
  if (absl::Status published = Publish(of_certificate); !published.ok()) {
    PutBack(of_key, former);
    return published;
  }
  for (const Target* target : {&of_key, &of_certificate}) {
    if (const int error = SyncFolderOf(target->place); error != 0) {
      return FileError(kAction, target->path, error);
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<std::string> KeepKey(const std::string& key_file) {
  FLEETCA_ASSIGN_OR_RETURN(const Target key, FindTarget(key_file, 0600));
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadSecretFile(key.place));
  for (int i = 1; i <= kMaxKept; ++i) {
    const std::string name =
        absl::StrCat(key.place, ".replaced", i == 1 ? "" : absl::StrCat("-", i));
    const absl::Status written = WriteLike(key, name, contents.view());
    if (written.ok()) {
      return name;
    }
    if (!absl::IsAlreadyExists(written)) {
      return written;
    }
    const absl::StatusOr<SecretBytes> there = ReadSecretFile(name);
    if (there.ok() && there->view() == contents.view()) {
      return name;
    }
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("Beside ", key_file, " there are ", kMaxKept,
                   " keys that were replaced; take away those that nobody needs"));
}

std::string PairSha256(absl::string_view certificate, absl::string_view private_key) {
  return Sha256OfParts({certificate, private_key});
}

absl::StatusOr<std::string> PairFilesSha256(const PairFiles& files) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string certificate, ReadFile(files.certificate));
  absl::StatusOr<SecretBytes> key = ReadSecretFile(files.private_key);
  if (GetReason(key.status()) == Reason::kFileMissing) {
    key = SecretBytes();
  }
  FLEETCA_RETURN_IF_ERROR(key.status());
  return PairSha256(certificate, key->view());
}

}  // namespace fleetca::service
