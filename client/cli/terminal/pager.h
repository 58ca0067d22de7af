// Text that is longer than the terminal, through the reader's pager.
#ifndef FLEETCA_CLIENT_CLI_TERMINAL_PAGER_H_
#define FLEETCA_CLIENT_CLI_TERMINAL_PAGER_H_

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "client/cli/terminal/output.h"

namespace fleetca::client {

// Writes `data` to standard output, as WriteData (client/cli/terminal/output.h) does, and with its
// errors. Text that does not fit on the terminal there goes through a pager: what FLEETCA_PAGER
// says, else PAGER, else "less -FRX" where it is installed. None where the variable is empty or
// "cat", where the terminal is dumb (IsDumbTerminal), for JSON and PEM, and where standard output
// is not a terminal.
//
// The variable is a command line. It is run without a shell; only where it has characters that mean
// something to a shell, which PAGER may have by its definition (POSIX.1-2017, man), "/bin/sh -c"
// runs it. Where LESS is not set, the pager finds FRX in it, so that less shows colours however it
// is named.
//
// A reader who quits early has seen what was wanted, which is not an error. Where the pager cannot
// be run, the text is written without it, with a sentence on standard error when a variable asked
// for it. While the pager runs, Ctrl-C is for it alone. Returns when the pager has ended. Not
// thread-safe, as it changes what signals do.
absl::Status Show(OutputForm form, absl::string_view data);
inline absl::Status ShowText(absl::string_view text) { return Show(OutputForm::kText, text); }

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_TERMINAL_PAGER_H_
