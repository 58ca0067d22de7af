#include "client/cli/kept_request.h"

#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <cstring>
#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/file_status.h"
#include "base/status_macros.h"
#include "client/answer_lost.h"

namespace fleetca::client {
namespace {

enum class Stage {
  kNone,
  kWriting,
  // On disk, and nothing was asked for.
  kWritten,
  // A request may be on its way, or have been answered in an earlier run.
  kOut,
  // A signal has taken the file away, and ends the process.
  kDying,
};

// What a signal's handler can get at. An attempt and a handler both begin by leaving kWritten, so
// that only one of them does.
std::atomic<Stage> stage{Stage::kNone};
std::atomic<bool> was_out_before{false};
std::atomic<int> pending_signal{0};
char file[PATH_MAX];

// Whether it was this caller that left kWritten; `*found` is the stage that was there.
bool LeaveWritten(Stage next, Stage* found) {
  *found = Stage::kWritten;
  return stage.compare_exchange_strong(*found, next);
}

void Tell(const char* text) {
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, text, std::strlen(text));
}

// Calls only functions that a handler may call.
void End(int signal) {
  Stage found;
  if (LeaveWritten(Stage::kDying, &found)) {
    const bool removed = unlink(file) == 0;
    Tell("fleetca: interrupted");
    Tell(removed ? "; nothing was asked for yet\n" : "\n");
  } else if (found == Stage::kOut) {
    Tell(
        "fleetca: interrupted; the CA may have issued a certificate: the same command goes on "
        "with ");
    Tell(file);
    Tell("\n");
  }
  struct sigaction by_default = {};
  by_default.sa_handler = SIG_DFL;
  sigaction(signal, &by_default, nullptr);
  kill(getpid(), signal);
}

// The signal is noted before the stage is looked at: Keep looks at them in the other order, so that
// one of the two ends the process.
extern "C" void OnSignal(int signal) {
  const int error = errno;
  pending_signal = signal;
  if (stage != Stage::kWriting) {
    End(signal);
  }
  errno = error;
}

absl::Status WithMore(const absl::Status& status, absl::string_view more) {
  return MakeError(status.code(), GetReason(status).value_or(Reason::kServerUnreachable),
                   GetField(status), absl::StrCat(status.message(), more));
}

}  // namespace

absl::StatusOr<std::unique_ptr<KeptRequest>> KeptRequest::Keep(const std::string& path,
                                                               const PendingRequest& request,
                                                               bool is_new) {
  if (path.size() >= sizeof(file)) {
    return FileError("write", path, ENAMETOOLONG);
  }
  std::unique_ptr<KeptRequest> kept(new KeptRequest(path, request.asked.request_id, is_new));
  if (path.empty()) {
    return kept;
  }
  std::memcpy(file, path.c_str(), path.size() + 1);
  pending_signal = 0;
  stage = Stage::kWriting;
  kept->Catch();
  const absl::Status written = is_new ? WritePending(path, request) : absl::OkStatus();
  stage = !written.ok() ? Stage::kNone : is_new ? Stage::kWritten : Stage::kOut;
  if (const int signal = pending_signal; signal != 0) {
    End(signal);
  }
  FLEETCA_RETURN_IF_ERROR(written);
  return kept;
}

void KeptRequest::Catch() {
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

KeptRequest::~KeptRequest() {
  stage = Stage::kNone;
  if (path_.empty()) {
    return;
  }
  for (size_t i = 0; i < std::size(kSignals); ++i) {
    sigaction(kSignals[i], &before_[i], nullptr);
  }
}

void KeptRequest::BeforeAttempt() {
  Stage found;
  was_out_before = !LeaveWritten(Stage::kOut, &found) && found == Stage::kOut;
  while (found == Stage::kDying) {
    pause();
  }
}

void KeptRequest::AfterFailure(const absl::Status& status) {
  if (!was_out_before && !MayHaveIssued(status)) {
    Stage out = Stage::kOut;
    stage.compare_exchange_strong(out, Stage::kWritten);
  }
}

absl::Status KeptRequest::GiveUp(const absl::Status& status) const {
  if (path_.empty()) {
    return status;
  }
  if (GetReason(status) == Reason::kRequestIdExpired) {
    Remove();
    return WithMore(status, "; the same command does so now");
  }
  // The CA looks for an earlier answer before it judges what is asked.
  if (stage != Stage::kOut || status.code() == absl::StatusCode::kInvalidArgument) {
    Remove();
    return status;
  }
  return WithMore(status, absl::StrCat("; the request", is_new_ ? "" : " of an earlier run",
                                       " may have been answered: the same command goes on with ",
                                       path_, ", and removing that begins anew"));
}

bool KeptRequest::IsOurs() const {
  const absl::StatusOr<std::optional<PendingRequest>> found = ReadPending(path_);
  return found.ok() && found->has_value() && (*found)->asked.request_id == request_id_;
}

absl::Status KeptRequest::AddAnswer(const Issued& answer) const {
  if (path_.empty()) {
    return absl::OkStatus();
  }
  if (!IsOurs()) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(path_, " keeps another run's request by now"));
  }
  return client::AddAnswer(path_, answer);
}

void KeptRequest::Remove() const {
  if (!path_.empty() && IsOurs()) {
    unlink(path_.c_str());
  }
}

}  // namespace fleetca::client
