#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "base/crypto_types.h"
#include "client/agent/hook.h"
#include "client/cli/agent_commands.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/duration_flag.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

using nlohmann::ordered_json;

std::vector<std::string> WaysOf(const EnrollmentOptions& enrollment) {
  std::vector<std::string> ways;
  const auto add = [&ways](absl::string_view what, const std::string& file) {
    if (!file.empty()) {
      ways.push_back(absl::StrCat(what, " ", file));
    }
  };
  add("the certificate in", enrollment.certificate_file);
  add("the JWT in", enrollment.jwt_file);
  add("the join token in", enrollment.join_token_file);
  return ways;
}

std::vector<std::string> FilesOfOutputs(const OutputOptions& outputs) {
  std::vector<std::string> files;
  for (const std::string& name :
       {outputs.files.credential_bundle, outputs.files.private_key, outputs.files.certificate,
        outputs.files.combined, outputs.files.trust_bundle, outputs.pkcs12, outputs.truststore}) {
    if (!name.empty() && !outputs.folder.empty()) {
      files.push_back(absl::StrCat(outputs.folder, "/", name));
    }
  }
  return files;
}

std::vector<std::string> HooksOf(const IdentityOptions& identity) {
  std::vector<std::string> hooks;
  for (const HookOptions& hook : identity.hooks) {
    hooks.push_back(HookInWords(hook));
  }
  return hooks;
}

std::vector<std::string> SocketsOf(const IdentityOptions& identity) {
  std::vector<std::string> sockets;
  for (const SocketOptions& socket : identity.sockets) {
    sockets.push_back(socket.path);
  }
  return sockets;
}

std::string KeyInWords(const IdentityOptions& identity) {
  return identity.renewals_per_key == 1
             ? absl::StrCat(KeyTypeName(identity.key_type), ", a new one each renewal")
             : absl::StrCat(KeyTypeName(identity.key_type), ", a new one each ",
                            identity.renewals_per_key, " renewals");
}

std::string IdentityToText(const IdentityOptions& identity) {
  return absl::StrCat(
      "\nIdentity ", identity.name, "\n",
      TextLine("SPIFFE ID", identity.spiffe_id.empty() ? "(the CA says it)" : identity.spiffe_id),
      TextLine("Profile", identity.profile.empty() ? "(the token's)" : identity.profile),
      TextLines("Names", identity.names.empty() ? std::vector<std::string>{"(the policy's)"}
                                                : identity.names),
      TextLine("Key", KeyInWords(identity)),
      TextLine("Lifetime", identity.lifetime.has_value() ? DurationInWords(*identity.lifetime)
                                                         : "(the profile's)"),
      TextLines("First by", WaysOf(identity.enrollment)),
      TextLines("Files", FilesOfOutputs(identity.outputs)), TextLines("Hooks", HooksOf(identity)),
      TextLine("Renewed", identity.maintenance_windows.empty()
                              ? "in the CA's window"
                              : "in the CA's window and a maintenance window"),
      TextLines("Sockets", SocketsOf(identity)));
}

}  // namespace

std::string AgentPlanToText(const AgentOptions& options) {
  std::string text = absl::StrCat(
      "CA\n", TextLine("Trust domain", options.trust_domain),
      TextLines("Servers", options.addresses),
      TextLines("Bootstrap ports", options.bootstrap_addresses),
      TextLine("Root", options.root_file.empty() ? "by its SHA-256" : options.root_file),
      TextLine("Bundle", absl::StrCat("asked for each ", DurationInWords(options.bundle_refresh))),
      TextLine("Revocations", options.watch_revocations ? "followed" : "not followed"), "\nAgent\n",
      TextLine("State", options.state_folder),
      TextLine("Status",
               absl::StrJoin({options.status_address.empty() ? "no port" : options.status_address,
                              options.status_socket.empty() ? "no socket" : options.status_socket},
                             ", ")),
      TextLine("Runs as",
               options.run_as.has_value()
                   ? absl::StrCat("user ", options.run_as->user, ", group ", options.run_as->group)
                   : "who starts it"));
  for (const IdentityOptions& identity : options.identities) {
    absl::StrAppend(&text, IdentityToText(identity));
  }
  return text;
}

std::string AgentPlanToJson(const AgentOptions& options) {
  ordered_json json = {{"trust_domain", options.trust_domain},
                       {"servers", options.addresses},
                       {"bootstrap_servers", options.bootstrap_addresses},
                       {"root_file", options.root_file},
                       {"bundle_refresh_seconds", absl::ToInt64Seconds(options.bundle_refresh)},
                       {"watch_revocations", options.watch_revocations},
                       {"state_folder", options.state_folder},
                       {"status_address", options.status_address},
                       {"status_socket", options.status_socket},
                       {"identities", ordered_json::array()}};
  for (const IdentityOptions& identity : options.identities) {
    json["identities"].push_back(
        {{"name", identity.name},
         {"profile", identity.profile},
         {"spiffe_id", identity.spiffe_id},
         {"names", identity.names},
         {"key_type", std::string(KeyTypeName(identity.key_type))},
         {"renewals_per_key", identity.renewals_per_key},
         {"lifetime_seconds", identity.lifetime.has_value()
                                  ? ordered_json(absl::ToInt64Seconds(*identity.lifetime))
                                  : ordered_json(nullptr)},
         {"enrollment", WaysOf(identity.enrollment)},
         {"files", FilesOfOutputs(identity.outputs)},
         {"hooks", HooksOf(identity)},
         {"sockets", SocketsOf(identity)}});
  }
  return JsonToText(json);
}

}  // namespace fleetca::client
