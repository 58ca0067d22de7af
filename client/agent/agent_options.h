// What an agent is to do, as its configuration says: proto/fleetca/agent/v1/agent.proto with every
// default filled in and every value checked.
#ifndef FLEETCA_CLIENT_AGENT_AGENT_OPTIONS_H_
#define FLEETCA_CLIENT_AGENT_AGENT_OPTIONS_H_

#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "absl/time/time.h"
#include "base/crypto_types.h"
#include "client/agent/maintenance_windows.h"
#include "client/files/credential_files.h"
#include "client/files/placed_file.h"

namespace fleetca::client {

// How the first certificate is had. "" where there is none of a kind. Each is a path, also of a
// systemd credential, which only who starts the agent may be able to read
// (client/agent/enrollment_files.h).
struct EnrollmentOptions {
  std::string certificate_file;
  std::string private_key_file;
  std::string jwt_file;
  std::string join_token_file;
  bool certificate_is_credential = false;
  bool private_key_is_credential = false;
  bool jwt_is_credential = false;
  bool join_token_is_credential = false;
};

struct OutputOptions {
  // "" for an identity with sockets alone.
  std::string folder;
  CredentialFileOptions files;
  // "" where one is not wanted.
  std::string pkcs12;
  std::string truststore;
  std::string passphrase_file;
  std::string crl_folder;
  FileOwner owner;
};

struct HookOptions {
  // Exactly one of the three is there.
  std::vector<std::string> exec;
  std::string pid_file;
  std::string reload_unit;
  // Of pid_file.
  int signal = 0;
  absl::Duration timeout = absl::Seconds(30);
};

struct SocketOptions {
  std::string path;
  FileOwner owner;
  mode_t mode = 0660;
  std::vector<uid_t> uids;
  std::vector<gid_t> gids;
  std::vector<std::string> units;
  std::vector<std::string> cgroups;
  bool workload_api = true;
  bool envoy_sds = true;
};

struct IdentityOptions {
  std::string name;
  std::string profile;
  std::string spiffe_id;
  // As GeneralName text: "DNS:web.fleet.example".
  std::vector<std::string> names;
  KeyType key_type = KeyType::kP256;
  uint32_t renewals_per_key = 1;
  std::optional<absl::Duration> lifetime;
  EnrollmentOptions enrollment;
  OutputOptions outputs;
  std::vector<HookOptions> hooks;
  MaintenanceWindows maintenance_windows;
  std::vector<SocketOptions> sockets;
};

struct AgentOptions {
  std::string trust_domain;
  std::vector<std::string> addresses;
  std::vector<std::string> bootstrap_addresses;
  std::string server_name;
  // Of the servers; the CA's own where nothing is written.
  std::string server_identity;
  // Exactly one is there; the digest in 32 octets.
  std::string root_file;
  std::string root_sha256;
  absl::Duration bundle_refresh = absl::Hours(1);
  bool watch_revocations = false;
  std::string state_folder;
  std::vector<IdentityOptions> identities;
  // "" where there is none.
  std::string status_address;
  std::string status_socket;
  // Whom the agent becomes; nullopt: it stays who it is.
  std::optional<FileOwner> run_as;
  bool json_log = false;
  std::string log_level = "info";
};

}  // namespace fleetca::client

#endif  // FLEETCA_CLIENT_AGENT_AGENT_OPTIONS_H_
