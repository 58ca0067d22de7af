// UTF-8 of others, made fit for a terminal.
#ifndef FLEETCA_BASE_DISPLAY_ESCAPE_H_
#define FLEETCA_BASE_DISPLAY_ESCAPE_H_

#include <string>

#include "absl/strings/string_view.h"

namespace fleetca {

// `text` without what a terminal obeys in place of showing it, or shows elsewhere than where it
// stands: control characters ("\x1b", "\n", "\u009b"), octets that are not UTF-8 ("\xff"), and
// Unicode's marks of direction and its separators of lines ("\u202e"). One line. Backslashes stay,
// so what was escaped is not escaped again. Every value from a file, a server or a command line
// goes through here on its way into a text for people. Thread-safe.
std::string EscapeForDisplay(absl::string_view text);

// The same, but line breaks stay: for what this program put together of lines.
std::string EscapeLinesForDisplay(absl::string_view text);

// The same for a text of JSON (RFC 8259), by the escapes of JSON, so that it says the same. What
// JSON escapes anyway, such as octets below 0x20 in a string, must be escaped already; octets that
// are not UTF-8 stay.
std::string EscapeJsonForDisplay(absl::string_view json);

}  // namespace fleetca

#endif  // FLEETCA_BASE_DISPLAY_ESCAPE_H_
