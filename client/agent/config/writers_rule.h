// Who may change what an agent obeys.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_WRITERS_RULE_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_WRITERS_RULE_H_

#include <sys/types.h>

#include <string>

#include "absl/status/status.h"
#include "client/agent/agent_options.h"

namespace fleetca::client {

// A configuration names programs to run, users to become and whom to trust. So for an agent of
// root's nobody but root may write it, or a folder on the way to it, in which another file could be
// put in its place; and the same goes for the programs of hooks and root_file, which the user may
// write, too, whom the agent becomes. Secrets have a rule of their own (base/secret_file_rule.h).
// For other agents, which have their user's rights alone, everybody may not write the
// configuration.

// Whether nobody but root and `user` may write the file, or a folder on the way to it: by the path
// as it is and by what its links lead to. In a folder with the sticky bit, like /tmp, others
// cannot replace the file, so that folder is accepted. OK if the file does not exist.
// FAILED_PRECONDITION kFilePermissions, with what to do. Thread-safe.
[[nodiscard]] absl::Status CheckWriters(const std::string& path, uid_t user);

// The same of the configuration, for this process's user.
[[nodiscard]] absl::Status CheckConfigWriters(const std::string& path);

// The same of what `options` name; nothing where this process is not root's. The field of the error
// is that of the configuration.
[[nodiscard]] absl::Status CheckNamedWriters(const AgentOptions& options);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_WRITERS_RULE_H_
