// The CAs that a person works with, each under a name.
#ifndef FLEETCA_CLIENT_CLI_CONTEXTS_H_
#define FLEETCA_CLIENT_CLI_CONTEXTS_H_

#include <map>
#include <string>
#include <utility>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/connection_settings.h"

namespace fleetca::client {

// The settings that a context holds, by their names in the file and in JSON. The flags have the
// same names, with hyphens for the underscores.
inline constexpr std::pair<const char*, std::string ConnectionSettings::*> kContextFields[] = {
    {"dir", &ConnectionSettings::dir},
    {"server", &ConnectionSettings::server},
    {"ca", &ConnectionSettings::ca},
    {"cert", &ConnectionSettings::certificate},
    {"key", &ConnectionSettings::key},
    {"server_name", &ConnectionSettings::server_name},
    {"server_identity", &ConnectionSettings::server_identity},
};

struct Contexts {
  // The name of the context in use; empty when none is in use.
  std::string current;
  std::map<std::string, ConnectionSettings> by_name;
};

// For CLI11: "" when the text can be a context's name, otherwise a sentence.
std::string CheckContextName(const std::string& name);

// Where contexts are kept: fleetca/contexts.json in $XDG_CONFIG_HOME, or in ~/.config where that is
// not set. FAILED_PRECONDITION kConfigInvalid when HOME is not set either.
absl::StatusOr<std::string> ContextsFile();

// The contexts of the file; none where there is no file, or no HOME to look for one in.
// FAILED_PRECONDITION kFileInvalid when the file is not what `fleetca context` writes;
// kFilePermissions, also where somebody else owns it or may write it (CheckOwnFile).
absl::StatusOr<Contexts> LoadContexts();

// Has `edit` change the contexts, and then replaces the file atomically. Where `edit` returns an
// error, the file stays and the error is returned. Two processes that edit at once take turns.
// Errors as for LoadContexts and WriteFileAtomic.
absl::Status EditContexts(absl::FunctionRef<absl::Status(Contexts* contexts)> edit);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CONTEXTS_H_
