#include "base/ready_file.h"

#include <sys/types.h>

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/output_file.h"
#include "base/output_place.h"
#include "base/status_macros.h"

namespace fleetca {
namespace {

constexpr mode_t kMode = 0644;
// Two addresses, each of which may be the path of a socket.
constexpr size_t kMaxBytes = 8192;

bool IsReadyLine(absl::string_view line) {
  return std::all_of(line.begin(), line.end(),
                     [](unsigned char c) { return absl::ascii_isdigit(c); }) ||
         absl::StartsWith(line, "grpc ") || absl::StartsWith(line, "http ");
}

bool IsReadyText(absl::string_view text) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  return std::all_of(lines.begin(), lines.end(),
                     [](absl::string_view line) { return IsReadyLine(line); });
}

}  // namespace

absl::Status CheckMayBeReadyFile(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const OutputPlace place, FindOutputPlace(path));
  if (place.is_stream || !place.identity.exists) {
    return absl::OkStatus();
  }
  const absl::StatusOr<std::string> text = ReadRegularFile(place.path, 0, kMaxBytes);
  if (!text.ok() && GetReason(text.status()) != Reason::kFileInvalid) {
    return text.status();
  }
  return text.ok() && IsReadyText(*text)
             ? absl::OkStatus()
             : FailedPrecondition(
                   Reason::kFileInvalid,
                   absl::StrCat("Cannot write ", EscapeForDisplay(path),
                                ": there is a file already that no server wrote to say that it is "
                                "ready; move it away or name another"));
}

absl::Status WriteReadyLines(absl::string_view path, absl::string_view lines) {
  FLEETCA_RETURN_IF_ERROR(CheckMayBeReadyFile(path));
  return WriteOutput(path, lines, kMode);
}

absl::Status RemoveReadyLines(absl::string_view path) {
  FLEETCA_RETURN_IF_ERROR(CheckMayBeReadyFile(path));
  return RemoveOutput(path);
}

}  // namespace fleetca
