#include "client/cli/terminal/confirmation.h"

#include <unistd.h>

#include <iostream>

#include "absl/strings/str_cat.h"
#include "base/display_escape.h"
#include "base/errors.h"

namespace fleetca::client {

std::string CountOfCertificates(uint64_t count) {
  return absl::StrCat(count, count == 1 ? " certificate" : " certificates");
}

absl::Status Confirm(absl::string_view question, const Undone& undone) {
  if (isatty(STDIN_FILENO) == 0 || isatty(STDERR_FILENO) == 0) {
    return FailedPrecondition(Reason::kConfigInvalid, "--yes",
                              absl::StrCat(undone.for_script, "; say --yes if that is meant"));
  }
  std::cerr << EscapeForDisplay(question) << " [y/N] " << std::flush;
  std::string answer;
  std::getline(std::cin, answer);
  return answer == "y" || answer == "yes"
             ? absl::OkStatus()
             : Cancelled(Reason::kCancelled,
                         absl::StrCat("You did not say yes, so ", undone.for_person));
}

}  // namespace fleetca::client
