#include "client/agent/config/identity_config.h"

#include <algorithm>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "client/agent/config/enrollment_config.h"
#include "client/agent/config/field_values.h"
#include "client/agent/config/hook_config.h"
#include "client/agent/config/maintenance_config.h"
#include "client/agent/config/output_config.h"
#include "client/agent/config/socket_config.h"
#include "x509/requested_name.h"
#include "x509/san.h"
#include "x509/spiffe_id.h"

namespace fleetca::client {
namespace {

namespace pb = agent::v1;

constexpr size_t kMaxNameBytes = 64;

std::string ReadName(absl::string_view field, const std::string& name, ConfigReader* reader) {
  if (!reader->Required(field, name, "\"web\"").empty() &&
      (name.size() > kMaxNameBytes ||
       name.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789-") != std::string::npos)) {
    reader->Mistake(field,
                    "is not 1 to 64 lower-case letters, digits and \"-\"; write it as in "
                    "\"web\"");
  }
  return name;
}

std::string ReadSpiffeId(absl::string_view field, const std::string& id,
                         absl::string_view trust_domain, ConfigReader* reader) {
  if (id.empty()) {
    return id;
  }
  const absl::Status well_formed = x509::CheckSpiffeId(id, "");
  if (!well_formed.ok()) {
    reader->Mistake(field, well_formed.message());
  } else if (!trust_domain.empty() && x509::SpiffeTrustDomain(id) != trust_domain) {
    reader->Mistake(field, absl::StrCat("\"", id, "\" is not of the trust domain ", trust_domain,
                                        "; write spiffe://", trust_domain, "/..."));
  } else if (x509::SpiffePath(id).empty()) {
    reader->Mistake(field, absl::StrCat("\"", id,
                                        "\" is the trust domain alone; add a path, as in "
                                        "spiffe://",
                                        trust_domain, "/svc/web"));
  }
  return id;
}

std::vector<std::string> ReadNames(absl::string_view field, const pb::Identity& written,
                                   ConfigReader* reader) {
  std::vector<std::string> names;
  for (int i = 0; i < written.names_size(); ++i) {
    const std::string& text = written.names(i);
    const std::string at = At(Below(field, "names"), i);
    const absl::StatusOr<x509::RequestedName> name = x509::ParseRequestedName(text);
    if (!name.ok()) {
      reader->Mistake(at, name.status().message());
    } else if (name->type == x509::NameType::kUri) {
      reader->Mistake(at, "is a URI; write the SPIFFE ID in spiffe_id");
    } else if (std::find(names.begin(), names.end(), text) != names.end()) {
      reader->Mistake(at, absl::StrCat("\"", text, "\" is there twice; remove one"));
    }
    names.push_back(text);
  }
  return names;
}

KeyType ReadKeyType(absl::string_view field, pb::KeyType written, ConfigReader* reader) {
  switch (written) {
    case pb::KEY_TYPE_UNSPECIFIED:
    case pb::KEY_TYPE_P256:
      return KeyType::kP256;
    case pb::KEY_TYPE_P384:
      return KeyType::kP384;
    case pb::KEY_TYPE_ED25519:
      return KeyType::kEd25519;
    case pb::KEY_TYPE_RSA:
      return KeyType::kRsa3072;
    default:
      reader->Mistake(field, absl::StrCat("is ", static_cast<int>(written),
                                          ", which is not a type of key; write KEY_TYPE_P256, "
                                          "KEY_TYPE_P384, KEY_TYPE_ED25519 or KEY_TYPE_RSA"));
      return KeyType::kP256;
  }
}

absl::Duration ReadLifetime(absl::string_view field, const google::protobuf::Duration& written,
                            ConfigReader* reader) {
  const absl::Duration lifetime = reader->Duration(field, written);
  if (lifetime <= absl::ZeroDuration() || lifetime != absl::Floor(lifetime, absl::Seconds(1))) {
    reader->Mistake(field, absl::StrCat("is ", absl::FormatDuration(lifetime),
                                        "; write a positive number of whole seconds, as in { "
                                        "seconds: 86400 }"));
  }
  return lifetime;
}

}  // namespace

IdentityOptions ReadIdentity(absl::string_view field, const pb::Identity& written,
                             absl::string_view trust_domain, absl::string_view credentials_folder,
                             ConfigReader* reader) {
  IdentityOptions identity;
  identity.name = ReadName(Below(field, "name"), written.name(), reader);
  identity.profile = written.profile();
  identity.spiffe_id =
      ReadSpiffeId(Below(field, "spiffe_id"), written.spiffe_id(), trust_domain, reader);
  identity.names = ReadNames(field, written, reader);
  identity.key_type = ReadKeyType(Below(field, "key_type"), written.key_type(), reader);
  identity.renewals_per_key = std::max(1U, written.renewals_per_key());
  if (written.has_lifetime()) {
    identity.lifetime = ReadLifetime(Below(field, "lifetime"), written.lifetime(), reader);
  }
  identity.enrollment =
      ReadEnrollment(Below(field, "enrollment"), written.enrollment(), credentials_folder, reader);
  if (identity.profile.empty() && identity.enrollment.join_token_file.empty()) {
    reader->Mistake(Below(field, "profile"),
                    "is missing, and only a join token can name it instead; write a profile of "
                    "the CA's policy");
  }
  for (int i = 0; i < written.sockets_size(); ++i) {
    identity.sockets.push_back(
        ReadSocket(At(Below(field, "sockets"), i), written.sockets(i), reader));
  }
  identity.outputs =
      ReadOutputs(Below(field, "outputs"), written.outputs(), !identity.sockets.empty(), reader);
  for (int i = 0; i < written.hooks_size(); ++i) {
    identity.hooks.push_back(ReadHook(At(Below(field, "hooks"), i), written.hooks(i), reader));
  }
  identity.maintenance_windows = ReadMaintenanceWindows(Below(field, "maintenance_windows"),
                                                        written.maintenance_windows(), reader);
  return identity;
}

}  // namespace fleetca::client
