#include "client/cli/token_sink.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <utility>

#include "absl/cleanup/cleanup.h"
#include "absl/strings/str_cat.h"
#include "base/display_escape.h"
#include "base/durable_file.h"
#include "base/file_status.h"
#include "base/output_check.h"
#include "base/output_place.h"
#include "base/secret.h"
#include "base/standard_output.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/token_output.h"

namespace fleetca::client {
namespace {

constexpr mode_t kMode = 0600;

void AppendToken(const CreatedJoinToken& token, TokenForm form, absl::Time now, std::string* out) {
  switch (form) {
    case TokenForm::kToken:
      absl::StrAppend(out, token.token.view(), "\n");
      break;
    case TokenForm::kIdentityAndToken:
      absl::StrAppend(out, token.info.identity, " ", token.token.view(), "\n");
      break;
    case TokenForm::kJson: {
      nlohmann::ordered_json json = {{"token", std::string(token.token.view())}};
      json.update(TokenToJson(token.info, now));
      absl::StrAppend(out, EscapeJsonForDisplay(json.dump(
                               -1, ' ', false, nlohmann::ordered_json::error_handler_t::replace)));
      break;
    }
  }
}

// A new file, or an empty one of this user's: a run leaves it that was ended while it waited for
// the server, and mktemp makes such. Nobody loses anything by it. The lock tells what another run
// still waits to write into.
absl::StatusOr<Descriptor> MakeFile(const OutputPlace& place, absl::string_view given) {
  Descriptor made;
  if (place.identity.exists) {
    made = Descriptor(open(place.path.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  } else {
    FLEETCA_RETURN_IF_ERROR(CheckCanWrite(given, Replace::kNothing));
    FLEETCA_ASSIGN_OR_RETURN(made, CreateNewFile(place.path, kMode));
  }
  struct stat found;
  if (!made.valid() || flock(made.get(), LOCK_EX | LOCK_NB) != 0 ||
      fstat(made.get(), &found) != 0 || !S_ISREG(found.st_mode) || found.st_size != 0 ||
      found.st_nlink != 1 || found.st_uid != geteuid() || fchmod(made.get(), kMode) != 0) {
    FLEETCA_RETURN_IF_ERROR(CheckCanWrite(given, Replace::kNothing));
    return FileError("write", given, EEXIST);  // it was there a moment ago
  }
  if (place.identity.exists) {
    FLEETCA_RETURN_IF_ERROR(CheckCanWrite(given));  // whether the disk has room
  }
  return made;
}

}  // namespace

absl::StatusOr<std::unique_ptr<TokenSink>> TokenSink::Create(const std::string& file,
                                                             TokenForm form) {
  if (file.empty() || IsStandardStream(file)) {
    FLEETCA_RETURN_IF_ERROR(CheckStandardOutput());
    return std::unique_ptr<TokenSink>(new TokenSink("", STDOUT_FILENO, Kind::kGiven, form));
  }
  const absl::StatusOr<OutputPlace> place = FindOutputPlace(file);
  if (place.ok() && place->is_stream) {
    FLEETCA_RETURN_IF_ERROR(CheckCanWrite(file));
    FLEETCA_ASSIGN_OR_RETURN(Descriptor stream, OpenStream(*place));
    return std::unique_ptr<TokenSink>(new TokenSink(file, stream.Release(), Kind::kStream, form));
  }
  FLEETCA_RETURN_IF_ERROR(place.status());
  // Where a link leads to, which stays.
  FLEETCA_ASSIGN_OR_RETURN(Descriptor made, MakeFile(*place, file));
  return std::unique_ptr<TokenSink>(
      new TokenSink(place->path, made.Release(), Kind::kNewFile, form));
}

TokenSink::~TokenSink() {
  if (kind_ == Kind::kGiven) {
    return;
  }
  // Before the lock goes with the descriptor, so that no other run takes what is about to go.
  if (empty_ && kind_ == Kind::kNewFile) {
    unlink(file_.c_str());
  }
  close(fd_);
}

absl::Status TokenSink::WriteBytes(absl::string_view bytes) {
  int error = WriteAll(fd_, bytes);
  if (error == 0 && kind_ == Kind::kNewFile && fsync(fd_) != 0) {
    error = errno;
  }
  return error == 0 ? absl::OkStatus()
                    : FileError("write", file_.empty() ? "standard output" : file_, error);
}

absl::Status TokenSink::Write(absl::Span<const CreatedJoinToken> tokens, absl::Time now) {
  std::string text;
  absl::Cleanup wipe = [&text] { WipeString(text); };
  for (const CreatedJoinToken& token : tokens) {
    if (form_ == TokenForm::kJson) {
      absl::StrAppend(&text, empty_ ? "[\n" : ",\n");
    }
    empty_ = false;
    AppendToken(token, form_, now, &text);
  }
  return WriteBytes(text);
}

absl::Status TokenSink::Finish() {
  if (form_ != TokenForm::kJson || empty_) {
    return absl::OkStatus();
  }
  return WriteBytes("\n]\n");
}

}  // namespace fleetca::client
