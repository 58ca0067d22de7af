#include "service/jwt/file_key_source.h"

#include <utility>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/secret.h"
#include "service/jwt/key_log.h"

namespace fleetca::service {

FileKeySource::FileKeySource(absl::string_view path, FileWatcher& watcher)
    : path_(path),
      files_(
          "the keys of a token issuer", {{path_}},
          [this](absl::Span<const SecretBytes> contents) { return SwitchTo(contents[0].view()); },
          watcher.reader()) {
  if (const absl::Status loaded = files_.Load(); !loaded.ok()) {
    LogKeysMissing(path_, loaded);
  }
  watcher.Watch(files_);
}

std::shared_ptr<const JwkSet> FileKeySource::Keys() {
  absl::MutexLock lock(&mutex_);
  return keys_;
}

absl::Status FileKeySource::SwitchTo(absl::string_view text) {
  absl::StatusOr<JwkSet> keys = JwkSet::Parse(text);
  if (!keys.ok()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(path_, ": ", keys.status().message()));
  }
  if (!keys->HasElementsOf(*Keys())) {
    LogNewKeys(path_, *keys);
  }
  auto fresh = std::make_shared<const JwkSet>(*std::move(keys));
  absl::MutexLock lock(&mutex_);
  keys_.swap(fresh);
  return absl::OkStatus();
}

}  // namespace fleetca::service
