#include "client/cli/token_sink.h"

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
  FLEETCA_RETURN_IF_ERROR(CheckCanWrite(file, Replace::kNothing));
  // Where a link leads to, which stays.
  FLEETCA_ASSIGN_OR_RETURN(Descriptor made, CreateNewFile(place->path, kMode));
  return std::unique_ptr<TokenSink>(
      new TokenSink(place->path, made.Release(), Kind::kNewFile, form));
}

TokenSink::~TokenSink() {
  if (kind_ == Kind::kGiven) {
    return;
  }
  close(fd_);
  if (empty_ && kind_ == Kind::kNewFile) {
    unlink(file_.c_str());
  }
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
