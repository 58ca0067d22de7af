// The flags of a host that has no certificate yet: a token, and a way to know the CA.
#ifndef FLEETCA_CLIENT_CLI_BOOTSTRAP_FLAGS_H_
#define FLEETCA_CLIENT_CLI_BOOTSTRAP_FLAGS_H_

#include <memory>
#include <string>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "client/bootstrap_client.h"
#include "client/cli/connection_flags.h"

namespace fleetca::client {

struct BootstrapFlags {
  // The bootstrap port; empty when the command goes to the port for client certificates.
  std::string address;
  std::string ca_sha256;
  std::string token_file;
  std::string bundle_out;
};

// Adds the flags, in a group of their own. After AddConnectionFlags, some of whose flags make no
// sense beside --bootstrap.
void AddBootstrapFlags(CLI::App& command, BootstrapFlags* flags);

// Adds --ca-sha256 to `group`, and excludes it from the flags that name roots otherwise.
CLI::Option* AddCaSha256Flag(CLI::App& command, CLI::App& group, std::string* value);

// What is missing or too much beside --bootstrap, as a sentence; "" when nothing is.
std::string BootstrapMistake(const BootstrapFlags& flags, const ConnectionFlags& connection);

// The root of that fingerprint (client/first_contact.h), DER.
absl::StatusOr<std::string> PinRoot(const std::string& address, const std::string& ca_sha256,
                                    const ConnectionFlags& connection);

// Reads the token, finds the roots, and keeps them where --bundle-out says, before the token is
// used. The server must be who --server-identity says; without it, the CA of the trust domain of
// `identity`, for which a certificate is asked; where that is empty, of the one that the roots
// name. INVALID_ARGUMENT kServerIdentity where they name none.
absl::StatusOr<std::unique_ptr<BootstrapClient>> ConnectBootstrap(const BootstrapFlags& flags,
                                                                  const ConnectionFlags& connection,
                                                                  absl::string_view identity);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_BOOTSTRAP_FLAGS_H_
