// Shows a manual page by man(1).
#ifndef FLEETCA_CLIENT_CLI_MANUAL_MAN_VIEWER_H_
#define FLEETCA_CLIENT_CLI_MANUAL_MAN_VIEWER_H_

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::client {

// Has man(1) show `page` as any other: through its pager on a terminal, as text elsewhere. Returns
// when the reader is done. FAILED_PRECONDITION kFileMissing where man(1) is not installed, with
// what says the same about `command`; kInternal where it fails or cannot be started.
absl::Status ShowManPage(absl::string_view page, absl::string_view command);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_MANUAL_MAN_VIEWER_H_
