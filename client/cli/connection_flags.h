// The flags that say which CA to talk to and as whom.
#ifndef FLEETCA_CLIENT_CLI_CONNECTION_FLAGS_H_
#define FLEETCA_CLIENT_CLI_CONNECTION_FLAGS_H_

#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "CLI/App.hpp"
#include "absl/status/statusor.h"
#include "base/status_macros.h"
#include "client/ca_client.h"
#include "client/ca_client_options.h"
#include "client/call_options.h"
#include "client/cli/connection_settings.h"
#include "client/cli/terminal/address_flag.h"

namespace fleetca::client {

// The settings are what the flags say themselves; what holds is theirs, the environment's and the
// context's together, which the functions below find out (client/cli/connection_settings.h).
struct ConnectionFlags : ConnectionSettings {
  std::string timeout = "30s";
  // No flag of all commands: renew by a proof (CaClientOptions).
  bool renew_by_proof = false;
  // No flag: what the command wants to have called of each attempt (CallOptions).
  std::function<void(grpc::Channel& channel, absl::Duration remaining)> before_attempt;
  std::function<void(const absl::Status& status)> after_failure;
};

// The flags but --timeout, in a group of their own, which is returned.
CLI::App* AddServerFlags(CLI::App& command, ConnectionFlags* flags);

void AddConnectionFlags(CLI::App& command, ConnectionFlags* flags);

// Call it before gRPC is used. gRPC writes lines of its own about failed handshakes; our sentences
// say as much, so it does so only for a user who sets gRPC's variable GRPC_VERBOSITY. UNAVAILABLE
// kInternal when the system has not the threads that gRPC needs, without which it would hang.
absl::Status PrepareGrpc();

// The three files that are used, with the server's identity; empty where nothing names one. What
// the flags say where the rest cannot be read, which ClientOptionsOf reports.
TlsFiles FilesOf(const ConnectionFlags& flags);

// Which of the needed flags is missing, or takes standard input from another, as a sentence; ""
// when none does.
std::string MissingConnectionFlag(const ConnectionFlags& flags);

// The address that is used. The errors of ResolveSettings (connection_settings.h).
absl::StatusOr<std::string> ServerOf(const ConnectionFlags& flags);

// How often and how long to try; a person waits. For a server that is starting, until --timeout.
CallOptions CallOptionsOf(const ConnectionFlags& flags);

// All of them.
absl::StatusOr<CaClientOptions> ClientOptionsOf(const ConnectionFlags& flags);

// The client of one of the CA's services, such as a PolicyClient.
template <typename Client>
absl::StatusOr<std::unique_ptr<Client>> ConnectTo(const ConnectionFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(PrepareGrpc());
  FLEETCA_ASSIGN_OR_RETURN(CaClientOptions options, ClientOptionsOf(flags));
  return Client::Create(std::move(options));
}

absl::StatusOr<std::unique_ptr<CaClient>> Connect(const ConnectionFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CONNECTION_FLAGS_H_
