// The CAs that a person works with, each under a name.
#ifndef FLEETCA_CLIENT_CLI_CONTEXTS_H_
#define FLEETCA_CLIENT_CLI_CONTEXTS_H_

#include <map>
#include <string>

#include "absl/functional/function_ref.h"
#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/cli/connection_settings.h"

namespace fleetca::client {

struct Contexts {
  // The one in use; empty when none is.
  std::string current;
  std::map<std::string, ConnectionSettings> by_name;
};

// For CLI11: "" when the text can be a context's name, otherwise a sentence.
std::string CheckContextName(const std::string& name);

// Where they are kept: fleetca/contexts.json in $XDG_CONFIG_HOME, which is ~/.config where it is
// not set. FAILED_PRECONDITION kConfigInvalid when HOME is not set either.
absl::StatusOr<std::string> ContextsFile();

// None where there is no file, and no HOME to look for one in. FAILED_PRECONDITION kFileInvalid
// when the file is not what `fleetca context` writes; kFilePermissions.
absl::StatusOr<Contexts> LoadContexts();

// Has `edit` change them, and replaces the file atomically unless it returns an error, which is
// returned. Two processes that edit at once take turns. Errors as for LoadContexts and
// WriteFileAtomic.
absl::Status EditContexts(absl::FunctionRef<absl::Status(Contexts* contexts)> edit);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CONTEXTS_H_
