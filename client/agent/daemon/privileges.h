// Becoming another user.
#ifndef FLEETCA_CLIENT_AGENT_DAEMON_PRIVILEGES_H_
#define FLEETCA_CLIENT_AGENT_DAEMON_PRIVILEGES_H_

#include <string>

#include "absl/status/status.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

// Makes the folder with mode 0700 where there is none, and gives it to `owner`, if to anybody and
// it is not that user's already; the folder around it must be there. FAILED_PRECONDITION
// kFileInvalid where it is a link or no folder; kFilePermissions where it is another user's, or
// others may write to it; the errors of CheckIsAgents, before it is given away, and of FileError
// (base/file_status.h).
absl::Status MakePrivateFolder(const std::string& path, const FileOwner& owner);

// Whether the folder, which is open as `folder`, is an agent's own, and not one that others live
// in: it is empty, or an agent has kept a trust bundle there, and it is none of those that every
// machine has. FAILED_PRECONDITION kFilePermissions. Thread-safe.
absl::Status CheckIsAgents(const std::string& path, int folder);

// The process is this user and group from now on, for good, and in no other group, and leaves no
// core dumps. Nothing where it is already. Call it before threads start. FAILED_PRECONDITION
// kConfigInvalid where that is not allowed.
absl::Status BecomeUser(const FileOwner& user);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_DAEMON_PRIVILEGES_H_
