#include "client/cli/terminal/command_files.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/output_check.h"
#include "base/output_place.h"
#include "base/standard_output.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"

namespace fleetca::client {
namespace {

[[nodiscard]] std::optional<FileIdentity> Find(const std::string& path) {
  return path.empty() ? std::nullopt : FindFile(path);
}

// `Other` is an output or an input.
template <typename Other>
absl::Status CheckApart(const FlaggedOutput& output, const Other& other, const char* consequence,
                        NextStep next) {
  const std::optional<FileIdentity> one = Find(output.path);
  const std::optional<FileIdentity> two = Find(other.path);
  if (!one.has_value() || !two.has_value() || !one->IsSameAs(*two)) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(output.flag, " ", output.path, " and ", other.flag, " ", other.path,
                   " are one file, ", consequence, "; name two; ", NothingDone(next)));
}

absl::Status CheckOutput(const FlaggedOutput& output, NextStep next) {
  if (output.path.empty()) {
    return absl::OkStatus();
  }
  if (IsStandardStream(output.path)) {
    return CheckStandardOutput();
  }
  const absl::Status checked = CheckCanWrite(output.path, output.replace, next);
  return absl::IsAlreadyExists(checked)
             ? MakeError(checked.code(), GetReason(checked).value_or(Reason::kFileInvalid), "",
                         absl::StrCat(checked.message(), "; --force replaces it"))
             : checked;
}

}  // namespace

std::string StandardInputMistake(const std::vector<FlaggedFile>& inputs) {
  const FlaggedFile* first = nullptr;
  for (const FlaggedFile& input : inputs) {
    if (!IsStandardStream(input.path) && input.path != "/dev/stdin") {
      continue;
    }
    if (first != nullptr) {
      return absl::StrCat(first->flag, " and ", input.flag, " cannot both be standard input");
    }
    first = &input;
  }
  return "";
}

absl::Status CheckFilesApart(const CommandFiles& files, NextStep next) {
  for (const FlaggedOutput& output : files.outputs) {
    for (const FlaggedOutput& other : files.outputs) {
      if (&output < &other) {
        if (absl::Status apart =
                CheckApart(output, other, "and one would be written over the other", next);
            !apart.ok()) {
          return apart;
        }
      }
    }
    for (const FlaggedFile& input : files.inputs) {
      if (absl::Status apart = CheckApart(output, input, "which would be lost", next);
          !apart.ok()) {
        return apart;
      }
    }
  }
  return absl::OkStatus();
}

absl::Status CheckOutputs(const CommandFiles& files, NextStep next) {
  FLEETCA_RETURN_IF_ERROR(CheckFilesApart(files, next));
  for (const FlaggedOutput& output : files.outputs) {
    FLEETCA_RETURN_IF_ERROR(CheckOutput(output, next));
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client
