// UTF-8 as it is seen on a terminal: measured in columns, and cut. What escapes it is
// base/display_escape.h.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_DISPLAY_TEXT_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_DISPLAY_TEXT_H_

#include <locale.h>

#include <cstddef>
#include <string>

#include "absl/strings/string_view.h"

namespace fleetca::client {

// While one lives, the C library takes characters of this thread for UTF-8, whatever the
// environment says: what we write is UTF-8 in files as on terminals. The rest of the locale, and
// other threads, stay as they are.
class Utf8Characters {
 public:
  Utf8Characters();
  Utf8Characters(const Utf8Characters&) = delete;
  Utf8Characters& operator=(const Utf8Characters&) = delete;
  ~Utf8Characters();

 private:
  const locale_t utf8_;
  const locale_t before_;
};

// How many columns a text takes that EscapeForDisplay has made: two for a wide character, none for
// an accent that combines. A Utf8Characters must live.
size_t DisplayWidth(absl::string_view text);

// The start of such a text with "…" at its end, in `columns` columns at most; the text itself where
// it has no more than them. A Utf8Characters must live.
std::string CutToWidth(absl::string_view text, size_t columns);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_DISPLAY_TEXT_H_
