#include "base/output_file.h"

#include <unistd.h>

#include <cerrno>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/file_status.h"
#include "base/key_holder.h"
#include "base/output_place.h"
#include "base/secret.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

absl::Status WriteStream(const OutputPlace& place, absl::string_view contents) {
  FLEETCA_ASSIGN_OR_RETURN(const Descriptor stream, OpenStream(place));
  const int error = WriteAll(stream.get(), contents);
  return error == 0 ? absl::OkStatus() : FileError("write", place.path, error);
}

}  // namespace

absl::Status CheckHoldsNoKey(absl::string_view path, Replace replace) {
  if (replace == Replace::kAnything) {
    return absl::OkStatus();
  }
  absl::StatusOr<std::string> contents = ReadFile(path);
  if (!contents.ok()) {
    switch (GetReason(contents.status()).value_or(Reason::kInternal)) {
      case Reason::kFileMissing:
        return absl::OkStatus();
      case Reason::kFilePermissions:
        return FileError("write", path, EACCES,
                         "; this user may not read it either, so it might be a private key");
      default:
        return absl::OkStatus();  // larger than any key
    }
  }
  const absl::Cleanup wipe = [&contents] { WipeString(*contents); };
  const KeyHolder holder = KeyHolderOf(*contents);
  if (holder == KeyHolder::kNone ||
      (holder == KeyHolder::kKeystore && replace == Replace::kAllButSingleKeys)) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat("Cannot write ", path,
                   ": it holds a private key, which is never written over; move it away or name "
                   "another file"));
}

absl::Status WriteOutput(absl::string_view path, absl::string_view contents, mode_t mode,
                         Replace replace, Durable durable) {
  FLEETCA_ASSIGN_OR_RETURN(const OutputPlace place, FindOutputPlace(path));
  if (place.is_stream) {
    return WriteStream(place, contents);
  }
  switch (replace) {
    case Replace::kNothing:
      return WriteNewFile(place.path, contents, mode);
    case Replace::kAllButKeys:
    case Replace::kAllButSingleKeys:
      FLEETCA_RETURN_IF_ERROR(CheckHoldsNoKey(place.path, replace));
      break;
    case Replace::kAnything:
      break;
  }
  return durable == Durable::kLater ? WriteFileUnsynced(place.path, contents, mode)
                                    : WriteFileAtomic(place.path, contents, mode);
}

absl::Status RemoveOutput(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const OutputPlace place, FindOutputPlace(path));
  return place.is_stream || unlink(place.path.c_str()) == 0 || errno == ENOENT
             ? absl::OkStatus()
             : FileError("remove", path, errno);
}

}  // namespace fleetca
