#include "client/cli/command_files.h"

#include <optional>

#include "absl/strings/str_cat.h"
#include "base/errors.h"
#include "base/output_place.h"

namespace fleetca::client {
namespace {

[[nodiscard]] std::optional<FileIdentity> Find(const FlaggedFile& file) {
  return file.path.empty() ? std::nullopt : FindFile(file.path);
}

absl::Status CheckApart(const FlaggedFile& output, const FlaggedFile& other,
                        const char* consequence) {
  const std::optional<FileIdentity> one = Find(output);
  const std::optional<FileIdentity> two = Find(other);
  if (!one.has_value() || !two.has_value() || !one->IsSameAs(*two)) {
    return absl::OkStatus();
  }
  return FailedPrecondition(
      Reason::kFileInvalid,
      absl::StrCat(output.flag, " ", output.path, " and ", other.flag, " ", other.path,
                   " are one file, ", consequence, "; name two. Nothing was asked for yet"));
}

}  // namespace

std::string StandardInputMistake(const std::vector<FlaggedFile>& inputs) {
  const FlaggedFile* first = nullptr;
  for (const FlaggedFile& input : inputs) {
    if (input.path != "-" && input.path != "/dev/stdin") {
      continue;
    }
    if (first != nullptr) {
      return absl::StrCat(first->flag, " and ", input.flag, " cannot both be standard input");
    }
    first = &input;
  }
  return "";
}

absl::Status CheckFilesApart(const CommandFiles& files) {
  for (const FlaggedFile& output : files.outputs) {
    for (const FlaggedFile& other : files.outputs) {
      if (&output < &other) {
        if (absl::Status apart =
                CheckApart(output, other, "and one would be written over the other");
            !apart.ok()) {
          return apart;
        }
      }
    }
    for (const FlaggedFile& input : files.inputs) {
      if (absl::Status apart = CheckApart(output, input, "which would be lost"); !apart.ok()) {
        return apart;
      }
    }
  }
  return absl::OkStatus();
}

}  // namespace fleetca::client
