// Escaping of what goes into a log line, by the rules of JSON strings (RFC 8259 section 7).
#ifndef FLEETCA_BASE_LOG_ESCAPE_H_
#define FLEETCA_BASE_LOG_ESCAPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::log {

// Longer texts are cut here, and say so, so that no caller can flood the log with one value.
inline constexpr size_t kMaxLoggedBytes = 2048;

// Appends `text` with quotes, backslashes, control characters and everything outside of ASCII
// escaped as JSON does ("\u202e"); octets that are not UTF-8 become "\ufffd". What is appended is
// printable ASCII without a line break.
void AppendEscaped(absl::string_view text, std::string& out);

// The same as AppendEscaped, but the text is never cut: for output that is not a log line.
void AppendEscapedWhole(absl::string_view text, std::string& out);

// As AppendEscaped, in double quotes: a JSON string.
void AppendQuoted(absl::string_view text, std::string& out);

// `text` itself when it is a plain word, which cannot be taken for anything else, else quoted.
void AppendWord(absl::string_view text, std::string& out);

}  // namespace fleetca::log

#endif  // FLEETCA_BASE_LOG_ESCAPE_H_
