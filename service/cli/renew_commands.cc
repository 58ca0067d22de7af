#include "service/cli/renew_commands.h"

#include <unistd.h>

#include <memory>
#include <string>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/exit_status.h"
#include "base/log.h"
#include "base/process_hardening.h"
#include "base/standard_output.h"
#include "base/status_macros.h"
#include "base/time_text.h"
#include "nlohmann/json.hpp"
#include "service/cli/output_form.h"
#include "service/cli/store_owner.h"
#include "service/config/server_config.h"
#include "service/server/offline_renewal.h"

namespace fleetca::service {
namespace {

constexpr char kServerExamples[] = R"(
Gives the server a new TLS certificate, with the names of the one that it has and a new key, and
writes both files of the configuration's listener. It needs the CA's folder and nothing else: no
server, and no certificate that is still valid but the issuing CA's and the root's. The policy is
asked, and the store records the certificate, as for every other. The server must not run; one that
runs renews by itself where its configuration has own_certificates { server_profile: ... }.
Run it as the user that the server runs as.

Examples:
  fleetca ca renew-server --dir ca
  fleetca ca renew-server --dir ca --profile ca-server -o json
)";

constexpr char kAdminExamples[] = R"(
Gives the operator whose certificate is DIR/admin.crt a new one, with a new key in DIR/admin.key: for
when the old one has expired, so that no server lets the operator in. It needs the CA's folder and
nothing else; the policy is asked, and the store records the certificate. The server must not run.
While the certificate is valid, 'fleetca cert renew' renews it without stopping the server.
Run it as the user that the server runs as.

Examples:
  fleetca ca renew-admin --dir ca
  fleetca ca renew-admin --dir ca -o json
)";

struct RenewFlags {
  std::string dir;
  // Its files are the command's to say.
  OfflineRequest request;
  std::string form = "text";
};

std::string ToText(const OfflineRenewal& renewal, const std::string& next) {
  return absl::StrCat("A new certificate for ", renewal.identity, ", until ",
                      TimeToWords(renewal.not_after), ", by the profile ", renewal.profile, ": ",
                      renewal.files.certificate, "\nIts new key: ", renewal.files.private_key,
                      "\nNext: ", next, "\n");
}

std::string ToJson(const OfflineRenewal& renewal, const std::string& next) {
  nlohmann::ordered_json json;
  json["identity"] = renewal.identity;
  json["serial"] = renewal.serial;
  json["profile"] = renewal.profile;
  json["not_after"] = TimeToText(renewal.not_after);
  json["file"] = renewal.files.certificate;
  json["key_file"] = renewal.files.private_key;
  json["next"] = next;
  return JsonToText(json);
}

using Complete = void (*)(const RenewFlags& flags, const ServerConfig& config,
                          OfflineRequest* request);

// `complete` adds what the configuration says.
absl::Status Renew(const RenewFlags& flags, absl::string_view name, Complete complete) {
  // Memory that cannot be locked is no reason to refuse: the keys are on the disk.
  HardenProcess().IgnoreError();
  const std::string file = absl::StrCat(flags.dir, "/fleetca.textproto");
  FLEETCA_ASSIGN_OR_RETURN(const ServerConfig config, LoadServerConfig(file));
  // What a server would warn of when it starts is for its log.
  log::Configure(config.log_format, log::Level::kError);
  FLEETCA_RETURN_IF_ERROR(CheckOwnsStore(config.store.path, geteuid(),
                                         absl::StrCat("fleetca ca ", name, " --dir ", flags.dir)));
  OfflineRequest request = flags.request;
  complete(flags, config, &request);
  FLEETCA_ASSIGN_OR_RETURN(const OfflineRenewal renewal, RenewOffline(config, request));
  const std::string next = absl::StrCat("fleetca serve --config ", file);
  return WriteStandardOutput(flags.form == "json" ? ToJson(renewal, next) : ToText(renewal, next));
}

void CompleteForServer(const RenewFlags&, const ServerConfig& config, OfflineRequest* request) {
  request->files = {config.listener.certificate_file, config.listener.private_key_file};
  if (request->profile.empty()) {
    request->profile = config.own_certificates.server_profile;
  }
}

void CompleteForAdmin(const RenewFlags& flags, const ServerConfig&, OfflineRequest* request) {
  request->files = {absl::StrCat(flags.dir, "/admin.crt"), absl::StrCat(flags.dir, "/admin.key")};
}

// Returns the command, for flags of its own.
CLI::App* AddCommand(CLI::App& ca, const char* name, const char* description, const char* footer,
                     Complete complete, const std::shared_ptr<RenewFlags>& flags, int* exit_code) {
  CLI::App* command = ca.add_subcommand(name, description);
  command->add_option("--dir", flags->dir, "The CA's folder, made by 'fleetca ca init'")
      ->type_name("DIR")
      ->required();
  command
      ->add_option("--profile", flags->request.profile,
                   "A profile of the policy; needed only where the policy grants the identity "
                   "several")
      ->type_name("NAME");
  AddFormFlag(*command, &flags->form);
  command->footer(footer);
  command->callback([=] { *exit_code = ReportStatus(Renew(*flags, name, complete)); });
  return command;
}

}  // namespace

void AddRenewCommands(CLI::App& ca, int* exit_code) {
  const auto flags = std::make_shared<RenewFlags>();
  CLI::App* server = AddCommand(ca, "renew-server", "Renew the server's certificate, offline",
                                kServerExamples, CompleteForServer, flags, exit_code);
  server
      ->add_option("--dns", flags->request.more_dns_names,
                   "A further DNS name, which the policy must grant; may be repeated")
      ->type_name("NAME")
      ->expected(1)
      ->take_all();
  server
      ->add_option("--ip", flags->request.more_addresses,
                   "A further address, which the policy must grant; may be repeated")
      ->type_name("ADDRESS")
      ->expected(1)
      ->take_all();
  AddCommand(ca, "renew-admin", "Renew the operator's certificate, offline", kAdminExamples,
             CompleteForAdmin, std::make_shared<RenewFlags>(), exit_code);
}

}  // namespace fleetca::service
