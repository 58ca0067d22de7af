// Where a CA is and as whom to talk to it, as one source says it: flags, the environment, a
// context.
#ifndef FLEETCA_CLIENT_CLI_CONNECTION_SETTINGS_H_
#define FLEETCA_CLIENT_CLI_CONNECTION_SETTINGS_H_

#include <string>

#include "absl/status/statusor.h"
#include "client/tls_identity.h"

namespace fleetca::client {

// Addresses and paths, never a secret. Empty is what the source does not say.
struct ConnectionSettings {
  std::string server;
  // A folder made by `fleetca ca init`: stands for the server and the three files that are not
  // given themselves.
  std::string dir;
  std::string ca;
  std::string certificate;
  std::string key;
  std::string server_name;
  std::string server_identity;
};

// The three files as given, or those of the folder; empty where there is neither.
TlsFiles FilesIn(const ConnectionSettings& settings);

// What holds, with nothing left in `dir`: `flags`, and where they are silent the variables
// FLEETCA_SERVER and FLEETCA_DIR, then the context in use (client/cli/contexts.h), then the usual
// server. A source speaks for itself whole: its folder stands for what the source does not name; a
// certificate and its key come from one source, and so do a server, its name and its identity,
// unless a stronger source names the latter. Errors are those of ServerAddressOf (ca_folder.h) and
// LoadContexts, CONFIG_INVALID for a variable that is no address, and kFileMissing for a folder
// that is not there; each names its source.
absl::StatusOr<ConnectionSettings> ResolveSettings(const ConnectionSettings& flags);

// Where no source names a server, so that the usual one is asked: a sentence that says so, for one
// who cannot reach it. "" where a source names one.
std::string WhyUsualServer(const ConnectionSettings& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CONNECTION_SETTINGS_H_
