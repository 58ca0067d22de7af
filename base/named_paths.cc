#include "base/named_paths.h"

#include <cstddef>
#include <map>
#include <optional>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/synchronization/mutex.h"
#include "base/errors.h"

namespace fleetca {
namespace {

struct NamedPaths {
  absl::Mutex mutex;
  std::map<std::string, std::string> name_by_path ABSL_GUARDED_BY(mutex);
};

// Never destroyed: a thread may still report an error while the process ends.
NamedPaths& ThePaths() {
  static NamedPaths* const paths = new NamedPaths;
  return *paths;
}

// Quotation marks are not among them: what is quoted is a word of the user's, not a path.
bool WordBeginsAt(absl::string_view sentence, size_t at) {
  return at == 0 || sentence[at - 1] == ' ' || sentence[at - 1] == '(' || sentence[at - 1] == '\n';
}

// A path may go on after what was given: a file in a folder, "web.key.pending" for "web.key".
bool MayEndBefore(absl::string_view path, absl::string_view rest) {
  if (rest.empty() || path.back() == '/') {
    return true;
  }
  const auto next = static_cast<unsigned char>(rest.front());
  return next < 0x80 && !absl::ascii_isalnum(next) && next != '_' && next != '-';
}

bool IsAboutAFile(std::optional<Reason> reason) {
  return reason == Reason::kFileMissing || reason == Reason::kFileInvalid ||
         reason == Reason::kFilePermissions || reason == Reason::kCsrMalformed;
}

bool IsAboutWhatAFileHolds(std::optional<Reason> reason) {
  return reason == Reason::kConfigInvalid || reason == Reason::kPassphraseInvalid;
}

}  // namespace

void NamePath(absl::string_view path, absl::string_view name) {
  if (path.empty()) {
    return;
  }
  NamedPaths& paths = ThePaths();
  const absl::MutexLock lock(&paths.mutex);
  paths.name_by_path.emplace(std::string(path), std::string(name));
}

void ForgetNamedPaths() {
  NamedPaths& paths = ThePaths();
  const absl::MutexLock lock(&paths.mutex);
  paths.name_by_path.clear();
}

std::string NameOfPathIn(absl::string_view sentence) {
  NamedPaths& paths = ThePaths();
  const absl::MutexLock lock(&paths.mutex);
  for (size_t at = 0; at < sentence.size(); ++at) {
    if (!WordBeginsAt(sentence, at)) {
      continue;
    }
    const absl::string_view here = sentence.substr(at);
    size_t longest = 0;
    std::string found;
    for (const auto& [path, name] : paths.name_by_path) {
      if (path.size() > longest && absl::StartsWith(here, path) &&
          MayEndBefore(path, here.substr(path.size()))) {
        longest = path.size();
        found = name;
      }
    }
    if (longest > 0) {
      return found;
    }
  }
  return "";
}

std::string BlamedField(const absl::Status& status) {
  std::string field = GetField(status);
  const std::optional<Reason> reason = GetReason(status);
  if (!IsAboutAFile(reason) && !(IsAboutWhatAFileHolds(reason) && field.empty())) {
    return field;
  }
  std::string name = NameOfPathIn(status.message());
  return name.empty() ? field : name;
}

}  // namespace fleetca
