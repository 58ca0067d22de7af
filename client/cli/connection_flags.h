// The flags that say which CA to talk to and as whom.
#ifndef FLEETCA_CLIENT_CLI_CONNECTION_FLAGS_H_
#define FLEETCA_CLIENT_CLI_CONNECTION_FLAGS_H_

#include <functional>
#include <memory>
#include <string>

#include "CLI/CLI.hpp"
#include "absl/status/statusor.h"
#include "client/ca_client.h"
#include "client/ca_client_options.h"
#include "client/call_options.h"

namespace fleetca::client {

struct ConnectionFlags {
  // Empty: that of the folder, or the usual one (ServerOf).
  std::string server;
  // A folder made by `fleetca ca init`: stands for the three files that are not given themselves.
  std::string dir;
  std::string ca;
  std::string certificate;
  std::string key;
  std::string server_name;
  std::string server_identity;
  std::string timeout = "30s";
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

// As given, or those of the folder; empty where there is neither. With --server-identity.
TlsFiles FilesOf(const ConnectionFlags& flags);

// Which of the needed flags is missing, or takes standard input from another, as a sentence; ""
// when none does.
std::string MissingConnectionFlag(const ConnectionFlags& flags);

// --server as given, else where the folder's server listens, else 127.0.0.1:8443. The errors of
// ServerAddressOf (ca_folder.h).
absl::StatusOr<std::string> ServerOf(const ConnectionFlags& flags);

// For CLI11: "" when the text is HOST:PORT, otherwise a sentence.
std::string CheckAddressFlag(const std::string& address);

// How often and how long to try; a person waits. For a server that is starting, until --timeout.
CallOptions CallOptionsOf(const ConnectionFlags& flags);

// All of them.
absl::StatusOr<CaClientOptions> ClientOptionsOf(const ConnectionFlags& flags);

absl::StatusOr<std::unique_ptr<CaClient>> Connect(const ConnectionFlags& flags);

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_CLI_CONNECTION_FLAGS_H_
