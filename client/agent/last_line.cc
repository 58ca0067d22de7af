#include "client/agent/last_line.h"

#include <algorithm>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/log_escape.h"

namespace fleetca::client {
namespace {

bool IsBlank(absl::string_view line) { return absl::StripAsciiWhitespace(line).empty(); }

}  // namespace

void LastLine::Append(absl::string_view output) {
  while (!output.empty()) {
    const size_t end = std::min(output.find_first_of("\r\n"), output.size());
    absl::StrAppend(&current_, output.substr(0, std::min(end, kMaxBytes - current_.size())));
    if (end == output.size()) {
      return;
    }
    if (!IsBlank(current_)) {
      last_ = current_;
    }
    current_.clear();
    output.remove_prefix(end + 1);
  }
}

std::string LastLine::Text() const {
  std::string text;
  log::AppendEscaped(absl::StripAsciiWhitespace(IsBlank(current_) ? last_ : current_), text);
  return text;
}

}  // namespace fleetca::client
