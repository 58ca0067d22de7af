#include "store/rocksdb/witness.h"

#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_split.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "store/forbidden_file.h"

namespace fleetca::store {
namespace {

constexpr char kFileName[] = "fleetca.store";
constexpr mode_t kFileMode = 0600;
constexpr int kFormat = 1;
constexpr absl::string_view kFormatField = "fleetca store format ";
constexpr absl::string_view kInstanceField = "instance ";
constexpr absl::string_view kCreatedField = "created ";
constexpr char kTimeFormat[] = "%Y-%m-%dT%H:%M:%SZ";

[[nodiscard]] bool ParseFields(absl::string_view text, Witness& witness) {
  const std::vector<absl::string_view> lines = absl::StrSplit(text, '\n');
  uint32_t instance_id = 0;
  if (lines.size() != 5 || !absl::StartsWith(lines[1], kInstanceField) ||
      !absl::SimpleHexAtoi(lines[1].substr(kInstanceField.size()), &instance_id) ||
      !absl::StartsWith(lines[2], kCreatedField) ||
      !absl::ParseTime(kTimeFormat, lines[2].substr(kCreatedField.size()), &witness.created,
                       nullptr)) {
    return false;
  }
  witness.instance_id = static_cast<uint16_t>(instance_id);
  witness.finished = lines[3] == "finished";
  // Nothing but what this release writes, to the letter.
  return FormatWitness(witness) == text;
}

}  // namespace

std::string WitnessPathIn(const std::string& folder) {
  return absl::StrCat(folder, "/", kFileName);
}

std::string FormatWitness(const Witness& witness) {
  return absl::StrCat(kFormatField, kFormat, "\n", kInstanceField,
                      absl::StrFormat("%04x", witness.instance_id), "\n", kCreatedField,
                      absl::FormatTime(kTimeFormat, witness.created, absl::UTCTimeZone()), "\n",
                      witness.finished ? "finished" : "unfinished", "\n");
}

absl::StatusOr<Witness> ParseWitness(absl::string_view text, absl::string_view path) {
  const absl::string_view first_line = text.substr(0, text.find('\n'));
  int format = 0;
  if (absl::StartsWith(first_line, kFormatField) &&
      absl::SimpleAtoi(first_line.substr(kFormatField.size()), &format) && format > kFormat) {
    return FailedPrecondition(Reason::kFileInvalid,
                              absl::StrCat(path, " says that the store has format ", format,
                                           ", and this release reads format ", kFormat,
                                           "; run the release that wrote it, or a newer one"));
  }
  Witness witness;
  if (!ParseFields(text, witness)) {
    return DataLoss(Reason::kStoreCorrupt,
                    absl::StrCat(path, " is damaged; restore the store from a backup"));
  }
  return witness;
}

absl::StatusOr<std::optional<Witness>> ReadWitness(const std::string& folder) {
  const std::string path = WitnessPathIn(folder);
  const absl::StatusOr<std::string> text = ReadFile(path);
  if (GetReason(text.status()) == Reason::kFileMissing) {
    return std::nullopt;
  }
  if (GetReason(text.status()) == Reason::kFilePermissions) {
    const std::string why = WhyForbidden(path);
    return why.empty() ? text.status() : FailedPrecondition(Reason::kFilePermissions, why);
  }
  FLEETCA_RETURN_IF_ERROR(text.status());
  FLEETCA_ASSIGN_OR_RETURN(const Witness witness, ParseWitness(*text, path));
  return witness;
}

absl::Status WriteWitness(const std::string& folder, const Witness& witness) {
  return WriteFileAtomic(WitnessPathIn(folder), FormatWitness(witness), kFileMode);
}

}  // namespace fleetca::store
