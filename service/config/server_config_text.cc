// The configuration in force, written as the file that would give it.
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/proto/proto_duration.h"
#include "fleetca/config/v1/config.pb.h"
#include "google/protobuf/descriptor.h"
#include "google/protobuf/text_format.h"
#include "google/protobuf/util/json_util.h"
#include "service/config/server_config.h"

namespace fleetca::service {
namespace {

namespace pb = config::v1;
using google::protobuf::FieldDescriptor;
using google::protobuf::Message;
using google::protobuf::TextFormat;

// Nothing of the schema is a secret: keys and passphrases are files, which are named and never
// read here. Two things are masked all the same, should they ever get past validation: a PEM block
// where a path should be, and a URL's user name and password.
std::string MaskSecrets(const std::string& value) {
  constexpr absl::string_view kMask = "(masked)";
  if (absl::StrContains(value, "-----BEGIN")) {
    return std::string(kMask);
  }
  const size_t host = value.find("://");
  if (host != std::string::npos) {
    const size_t start = host + 3;
    const size_t end = std::min(value.find_first_of("/?#", start), value.size());
    const size_t at = value.rfind('@', end);
    if (at != std::string::npos && at >= start) {
      return absl::StrCat(value.substr(0, start), kMask, value.substr(at));
    }
  }
  return value;
}

void MaskStrings(Message* message);

void MaskField(const FieldDescriptor* field, Message* message) {
  const auto* reflection = message->GetReflection();
  const bool repeated = field->is_repeated();
  const int count = repeated ? reflection->FieldSize(*message, field)
                             : (reflection->HasField(*message, field) ? 1 : 0);
  for (int i = 0; i < count; ++i) {
    if (field->message_type() != nullptr) {
      MaskStrings(repeated ? reflection->MutableRepeatedMessage(message, field, i)
                           : reflection->MutableMessage(message, field));
    } else if (field->type() == FieldDescriptor::TYPE_STRING && repeated) {
      reflection->SetRepeatedString(message, field, i,
                                    MaskSecrets(reflection->GetRepeatedString(*message, field, i)));
    } else if (field->type() == FieldDescriptor::TYPE_STRING) {
      reflection->SetString(message, field, MaskSecrets(reflection->GetString(*message, field)));
    }
  }
}

void MaskStrings(Message* message) {
  for (int i = 0; i < message->GetDescriptor()->field_count(); ++i) {
    MaskField(message->GetDescriptor()->field(i), message);
  }
}

// TextFormat leaves out a scalar that has the type's zero value. Here it is shown where it says
// something, which is everywhere but in an empty string.
bool IsShown(const Message& message, const FieldDescriptor* field) {
  const auto* reflection = message.GetReflection();
  if (field->has_presence() || field->type() == FieldDescriptor::TYPE_STRING) {
    return reflection->HasField(message, field);
  }
  return true;
}

void Print(const Message& message, const std::string& indent, std::string* out) {
  const auto* reflection = message.GetReflection();
  for (int i = 0; i < message.GetDescriptor()->field_count(); ++i) {
    const FieldDescriptor* field = message.GetDescriptor()->field(i);
    const bool repeated = field->is_repeated();
    const int count = repeated ? reflection->FieldSize(message, field) : IsShown(message, field);
    for (int n = 0; n < count; ++n) {
      absl::StrAppend(out, indent, field->name());
      if (field->message_type() != nullptr) {
        absl::StrAppend(out, " {\n");
        Print(repeated ? reflection->GetRepeatedMessage(message, field, n)
                       : reflection->GetMessage(message, field),
              indent + "  ", out);
        absl::StrAppend(out, indent, "}\n");
      } else {
        std::string value;
        TextFormat::PrintFieldValueToString(message, field, repeated ? n : -1, &value);
        absl::StrAppend(out, ": ", value, "\n");
      }
    }
  }
}

pb::Listener ListenerToConfig(const ListenerConfig& listener) {
  pb::Listener out;
  out.set_address(listener.address);
  out.set_certificate_file(listener.certificate_file);
  out.set_private_key_file(listener.private_key_file);
  out.set_client_ca_file(listener.client_ca_file);
  out.set_reflection(listener.reflection);
  *out.mutable_drain_timeout() = ToProtoDuration(listener.drain_timeout);
  return out;
}

pb::Issuer IssuerToConfig(const IssuerConfig& issuer) {
  pb::Issuer out;
  out.set_certificate_file(issuer.certificate_file);
  pb::KeyFile& key = *out.mutable_key()->mutable_file();
  key.set_path(issuer.key.path);
  const signer::PassphraseSource& passphrase = issuer.key.passphrase;
  if (!passphrase.file.empty()) {
    key.mutable_passphrase()->set_file(passphrase.file);
  } else {
    key.mutable_passphrase()->set_systemd_credential(passphrase.systemd_credential);
  }
  out.set_trust_bundle_file(issuer.trust_bundle_file);
  for (const std::string& key : issuer.blocked_keys) {
    out.add_blocked_keys(absl::BytesToHexString(key));
  }
  out.set_fleet_arc(issuer.fleet_arc);
  out.set_provenance(issuer.provenance);
  out.set_former_certificates_file(issuer.former_certificates_file);
  return out;
}

pb::Limits LimitsToConfig(const LimitsConfig& limits) {
  pb::Limits out;
  out.set_max_csr_bytes(limits.max_csr_bytes);
  out.set_max_batch_items(limits.max_batch_items);
  out.set_max_message_bytes(limits.max_message_bytes);
  out.set_queue_capacity(limits.queue_capacity);
  out.set_worker_threads(static_cast<uint32_t>(limits.WorkerThreads()));
  out.set_worker_batch(limits.worker_batch);
  out.set_stream_window(limits.stream_window);
  out.set_max_connections(limits.max_connections);
  out.set_max_connections_per_address(limits.max_connections_per_address);
  out.set_max_connections_per_caller(limits.max_connections_per_caller);
  *out.mutable_message_timeout() = ToProtoDuration(limits.message_timeout);
  return out;
}

pb::Revocation RevocationToConfig(const RevocationConfig& revocation) {
  pb::Revocation out;
  out.set_crl_shards(revocation.crl_shards.value_or(0));
  *out.mutable_crl_delay() = ToProtoDuration(revocation.crl_delay);
  *out.mutable_crl_validity() = ToProtoDuration(revocation.crl_validity);
  out.set_max_complete_entries(static_cast<uint32_t>(revocation.max_complete_entries));
  out.set_root_crl_file(revocation.root_crl_file);
  return out;
}

pb::Renewals RenewalsToConfig(const RenewalPace& pace) {
  pb::Renewals out;
  out.set_max_per_second(pace.max_per_second);
  *out.mutable_retry_after() = ToProtoDuration(pace.retry_after);
  return out;
}

pb::Http HttpToConfig(const HttpConfig& http) {
  pb::Http out;
  out.set_address(http.address);
  out.set_base_url(http.base_url);
  out.set_max_connections(http.max_connections);
  out.set_max_connections_per_address(http.MaxConnectionsPerAddress());
  out.set_threads(http.threads);
  *out.mutable_request_timeout() = ToProtoDuration(http.request_timeout);
  *out.mutable_answer_timeout() = ToProtoDuration(http.answer_timeout);
  return out;
}

pb::LogLevel LevelToConfig(log::Level level) {
  switch (level) {
    case log::Level::kDebug:
      return pb::LOG_LEVEL_DEBUG;
    case log::Level::kInfo:
      return pb::LOG_LEVEL_INFO;
    case log::Level::kWarning:
      return pb::LOG_LEVEL_WARNING;
    case log::Level::kError:
      return pb::LOG_LEVEL_ERROR;
  }
  return pb::LOG_LEVEL_INFO;
}

// Without secrets.
pb::ServerConfig ServerConfigToMessage(const ServerConfig& config) {
  pb::ServerConfig message;
  message.set_trust_domain(config.trust_domain);
  *message.mutable_listener() = ListenerToConfig(config.listener);
  *message.mutable_issuer() = IssuerToConfig(config.issuer);
  message.mutable_store()->set_path(config.store.path);
  message.mutable_store()->set_block_cache_bytes(config.store.block_cache_bytes);
  message.mutable_store()->set_memtable_bytes(config.store.memtable_bytes);
  message.mutable_store()->set_head_file(config.store.head_file);
  *message.mutable_store()->mutable_retention() = ToProtoDuration(config.store_retention);
  *message.mutable_clock()->mutable_max_behind() = ToProtoDuration(config.clock.behind);
  *message.mutable_clock()->mutable_max_ahead() = ToProtoDuration(config.clock.ahead);
  if (!config.own_certificates.server_profile.empty()) {
    message.mutable_own_certificates()->set_server_profile(config.own_certificates.server_profile);
  }
  for (const std::string& file : config.own_certificates.watched_files) {
    message.mutable_own_certificates()->add_watched_files(file);
  }
  *message.mutable_revocation() = RevocationToConfig(config.revocation);
  *message.mutable_renewals() = RenewalsToConfig(config.renewals);
  message.set_policy_file(config.policy_file);
  if (!config.bootstrap_address.empty()) {
    message.mutable_bootstrap()->set_address(config.bootstrap_address);
  }
  if (!config.http.address.empty()) {
    *message.mutable_http() = HttpToConfig(config.http);
  }
  TokenIssuersToConfig(config.token_issuers, message.mutable_token_issuers());
  *message.mutable_limits() = LimitsToConfig(config.limits);
  message.set_possession_lanes(config.possession_lanes == x509::LanesSetting::kOff
                                   ? pb::POSSESSION_LANES_OFF
                                   : pb::POSSESSION_LANES_AUTO);
  message.mutable_logging()->set_format(
      config.log_format == log::Format::kJson ? pb::LOG_FORMAT_JSON : pb::LOG_FORMAT_TEXT);
  message.mutable_logging()->set_level(LevelToConfig(config.log_level));
  MaskStrings(&message);
  return message;
}

}  // namespace

std::string ServerConfigToText(const ServerConfig& config) {
  std::string out;
  Print(ServerConfigToMessage(config), "", &out);
  return out;
}

std::string ServerConfigToJson(const ServerConfig& config) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string out;
  // It fails for an Any or a time out of range alone, of which the message has none.
  static_cast<void>(
      google::protobuf::util::MessageToJsonString(ServerConfigToMessage(config), &out, options));
  return out;
}

}  // namespace fleetca::service
