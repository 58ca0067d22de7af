#include "service/jwt/file_key_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/status_macros.h"
#include "service/jwt/key_log.h"

namespace fleetca::service {
namespace {

bool Same(const timespec& a, const timespec& b) {
  return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
}

}  // namespace

bool FileKeySource::Stamp::operator==(const Stamp& other) const {
  return exists == other.exists && device == other.device && inode == other.inode &&
         size == other.size && Same(modified, other.modified) && Same(changed, other.changed);
}

FileKeySource::Stamp FileKeySource::Look() const {
  struct stat status;
  if (stat(path_.c_str(), &status) != 0) {
    return Stamp();
  }
  return {true, status.st_dev, status.st_ino, status.st_size, status.st_mtim, status.st_ctim};
}

absl::StatusOr<std::shared_ptr<const JwkSet>> FileKeySource::Read() const {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path_));
  absl::StatusOr<JwkSet> keys = JwkSet::Parse(text);
  if (!keys.ok()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(path_, ": ", keys.status().message()));
  }
  LogNewKeys(path_, *keys);
  return std::make_shared<const JwkSet>(*std::move(keys));
}

absl::StatusOr<std::unique_ptr<FileKeySource>> FileKeySource::Create(absl::string_view path) {
  std::unique_ptr<FileKeySource> source(new FileKeySource(path));
  absl::MutexLock lock(&source->mutex_);
  // Before reading: a change between the two is seen by the next look.
  source->stamp_ = source->Look();
  FLEETCA_ASSIGN_OR_RETURN(source->keys_, source->Read());
  return source;
}

std::shared_ptr<const JwkSet> FileKeySource::Keys() {
  absl::MutexLock lock(&mutex_);
  const Stamp stamp = Look();
  if (stamp == stamp_) {
    return keys_;
  }
  stamp_ = stamp;
  absl::StatusOr<std::shared_ptr<const JwkSet>> keys = Read();
  if (keys.ok()) {
    keys_ = *std::move(keys);
  } else {
    LogKeysKept(path_, keys.status());
  }
  return keys_;
}

}  // namespace fleetca::service
