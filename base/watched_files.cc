#include <sys/stat.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/log.h"
#include "base/sha256.h"
#include "base/status_macros.h"
#include "base/watched_files_state.h"

namespace fleetca {
namespace {

constexpr int kLoadAttempts = 5;
constexpr absl::Duration kLoadPause = absl::Milliseconds(100);
// A file that is wrong in ever new ways must not fill the log.
constexpr size_t kMaxFaults = 8;

// What a write changes of a file, as far as stat(2) shows it.
struct Stamp {
  bool exists = false;
  dev_t device = 0;
  ino_t inode = 0;
  off_t size = 0;
  timespec modified = {};
  timespec changed = {};

  bool operator==(const Stamp& other) const {
    const auto same = [](const timespec& a, const timespec& b) {
      return a.tv_sec == b.tv_sec && a.tv_nsec == b.tv_nsec;
    };
    return exists == other.exists && device == other.device && inode == other.inode &&
           size == other.size && same(modified, other.modified) && same(changed, other.changed);
  }
};

std::vector<Stamp> Stamps(absl::Span<const WatchedFile> files) {
  std::vector<Stamp> stamps;
  for (const WatchedFile& file : files) {
    struct stat found;
    if (stat(file.path.c_str(), &found) != 0) {
      stamps.emplace_back();
    } else {
      stamps.push_back(
          {true, found.st_dev, found.st_ino, found.st_size, found.st_mtim, found.st_ctim});
    }
  }
  return stamps;
}

absl::StatusOr<SecretBytes> ReadOne(const WatchedFile& file) {
  if (file.secret) {
    return ReadSecretFile(file.path);
  }
  FLEETCA_ASSIGN_OR_RETURN(std::string contents, ReadFile(file.path));
  SecretBytes bytes(contents);
  WipeString(contents);
  return bytes;
}

std::string DigestOf(absl::Span<const SecretBytes> contents) {
  std::vector<absl::string_view> parts;
  for (const SecretBytes& bytes : contents) {
    parts.push_back(bytes.view());
  }
  return Sha256OfParts(parts);
}

std::string Paths(const std::vector<WatchedFile>& files) {
  return absl::StrJoin(files, ", ", [](std::string* out, const WatchedFile& file) {
    absl::StrAppend(out, file.path);
  });
}

}  // namespace

absl::StatusOr<std::vector<SecretBytes>> ReadTogether(absl::Span<const WatchedFile> files) {
  const std::vector<Stamp> before = Stamps(files);
  std::vector<SecretBytes> contents;
  for (const WatchedFile& file : files) {
    FLEETCA_ASSIGN_OR_RETURN(SecretBytes bytes, ReadOne(file));
    contents.push_back(std::move(bytes));
  }
  const std::vector<Stamp> after = Stamps(files);
  for (size_t i = 0; i < files.size(); ++i) {
    if (!(before[i] == after[i])) {
      return Unavailable(Reason::kFileInvalid,
                         absl::StrCat(files[i].path,
                                      " was written while it was read; try again when that is "
                                      "done"));
    }
  }
  return contents;
}

absl::Status CheckRegular(absl::Span<const WatchedFile> files) {
  for (const WatchedFile& file : files) {
    struct stat found;
    if (stat(file.path.c_str(), &found) == 0 && !S_ISREG(found.st_mode)) {
      return FailedPrecondition(
          Reason::kFileInvalid,
          absl::StrCat(file.path, " is not a regular file, so it cannot be watched for changes"));
    }
  }
  return absl::OkStatus();
}

WatchedFiles::WatchedFiles(absl::string_view what, std::vector<WatchedFile> files, Switch switch_to)
    : WatchedFiles(what, std::move(files), std::move(switch_to), ReadTogether) {}

WatchedFiles::WatchedFiles(absl::string_view what, std::vector<WatchedFile> files, Switch switch_to,
                           Reader reader, Faults faults)
    : state_(std::make_shared<State>(what, std::move(files), std::move(switch_to),
                                     std::move(reader), faults)) {}

WatchedFiles::~WatchedFiles() { state_->Stop(); }

absl::Status WatchedFiles::Load() { return state_->Load(); }

void WatchedFiles::Look() { state_->Look(); }

absl::Status WatchedFiles::State::Load() {
  absl::MutexLock lock(&mutex_);
  if (!in_force_.empty()) {
    // Whoever reloads goes on, and so do the looks, which wait for this.
    const absl::Status regular = CheckRegular(files_);
    if (!regular.ok()) {
      RememberFault(regular.message());  // the caller's to log
      return regular;
    }
  }
  absl::StatusOr<std::vector<SecretBytes>> contents = reader_(files_);
  for (int i = 1; i < kLoadAttempts && absl::IsUnavailable(contents.status()); ++i) {
    absl::SleepFor(kLoadPause);
    contents = reader_(files_);
  }
  absl::Status status = contents.status();
  if (status.ok()) {
    status = switch_to_(*contents);
  }
  if (!status.ok()) {
    RememberFault(status.message());  // the caller's to log
    return status;
  }
  in_force_ = last_seen_ = DigestOf(*contents);
  faults_.clear();
  return absl::OkStatus();
}

void WatchedFiles::State::Look() {
  absl::MutexLock lock(&mutex_);
  if (stopped_) {
    return;
  }
  absl::Status status = CheckRegular(files_);
  absl::StatusOr<std::vector<SecretBytes>> contents =
      status.ok() ? reader_(files_) : absl::StatusOr<std::vector<SecretBytes>>(status);
  if (!contents.ok()) {
    last_seen_.clear();
    if (!absl::IsUnavailable(contents.status())) {
      NoteFault(contents.status());
    }
    return;
  }
  std::string digest = DigestOf(*contents);
  const bool stands_still = digest == last_seen_;
  last_seen_ = digest;
  if (digest == in_force_) {
    NoteSameAgain();
    return;
  }
  if (!stands_still) {
    return;
  }
  status = switch_to_(*contents);
  if (!status.ok()) {
    NoteFault(status);
    return;
  }
  in_force_ = std::move(digest);
  faults_.clear();
  log::Info("Files were read again", {{"what", what_}, {"files", Paths(files_)}});
}

bool WatchedFiles::State::RememberFault(absl::string_view message) {
  if (faults_.size() >= kMaxFaults ||
      std::find(faults_.begin(), faults_.end(), message) != faults_.end()) {
    return false;
  }
  faults_.emplace_back(message);
  return true;
}

void WatchedFiles::State::NoteFault(const absl::Status& fault) {
  if (RememberFault(fault.message()) && says_faults_) {
    log::Error("Files cannot be used; what was there before stays in force",
               {{"what", what_}, {"files", Paths(files_)}, {"reason", fault.message()}});
  }
}

void WatchedFiles::State::NoteSameAgain() {
  if (!faults_.empty()) {
    faults_.clear();
    if (!says_faults_) {
      return;
    }
    log::Info("Files say again what is in force", {{"what", what_}, {"files", Paths(files_)}});
  }
}

}  // namespace fleetca
