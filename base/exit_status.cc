#include "base/exit_status.h"

#include <cstdio>
#include <optional>
#include <utility>
#include <vector>

#include "absl/base/thread_annotations.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/synchronization/mutex.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/log_escape.h"
#include "base/named_paths.h"

namespace fleetca {
namespace {

struct Words {
  absl::Mutex mutex;
  ErrorForm form ABSL_GUARDED_BY(mutex) = ErrorForm::kText;
  std::vector<std::string> notes ABSL_GUARDED_BY(mutex);
};

// Never destroyed: a thread may still speak while the process ends.
Words& TheWords() {
  static Words* const words = new Words;
  return *words;
}

void WriteError(absl::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void WriteLines(absl::string_view text) {
  WriteError(absl::StrCat("fleetca: ", absl::StrReplaceAll(text, {{"\n", "\nfleetca: "}}), "\n"));
}

std::string JsonString(absl::string_view text) {
  std::string out = "\"";
  log::AppendEscapedWhole(text, out);
  return out + "\"";
}

std::vector<std::string> TakeNotes() {
  Words& words = TheWords();
  const absl::MutexLock lock(&words.mutex);
  return std::exchange(words.notes, {});
}

// "--dir" of "--dir is required"; "" for a sentence that does not begin with a flag.
absl::string_view LeadingFlag(absl::string_view sentence) {
  size_t end = 0;
  while (end < sentence.size() &&
         (sentence[end] == '-' || absl::ascii_isalnum(static_cast<unsigned char>(sentence[end])))) {
    ++end;
  }
  return absl::StartsWith(sentence, "--") ? sentence.substr(0, end) : "";
}

void WriteObject(absl::string_view code, absl::string_view reason, absl::string_view field,
                 absl::string_view message) {
  std::string line = absl::StrCat("{\"code\": ", JsonString(code));
  for (const auto& [name, value] : {std::pair("reason", reason), std::pair("field", field)}) {
    if (!value.empty()) {
      absl::StrAppend(&line, ", \"", name, "\": ", JsonString(value));
    }
  }
  absl::StrAppend(&line, ", \"message\": ", JsonString(message));
  if (const std::vector<std::string> notes = TakeNotes(); !notes.empty()) {
    absl::StrAppend(&line, ", \"notes\": [",
                    absl::StrJoin(notes, ", ",
                                  [](std::string* out, const std::string& note) {
                                    absl::StrAppend(out, JsonString(note));
                                  }),
                    "]");
  }
  WriteError(absl::StrCat(line, "}\n"));
}

}  // namespace

void SetErrorForm(ErrorForm form) {
  Words& words = TheWords();
  const absl::MutexLock lock(&words.mutex);
  words.form = form;
}

ErrorForm GetErrorForm() {
  Words& words = TheWords();
  const absl::MutexLock lock(&words.mutex);
  return words.form;
}

std::string PrintableMessage(const absl::Status& status) {
  if (status.message().empty()) {
    return absl::StatusCodeToString(status.code());
  }
  return EscapeLinesForDisplay(status.message());
}

int ReportStatus(const absl::Status& status) {
  if (status.ok()) {
    return kExitOk;
  }
  if (GetErrorForm() == ErrorForm::kText) {
    WriteLines(PrintableMessage(status));
    return kExitFailed;
  }
  const std::optional<Reason> reason = GetReason(status);
  WriteObject(
      absl::StatusCodeToString(status.code()), reason.has_value() ? ReasonName(*reason) : "",
      BlamedField(status),
      status.message().empty() ? absl::StatusCodeToString(status.code()) : status.message());
  return kExitFailed;
}

int ReportUsageError(absl::string_view message, absl::string_view flag) {
  if (GetErrorForm() == ErrorForm::kText) {
    WriteLines(EscapeLinesForDisplay(message));
  } else {
    WriteObject(absl::StatusCodeToString(absl::StatusCode::kInvalidArgument), kUsageReason,
                flag.empty() ? LeadingFlag(message) : flag, message);
  }
  return kExitUsage;
}

void SayNote(absl::string_view sentence) {
  Words& words = TheWords();
  const absl::MutexLock lock(&words.mutex);
  if (words.form == ErrorForm::kJson) {
    words.notes.emplace_back(sentence);
  } else {
    WriteError(absl::StrCat(EscapeForDisplay(sentence), "\n"));
  }
}

void FlushNotes() {
  for (const std::string& note : TakeNotes()) {
    WriteError(absl::StrCat(EscapeForDisplay(note), "\n"));
  }
}

}  // namespace fleetca
