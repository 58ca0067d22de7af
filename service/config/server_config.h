// The server's configuration: a text file in, validated values out.
#ifndef FLEETCA_SERVICE_CONFIG_SERVER_CONFIG_H_
#define FLEETCA_SERVICE_CONFIG_SERVER_CONFIG_H_

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/string_view.h"
#include "absl/time/time.h"
#include "base/log.h"
#include "service/config/http_config.h"
#include "service/config/issuer_config.h"
#include "service/config/token_issuer_config.h"
#include "service/renewals/renewal_pace.h"
#include "service/time/clock_rule.h"
#include "store/rocksdb/rocksdb_store.h"
#include "x509/possession_path.h"

namespace fleetca::service {

struct ListenerConfig {
  std::string address;
  std::string certificate_file;
  std::string private_key_file;
  std::string client_ca_file;
  bool reflection = false;
  absl::Duration drain_timeout = absl::Seconds(30);
};

struct LimitsConfig {
  size_t max_csr_bytes = 8192;
  size_t max_batch_items = 1000;
  size_t max_message_bytes = size_t{8} << 20;
  size_t queue_capacity = 10000;
  size_t worker_threads = 0;  // 0: one more than there are cores that the process may use
  size_t worker_batch = 64;
  size_t stream_window = 256;
  size_t max_connections = 0;              // 0: as many as there are descriptors for
  size_t max_connections_per_address = 0;  // 0: max_connections
  size_t max_connections_per_caller = 256;
  absl::Duration message_timeout = absl::Seconds(30);

  // worker_threads, or what its default comes to on this machine.
  size_t WorkerThreads() const;
};

// The certificates that the CA issued for itself and its operators.
struct OwnCertificatesConfig {
  // The profile by which the server renews the listener's certificate; empty: it does not.
  std::string server_profile;
  // Those whose end is warned of beside those that the server has.
  std::vector<std::string> watched_files;
};

// How word of revoked certificates is spread.
struct RevocationConfig {
  // Of an issuing CA; absent: what it has, or the default for one that is new
  // (service/authority/crl_shards_file.h).
  std::optional<uint16_t> crl_shards;
  absl::Duration crl_delay = absl::Seconds(60);
  absl::Duration crl_validity = absl::Hours(24);
  size_t max_complete_entries = 100000;
  std::string root_crl_file;
};

// Every value checked, every path absolute or relative to the current folder, every default filled
// in.
struct ServerConfig {
  // The folder of the file, "" for the current one: for messages that name commands.
  std::string folder;
  std::string trust_domain;
  ListenerConfig listener;
  IssuerConfig issuer;
  store::RocksDbOptions store;
  // How long certificates are kept after they expired (service/time/store_pruner.h).
  absl::Duration store_retention = absl::Hours(24 * 30);
  ClockLimits clock;
  OwnCertificatesConfig own_certificates;
  RevocationConfig revocation;
  RenewalPace renewals;
  std::string policy_file;
  std::string bootstrap_address;  // empty: no bootstrap port
  HttpConfig http;
  std::vector<TokenIssuerConfig> token_issuers;
  LimitsConfig limits;
  x509::LanesSetting possession_lanes = x509::LanesSetting::kAuto;
  log::Format log_format = log::Format::kText;
  log::Level log_level = log::Level::kInfo;
  // What works and should be written otherwise, each with file, line and field.
  std::vector<std::string> warnings;
  // Every path, as it is above, after the field that gave it: "listener.certificate_file".
  std::vector<std::pair<std::string, std::string>> paths;
};

// Parses and validates the file's contents. `path` is for messages and for relative paths. Reports
// every mistake it finds, a line each: "fleetca.textproto:12: listener.address: ...".
// INVALID_ARGUMENT kConfigInvalid. Reads no other file: whether keys, certificates and the policy
// are there is the server's to find.
absl::StatusOr<ServerConfig> ParseServerConfig(absl::string_view text, absl::string_view path);

// Reads the file at `path` ("-": standard input, paths relative to the current folder) and parses
// it. From then on an error about a file of the configuration blames its field
// (base/named_paths.h).
absl::StatusOr<ServerConfig> LoadServerConfig(absl::string_view path);

// The configuration in force as text format, defaults included, anything secret masked.
std::string ServerConfigToText(const ServerConfig& config);
// The same as JSON of protocol buffers, by the names of the text format.
std::string ServerConfigToJson(const ServerConfig& config);

}  // namespace fleetca::service

#endif  // FLEETCA_SERVICE_CONFIG_SERVER_CONFIG_H_
