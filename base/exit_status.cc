#include "base/exit_status.h"

#include <cstdio>

#include "absl/strings/ascii.h"
#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"

namespace fleetca {
namespace {

void WriteLines(absl::string_view text) {
  const std::string lines =
      absl::StrCat("fleetca: ", absl::StrReplaceAll(text, {{"\n", "\nfleetca: "}}), "\n");
  std::fwrite(lines.data(), 1, lines.size(), stderr);
}

std::string Printable(absl::string_view text) {
  std::string out;
  for (const char c : text) {
    if (absl::ascii_iscntrl(c) && c != '\n') {
      absl::StrAppend(&out, absl::CHexEscape(absl::string_view(&c, 1)));
    } else {
      out.push_back(c);
    }
  }
  return out;
}

}  // namespace

std::string PrintableMessage(const absl::Status& status) {
  if (status.message().empty()) {
    return absl::StatusCodeToString(status.code());
  }
  return Printable(status.message());
}

int ReportStatus(const absl::Status& status) {
  if (status.ok()) {
    return kExitOk;
  }
  WriteLines(PrintableMessage(status));
  return kExitFailed;
}

int ReportUsageError(absl::string_view message) {
  WriteLines(Printable(message));
  return kExitUsage;
}

}  // namespace fleetca
