#include "client/cli/new_key_file.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>

#include "base/durable_file.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/connection_error.h"

namespace fleetca::client {
namespace {

constexpr mode_t kMode = 0600;

enum class Stage { kNone, kWriting, kWritten };

// What a signal's handler can get at.
std::atomic<Stage> stage{Stage::kNone};
std::atomic<bool> may_be_out{false};
std::atomic<bool> was_out_before{false};
std::atomic<int> pending_signal{0};
char file[PATH_MAX];

void Tell(const char* text) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, std::strlen(text));
}

// Of functions that a handler may call alone.
void End(int signal) {
  if (stage == Stage::kWritten) {
    Tell("fleetca: interrupted");
    if (may_be_out) {
      Tell("; the CA may have issued a certificate, so its new key stays in ");
      Tell(file);
    } else if (unlink(file) == 0) {
      Tell("; nothing was asked for yet, and the new key is gone again from ");
      Tell(file);
    }
    Tell("\n");
  }
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, nullptr);
  kill(getpid(), signal);
}

extern "C" void OnSignal(int signal) {
  const int error = errno;
  if (stage == Stage::kWriting) {
    pending_signal = signal;
  } else {
    End(signal);
  }
  errno = error;
}

}  // namespace

absl::StatusOr<std::unique_ptr<NewKeyFile>> NewKeyFile::Write(const std::string& path,
                                                              absl::string_view pem) {
  if (path.size() >= sizeof(file)) {
    return FileError("write", path, ENAMETOOLONG);
  }
  std::unique_ptr<NewKeyFile> key(new NewKeyFile(path));
  std::memcpy(file, path.c_str(), path.size() + 1);
  may_be_out = false;
  pending_signal = 0;
  stage = Stage::kWriting;
  key->Catch();
  const absl::Status written = WriteNewFile(path, pem, kMode);
  stage = written.ok() ? Stage::kWritten : Stage::kNone;
  if (const int signal = pending_signal; signal != 0) {
    End(signal);
  }
  FLEETCA_RETURN_IF_ERROR(written);
  return key;
}

void NewKeyFile::Catch() {
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    struct sigaction caught = {};
    caught.sa_handler = OnSignal;
    sigemptyset(&caught.sa_mask);
    sigaction(kSignals[i], nullptr, &before_[i]);
    // Whoever had it ignored, as nohup does, meant that.
    if (before_[i].sa_handler != SIG_IGN) {
      sigaction(kSignals[i], &caught, nullptr);
    }
  }
}

NewKeyFile::~NewKeyFile() {
  stage = Stage::kNone;
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &before_[i], nullptr);
  }
}

void NewKeyFile::Remove() const { unlink(path_.c_str()); }

void NewKeyFile::BeforeAttempt() { was_out_before = may_be_out.exchange(true); }

void NewKeyFile::AfterFailure(const absl::Status& status) {
  if (NothingListens(status)) {
    may_be_out = was_out_before.load();
  }
}

}  // namespace fleetca::client
