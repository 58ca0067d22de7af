// Whether a command may write into a server's store for it.
#ifndef FLEETCA_SERVICE_CLI_STORE_OWNER_H_
#define FLEETCA_SERVICE_CLI_STORE_OWNER_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"

namespace fleetca::service {

// What another user writes into a store, root above all, the server can no longer open. So
// FAILED_PRECONDITION kFilePermissions, with `command` as its owner is to run it, unless `user` is
// the owner of the store in `folder`. Where there is no store yet, root alone is refused, unless
// the folder, or the one that it is to be made in, is root's: another user may well write into a
// folder that is shared with a group, and fails by itself where that is not so.
absl::Status CheckOwnsStore(const std::string& folder, uid_t user, absl::string_view command);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CLI_STORE_OWNER_H_
