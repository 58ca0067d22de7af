// Which trust store a command means.
#ifndef FLEETCA_CLIENT_CLI_LOCAL_STORE_FLAGS_H_
#define FLEETCA_CLIENT_CLI_LOCAL_STORE_FLAGS_H_

#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/trust_stores/trust_store.h"

namespace fleetca::client {

struct StoreFlags {
  // "system", "java" or "nss"; empty where another flag says it.
  std::string store;
  std::string root;
  std::string nss_folder;
  std::string java_keystore;
  PassphraseFlag passphrase;
};

void AddStoreFlags(CLI::App& command, StoreFlags* flags);

// "system", "java" or "nss".
std::string StoreNameOf(const StoreFlags& flags);

// Which flags do not go together; "" where they do.
std::string StoreFlagsMistake(const StoreFlags& flags);

// FAILED_PRECONDITION kFileInvalid when there is no HOME to look for a database in; the errors of
// MakeJavaStore and of reading the passphrase.
absl::StatusOr<std::unique_ptr<TrustStore>> OpenStore(const StoreFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_LOCAL_STORE_FLAGS_H_
