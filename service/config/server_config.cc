#include "service/config/server_config.h"

#include <algorithm>
#include <filesystem>
#include <string>
#include <utility>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/strip.h"
#include "base/config/config_reader.h"
#include "base/config/config_text.h"
#include "base/errors.h"
#include "base/file.h"
#include "base/named_paths.h"
#include "base/process_usage.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "fleetca/config/v1/config.pb.h"
#include "service/revocation/crl_shard.h"

namespace fleetca::service {
namespace {

namespace pb = config::v1;

constexpr absl::Duration kMaxDrain = absl::Hours(1);
constexpr absl::Duration kMaxBehind = absl::Hours(1);
constexpr absl::Duration kMaxAhead = absl::Hours(24 * 30);
constexpr uint64_t kMaxCompleteEntries = 10000000;
constexpr uint64_t kMaxRenewalsPerSecond = 1000000;
constexpr uint64_t kMaxCsrBytes = 65536;
constexpr uint64_t kMaxBatchItems = 1000;
constexpr uint64_t kMaxMessageBytes = uint64_t{64} << 20;
constexpr uint64_t kMaxConnections = uint64_t{1} << 20;
constexpr absl::Duration kMaxMessageTimeout = absl::Hours(1);
constexpr uint64_t kMaxQueueCapacity = 1000000;
constexpr uint64_t kMaxWorkerThreads = 1024;
constexpr uint64_t kMaxWorkerBatch = 1024;
constexpr uint64_t kMaxStreamWindow = 65536;
constexpr absl::Duration kMaxRetention = absl::Hours(24 * 3650);
constexpr uint64_t kMaxStoreMemory = uint64_t{1} << 40;

// What relative paths are relative to; "" is the current folder.
std::string FolderOf(absl::string_view path) {
  const size_t slash = path.rfind('/');
  if (IsStandardStream(path) || slash == absl::string_view::npos) {
    return "";
  }
  return std::string(slash == 0 ? "/" : path.substr(0, slash));
}

ListenerConfig ReadListener(const pb::Listener& written, ConfigReader* reader) {
  ListenerConfig listener;
  listener.address = reader->Address("listener.address", written.address());
  listener.certificate_file = reader->Path("listener.certificate_file", written.certificate_file());
  listener.private_key_file = reader->Path("listener.private_key_file", written.private_key_file());
  listener.client_ca_file = reader->Path("listener.client_ca_file", written.client_ca_file());
  listener.reflection = written.reflection();
  if (written.has_drain_timeout()) {
    listener.drain_timeout = reader->Duration("listener.drain_timeout", written.drain_timeout());
    if (listener.drain_timeout < absl::ZeroDuration() || listener.drain_timeout > kMaxDrain) {
      reader->Mistake("listener.drain_timeout",
                      absl::StrCat("is ", absl::FormatDuration(listener.drain_timeout),
                                   "; write 0 seconds to 1 hour"));
    }
  }
  return listener;
}

// As the paths are written: links are not followed.
bool IsBelow(absl::string_view path, absl::string_view folder) {
  const auto normal = [](absl::string_view text) {
    return std::filesystem::path(std::string(text) + "/").lexically_normal().string();
  };
  return absl::StartsWith(normal(path), normal(folder));
}

// Beside the configuration: "store.head" for "/var/lib/fleetca/store/".
std::string DefaultHeadFile(absl::string_view path) {
  while (absl::ConsumeSuffix(&path, "/")) {
  }
  return absl::StrCat(path.substr(path.rfind('/') + 1), ".head");
}

store::RocksDbOptions ReadStore(const pb::Store& written, ConfigReader* reader) {
  store::RocksDbOptions store;
  store.path = reader->Path("store.path", written.path());
  if (!written.path().empty()) {
    store.head_file = reader->Path("store.head_file", written.head_file().empty()
                                                          ? DefaultHeadFile(written.path())
                                                          : written.head_file());
    if (IsBelow(store.head_file, store.path)) {
      reader->Mistake("store.head_file",
                      "is inside store.path, whose loss it is to notice; write a path outside");
    }
  }
  store.block_cache_bytes = reader->Limit("store.block_cache_bytes", written.block_cache_bytes(),
                                          store.block_cache_bytes, kMaxStoreMemory);
  store.memtable_bytes = reader->Limit("store.memtable_bytes", written.memtable_bytes(),
                                       store.memtable_bytes, kMaxStoreMemory);
  return store;
}

void ReadRetention(const pb::Store& written, ConfigReader* reader, absl::Duration* retention) {
  if (!written.has_retention()) {
    return;
  }
  *retention = reader->Duration("store.retention", written.retention());
  if (*retention < absl::ZeroDuration() || *retention > kMaxRetention) {
    reader->Mistake("store.retention", absl::StrCat("is ", absl::FormatDuration(*retention),
                                                    "; write 0 seconds to 10 years (315360000)"));
  }
}

void ReadClockLimit(absl::string_view field, bool written, const google::protobuf::Duration& value,
                    absl::Duration max, ConfigReader* reader, absl::Duration* limit) {
  if (!written) {
    return;
  }
  *limit = reader->Duration(field, value);
  if (*limit < absl::Seconds(1) || *limit > max) {
    reader->Mistake(field, absl::StrCat("is ", absl::FormatDuration(*limit), "; write 1 second to ",
                                        absl::FormatDuration(max)));
  }
}

ClockLimits ReadClock(const pb::Clock& written, ConfigReader* reader) {
  ClockLimits limits;
  ReadClockLimit("clock.max_behind", written.has_max_behind(), written.max_behind(), kMaxBehind,
                 reader, &limits.behind);
  ReadClockLimit("clock.max_ahead", written.has_max_ahead(), written.max_ahead(), kMaxAhead, reader,
                 &limits.ahead);
  return limits;
}

OwnCertificatesConfig ReadOwnCertificates(const pb::OwnCertificates& written,
                                          ConfigReader* reader) {
  OwnCertificatesConfig own;
  own.server_profile = written.server_profile();
  for (int i = 0; i < written.watched_files_size(); ++i) {
    own.watched_files.push_back(reader->Path(
        absl::StrCat("own_certificates.watched_files[", i, "]"), written.watched_files(i)));
  }
  return own;
}

RevocationConfig ReadRevocation(const pb::Revocation& written, ConfigReader* reader) {
  RevocationConfig revocation;
  const uint64_t shards =
      reader->Limit("revocation.crl_shards", written.crl_shards(), 0, kMaxCrlShards);
  if (shards != 0) {
    revocation.crl_shards = static_cast<uint16_t>(std::min<uint64_t>(shards, kMaxCrlShards));
  }
  if (written.has_crl_delay()) {
    revocation.crl_delay = reader->Duration("revocation.crl_delay", written.crl_delay());
    if (revocation.crl_delay < absl::Seconds(1) || revocation.crl_delay > absl::Hours(1)) {
      reader->Mistake("revocation.crl_delay",
                      absl::StrCat("is ", absl::FormatDuration(revocation.crl_delay),
                                   "; write 1 second to 1 hour"));
    }
  }
  if (written.has_crl_validity()) {
    revocation.crl_validity = reader->Duration("revocation.crl_validity", written.crl_validity());
    if (revocation.crl_validity < absl::Hours(1) ||
        revocation.crl_validity > absl::Hours(24 * 30)) {
      reader->Mistake("revocation.crl_validity",
                      absl::StrCat("is ", absl::FormatDuration(revocation.crl_validity),
                                   "; write 1 hour to 30 days"));
    }
  }
  revocation.max_complete_entries =
      reader->Limit("revocation.max_complete_entries", written.max_complete_entries(),
                    revocation.max_complete_entries, kMaxCompleteEntries);
  revocation.root_crl_file =
      reader->Path("revocation.root_crl_file",
                   written.root_crl_file().empty() ? "root-ca.crl" : written.root_crl_file());
  return revocation;
}

RenewalPace ReadRenewals(const pb::Renewals& written, ConfigReader* reader) {
  RenewalPace pace;
  pace.max_per_second = static_cast<uint32_t>(
      std::min(reader->Limit("renewals.max_per_second", written.max_per_second(),
                             pace.max_per_second, kMaxRenewalsPerSecond),
               kMaxRenewalsPerSecond));
  if (written.has_retry_after()) {
    pace.retry_after = reader->Duration("renewals.retry_after", written.retry_after());
    if (pace.retry_after < absl::Minutes(1) || pace.retry_after > absl::Hours(24)) {
      reader->Mistake("renewals.retry_after",
                      absl::StrCat("is ", absl::FormatDuration(pace.retry_after),
                                   "; write 1 minute to 24 hours"));
    }
  }
  return pace;
}

LimitsConfig ReadLimits(const pb::Limits& written, ConfigReader* reader) {
  LimitsConfig limits;
  const auto limit = [reader](absl::string_view name, uint32_t value, uint64_t max, size_t* out) {
    *out = reader->Limit(Below("limits", name), value, *out, max);
  };
  limit("max_csr_bytes", written.max_csr_bytes(), kMaxCsrBytes, &limits.max_csr_bytes);
  limit("max_batch_items", written.max_batch_items(), kMaxBatchItems, &limits.max_batch_items);
  limit("max_message_bytes", written.max_message_bytes(), kMaxMessageBytes,
        &limits.max_message_bytes);
  limit("queue_capacity", written.queue_capacity(), kMaxQueueCapacity, &limits.queue_capacity);
  limit("worker_threads", written.worker_threads(), kMaxWorkerThreads, &limits.worker_threads);
  limit("worker_batch", written.worker_batch(), kMaxWorkerBatch, &limits.worker_batch);
  limit("stream_window", written.stream_window(), kMaxStreamWindow, &limits.stream_window);
  limit("max_connections", written.max_connections(), kMaxConnections, &limits.max_connections);
  limit("max_connections_per_address", written.max_connections_per_address(), kMaxConnections,
        &limits.max_connections_per_address);
  limit("max_connections_per_caller", written.max_connections_per_caller(), kMaxConnections,
        &limits.max_connections_per_caller);
  if (written.has_message_timeout()) {
    limits.message_timeout = reader->Duration("limits.message_timeout", written.message_timeout());
    if (limits.message_timeout < absl::Seconds(1) || limits.message_timeout > kMaxMessageTimeout) {
      reader->Mistake("limits.message_timeout",
                      absl::StrCat("is ", absl::FormatDuration(limits.message_timeout),
                                   "; write 1 second to 1 hour"));
    }
  }
  if (limits.max_message_bytes < limits.max_csr_bytes) {
    reader->Mistake("limits.max_message_bytes",
                    absl::StrCat("is ", limits.max_message_bytes, ", less than max_csr_bytes (",
                                 limits.max_csr_bytes, "); raise it"));
  }
  return limits;
}

// The address must be none that another port has.
void CheckHttpAddress(const ServerConfig& config, ConfigReader* reader) {
  const std::string& address = config.http.address;
  if (address.empty() || absl::EndsWith(address, ":0")) {
    return;
  }
  for (const auto& [field, other] : {std::pair<absl::string_view, const std::string&>(
                                         "listener.address", config.listener.address),
                                     {"bootstrap.address", config.bootstrap_address}}) {
    if (address == other) {
      reader->Mistake("http.address",
                      absl::StrCat("is ", field, " as well; give HTTP a port of its own"));
    }
  }
}

void ReadLogging(const pb::Logging& written, ConfigReader* reader, ServerConfig* config) {
  switch (written.format()) {
    case pb::LOG_FORMAT_UNSPECIFIED:
    case pb::LOG_FORMAT_TEXT:
      config->log_format = log::Format::kText;
      break;
    case pb::LOG_FORMAT_JSON:
      config->log_format = log::Format::kJson;
      break;
    default:
      reader->Mistake("logging.format",
                      "is not a format; write LOG_FORMAT_TEXT or LOG_FORMAT_JSON");
  }
  switch (written.level()) {
    case pb::LOG_LEVEL_UNSPECIFIED:
    case pb::LOG_LEVEL_INFO:
      config->log_level = log::Level::kInfo;
      break;
    case pb::LOG_LEVEL_DEBUG:
      config->log_level = log::Level::kDebug;
      break;
    case pb::LOG_LEVEL_WARNING:
      config->log_level = log::Level::kWarning;
      break;
    case pb::LOG_LEVEL_ERROR:
      config->log_level = log::Level::kError;
      break;
    default:
      reader->Mistake("logging.level",
                      "is not a level; write LOG_LEVEL_DEBUG, LOG_LEVEL_INFO, LOG_LEVEL_WARNING or "
                      "LOG_LEVEL_ERROR");
  }
}

void ReadPossessionLanes(pb::PossessionLanes written, ConfigReader* reader, ServerConfig* config) {
  switch (written) {
    case pb::POSSESSION_LANES_UNSPECIFIED:
    case pb::POSSESSION_LANES_AUTO:
      config->possession_lanes = x509::LanesSetting::kAuto;
      break;
    case pb::POSSESSION_LANES_OFF:
      config->possession_lanes = x509::LanesSetting::kOff;
      break;
    default:
      reader->Mistake("possession_lanes",
                      "is not a setting; write POSSESSION_LANES_AUTO or POSSESSION_LANES_OFF");
  }
}

// A required part: absent is one mistake, not one for each of its fields.
bool IsPresent(bool present, absl::string_view field, ConfigReader* reader) {
  if (!present) {
    reader->Mistake(field, absl::StrCat("is missing; write ", field,
                                        " { ... } as deploy/example/fleetca.textproto shows"));
  }
  return present;
}

}  // namespace

size_t LimitsConfig::WorkerThreads() const {
  // One more: while a worker waits for the disk, another one has its core.
  return worker_threads != 0 ? worker_threads : CpusAllowed() + 1;
}

absl::StatusOr<ServerConfig> ParseServerConfig(absl::string_view text, absl::string_view path) {
  pb::ServerConfig message;
  ConfigText written(text, path, &message);
  if (!written.parsed()) {
    return written.ToStatus();
  }
  ConfigReader reader(&written, FolderOf(path));
  ServerConfig config;
  config.folder = FolderOf(path);
  config.trust_domain = reader.TrustDomain("trust_domain", message.trust_domain());
  if (IsPresent(message.has_listener(), "listener", &reader)) {
    config.listener = ReadListener(message.listener(), &reader);
  }
  if (IsPresent(message.has_issuer(), "issuer", &reader)) {
    config.issuer = ReadIssuer(message.issuer(), &reader);
  }
  if (IsPresent(message.has_store(), "store", &reader)) {
    config.store = ReadStore(message.store(), &reader);
    ReadRetention(message.store(), &reader, &config.store_retention);
  }
  config.policy_file = reader.Path("policy_file", message.policy_file());
  if (message.has_bootstrap()) {
    config.bootstrap_address = reader.Address("bootstrap.address", message.bootstrap().address());
    if (!config.bootstrap_address.empty() && config.bootstrap_address == config.listener.address &&
        !absl::EndsWith(config.bootstrap_address, ":0")) {
      reader.Mistake("bootstrap.address",
                     "is listener.address as well; give strangers a port of their own");
    }
  }
  if (message.has_http()) {
    config.http = ReadHttp(message.http(), &reader);
    CheckHttpAddress(config, &reader);
  }
  config.token_issuers =
      ReadTokenIssuers("token_issuers", message.token_issuers(), config.trust_domain, &reader);
  if (!config.token_issuers.empty() && !message.has_bootstrap()) {
    reader.Mistake("token_issuers[0]",
                   "has no port where its tokens are taken; write bootstrap { address: \"...\" }");
  }
  config.clock = ReadClock(message.clock(), &reader);
  config.own_certificates = ReadOwnCertificates(message.own_certificates(), &reader);
  config.revocation = ReadRevocation(message.revocation(), &reader);
  config.renewals = ReadRenewals(message.renewals(), &reader);
  config.limits = ReadLimits(message.limits(), &reader);
  ReadLogging(message.logging(), &reader, &config);
  ReadPossessionLanes(message.possession_lanes(), &reader, &config);
  if (!config.issuer.key.path.empty() &&
      config.issuer.key.path == config.listener.private_key_file) {
    reader.Mistake("listener.private_key_file",
                   "is the issuing CA's key; give the listener a key of its own");
  }
  FLEETCA_RETURN_IF_ERROR(written.ToStatus());
  config.warnings = written.warnings();
  config.paths = reader.paths();
  return config;
}

absl::StatusOr<ServerConfig> LoadServerConfig(absl::string_view path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  FLEETCA_ASSIGN_OR_RETURN(ServerConfig config, ParseServerConfig(text, path));
  for (const auto& [field, file] : config.paths) {
    NamePath(file, field);
  }
  return config;
}

}  // namespace fleetca::service
