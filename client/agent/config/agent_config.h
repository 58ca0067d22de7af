// The configuration of the agent, from its file to options that are valid.
#ifndef FLEETCA_CLIENT_AGENT_CONFIG_AGENT_CONFIG_H_
#define FLEETCA_CLIENT_AGENT_CONFIG_AGENT_CONFIG_H_

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/agent/agent_options.h"

namespace fleetca::client {

// Parses and checks the text of an AgentConfig (proto/fleetca/agent/v1/agent.proto) and fills in
// every default. `path` is for messages and for relative paths; `credentials_folder` is where
// systemd puts credentials, "" where it does not. Asks the machine's user database for the users
// and groups that are named, and reads no file. INVALID_ARGUMENT kConfigInvalid with every mistake,
// a line each: "agent.textproto:12: identities[0].name: ...". Thread-safe.
absl::StatusOr<AgentOptions> ParseAgentConfig(absl::string_view text, absl::string_view path,
                                              absl::string_view credentials_folder);

// Reads the file at `path` ("-": standard input, paths relative to the current folder) and parses
// it, with the credentials of $CREDENTIALS_DIRECTORY. FAILED_PRECONDITION kFileInvalid for what is
// no regular file, kFilePermissions where others may write it or what it names (writers_rule.h).
// From then on an error about a file of the configuration blames its field (base/named_paths.h).
absl::StatusOr<AgentOptions> LoadAgentConfig(absl::string_view path);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_CONFIG_AGENT_CONFIG_H_
