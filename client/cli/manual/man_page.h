// A command's manual page, in the language of man(7).
#ifndef FLEETCA_CLIENT_CLI_MANUAL_MAN_PAGE_H_
#define FLEETCA_CLIENT_CLI_MANUAL_MAN_PAGE_H_

#include <string>

#include "absl/strings/string_view.h"
#include "client/cli/manual/description.h"

namespace fleetca::client {

// "fleetca-cert-issue" for "fleetca cert issue": the page's name in section 1.
[[nodiscard]] std::string ManPageName(absl::string_view command_path);

// The page. The same command of the same release gives the same octets: it holds no date.
[[nodiscard]] std::string ManPage(const CommandDescription& command);

// Text as troff shows it letter by letter, on one line: a hyphen stays a minus that can be pasted,
// and nothing in it is an escape.
[[nodiscard]] std::string EscapeTroff(absl::string_view text);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_MAN_PAGE_H_
