#include <sys/un.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "base/durable_file.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/agent/config/agent_config.h"
#include "client/agent/daemon/privileges.h"
#include "client/bearer_token.h"
#include "client/cli/agent_commands.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/identity_flag.h"
#include "client/cli/terminal/address_flag.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/fingerprint.h"
#include "fleetca/agent/v1/agent.pb.h"
#include "google/protobuf/text_format.h"
#include "nlohmann/json.hpp"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Writes the configuration of an agent with one identity to the state folder, has the first
certificate, and ends: 'fleetca agent --config STATE/agent.textproto' keeps it fresh from then on. A
configuration that is there is not replaced: the same command goes on with it, and for other flags
the file is to be removed first; what the state folder has beside it is kept. Paths are written
whole, whatever they are given as, so that the file may be moved.

Examples:
  fleetca agent enroll --trust-domain fleet.example --server localhost:8443 \
    --bootstrap localhost:8444 --ca-sha256 "$(cat root.sha256)" --token-file join.token \
    --state agent --folder tls
)help";

constexpr char kConfigFile[] = "agent.textproto";
constexpr mode_t kConfigMode = 0644;

struct EnrollFlags {
  std::string trust_domain;
  std::vector<std::string> servers;
  std::vector<std::string> bootstrap;
  std::string server_name;
  std::string server_identity;
  std::string ca;
  std::string ca_sha256;
  std::string token_file;
  std::string jwt_file;
  std::string state;
  std::string folder;
  std::string name = "host";
  std::string profile;
  std::string identity;
  std::string timeout = "1m";
  std::string form = "text";
};

// As the configuration needs it, which is in another folder. "" stays "".
std::string Absolute(const std::string& path) {
  std::error_code error;
  return path.empty() ? "" : std::filesystem::absolute(path, error).lexically_normal().string();
}

std::string ConfigPath(const EnrollFlags& flags) {
  return absl::StrCat(Absolute(flags.state), "/", kConfigFile);
}

// As one word of a shell, so that a command can be pasted whatever the folder is called.
std::string ShellWord(const std::string& word) {
  const bool plain = std::all_of(word.begin(), word.end(), [](char c) {
    return absl::ascii_isalnum(c) || absl::StrContains("/._-+=:@%,", c);
  });
  return plain ? word : absl::StrCat("'", absl::StrReplaceAll(word, {{"'", "'\\''"}}), "'");
}

std::string ConfigOf(const EnrollFlags& flags) {
  agent::v1::AgentConfig config;
  auto* const ca = config.mutable_ca();
  ca->set_trust_domain(flags.trust_domain);
  for (const std::string& server : flags.servers) {
    ca->add_addresses(server);
  }
  for (const std::string& server : flags.bootstrap) {
    ca->add_bootstrap_addresses(server);
  }
  ca->set_server_name(flags.server_name);
  ca->set_server_identity(flags.server_identity);
  ca->set_root_file(Absolute(flags.ca));
  ca->set_root_sha256(flags.ca_sha256);
  const std::string state = Absolute(flags.state);
  config.set_state_folder(state);
  auto* const identity = config.add_identities();
  identity->set_name(flags.name);
  identity->set_profile(flags.profile);
  identity->set_spiffe_id(flags.identity);
  identity->mutable_enrollment()->set_join_token_file(Absolute(flags.token_file));
  identity->mutable_enrollment()->set_jwt_file(Absolute(flags.jwt_file));
  identity->mutable_outputs()->set_folder(Absolute(flags.folder));
  if (absl::StrCat(state, "/status.sock").size() >= sizeof(sockaddr_un::sun_path)) {
    config.mutable_status()->set_socket("-");
  }
  std::string text;
  google::protobuf::TextFormat::PrintToString(config, &text);
  return absl::StrCat(
      "# Written by 'fleetca agent enroll'; deploy/example/agent.textproto shows ",
      "every field.\n# Paths are whole, so that this file may lie anywhere: whoever "
      "moves a folder writes its new place here.\n",
      text);
}

std::string Outcome(const EnrollFlags& flags, const AgentOptions& options) {
  const std::string config = absl::StrCat(options.state_folder, "/", kConfigFile);
  const OutputOptions& outputs = options.identities.front().outputs;
  const std::string bundle = absl::StrCat(outputs.folder, "/", outputs.files.credential_bundle);
  if (ParseForm(flags.form) == OutputForm::kJson) {
    const nlohmann::ordered_json json = {
        {"config", config},
        {"credential_bundle", bundle},
        {"trust_bundle", absl::StrCat(outputs.folder, "/", outputs.files.trust_bundle)}};
    return JsonToText(json);
  }
  return absl::StrCat("The certificate and its key are in ", bundle,
                      ".\nTo keep it fresh: fleetca agent --config ", ShellWord(config), "\n");
}

// Whether the first certificate can be asked for, which nobody could without a token.
absl::Status CheckTokens(const EnrollFlags& flags) {
  for (const std::string* const file : {&flags.token_file, &flags.jwt_file}) {
    if (!file->empty()) {
      FLEETCA_RETURN_IF_ERROR(ReadBearerToken(*file).status());
    }
  }
  return absl::OkStatus();
}

// Whether an earlier command with the same flags wrote the configuration, so that this one goes on
// where that ended.
absl::StatusOr<bool> IsWritten(const std::string& path, const std::string& text) {
  const absl::StatusOr<std::string> there = ReadRegularFile(path);
  if (!there.ok() && GetReason(there.status()) == Reason::kFileMissing) {
    return false;
  }
  FLEETCA_RETURN_IF_ERROR(there.status());
  if (*there != text) {
    return AlreadyExists(
        Reason::kFileInvalid, "",
        absl::StrCat(path, " is there already, and is not what these flags make. To go by it: ",
                     "fleetca agent --config ", ShellWord(path),
                     " --once. To go by the flags: remove it, and give this command again"));
  }
  return true;
}

absl::Status RunEnroll(const EnrollFlags& flags) {
  const std::string text = ConfigOf(flags);
  const std::string path = ConfigPath(flags);
  FLEETCA_ASSIGN_OR_RETURN(const bool written, IsWritten(path, text));
  if (!written) {
    FLEETCA_RETURN_IF_ERROR(CheckTokens(flags));
    FLEETCA_RETURN_IF_ERROR(MakePrivateFolder(Absolute(flags.state), FileOwner()));
    FLEETCA_RETURN_IF_ERROR(WriteNewFile(path, text, kConfigMode));
  }
  FLEETCA_ASSIGN_OR_RETURN(AgentOptions options, LoadAgentConfig(path));
  FLEETCA_RETURN_IF_ERROR(
      RunAgentOnce(options, ParseDurationFlag(flags.timeout).value_or(absl::Minutes(1))));
  return WriteData("", Outcome(flags, options));
}

std::string CheckFingerprintFlag(const std::string& text) {
  return std::string(ParseFingerprint(text).status().message());
}

// Names the flags, where the mistakes name fields of a configuration that is not there yet.
std::string InFlags(absl::string_view mistakes, const std::string& path) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(mistakes, '\n')) {
    if (absl::ConsumePrefix(&line, absl::StrCat(path, ":"))) {
      line = absl::StripLeadingAsciiWhitespace(line.substr(line.find(':') + 1));
    }
    std::string words(line);
    for (const auto& [field, flag] :
         {std::pair("ca.trust_domain", "--trust-domain"), std::pair("ca.addresses", "--server"),
          std::pair("ca.bootstrap_addresses", "--bootstrap"),
          std::pair("ca.server_name", "--server-name"),
          std::pair("ca.server_identity", "--server-identity"),
          std::pair("state_folder", "--state"), std::pair("identities[0].name", "--name"),
          std::pair("identities[0].profile", "--profile"),
          std::pair("identities[0].spiffe_id", "--identity"),
          std::pair("identities[0].outputs.folder", "--folder")}) {
      if (absl::StartsWith(line, field) && absl::StrContains(line, ": ")) {
        words = absl::StrCat(flag, line.substr(line.find(": ")));
      }
    }
    lines.push_back(words);
  }
  return absl::StrJoin(lines, "\n");
}

std::string MistakeIn(const EnrollFlags& flags) {
  if (flags.ca.empty() && flags.ca_sha256.empty()) {
    return "--ca-sha256 or --ca is required: the SHA-256 of the CA's root, or a file with it, to "
           "know the CA by";
  }
  if (flags.token_file.empty() && flags.jwt_file.empty()) {
    return "--token-file or --jwt-file is required: by what the first certificate is had";
  }
  // Every mistake before anything is there.
  const std::string path = ConfigPath(flags);
  return InFlags(ParseAgentConfig(ConfigOf(flags), path, "").status().message(), path);
}

void AddCaFlags(CLI::App& command, EnrollFlags* flags) {
  command.add_option("--trust-domain", flags->trust_domain, "Of the CA, such as fleet.example")
      ->type_name("DOMAIN")
      ->required();
  command.add_option("--server", flags->servers, "The CA's port; can be repeated")
      ->type_name("HOST:PORT")
      ->check(CheckAddressFlag, "")
      ->allow_extra_args(false)
      ->required();
  command.add_option("--bootstrap", flags->bootstrap, "The CA's bootstrap port; can be repeated")
      ->type_name("HOST:PORT")
      ->check(CheckAddressFlag, "")
      ->allow_extra_args(false)
      ->required();
  command
      .add_option("--server-name", flags->server_name,
                  "The name in the servers' certificates, where it is not the host of --server and "
                  "--bootstrap")
      ->type_name("NAME");
  command
      .add_option("--server-identity", flags->server_identity,
                  "The SPIFFE ID in the servers' certificates; default: "
                  "spiffe://TRUST-DOMAIN/svc/fleetca")
      ->type_name("SPIFFE-ID")
      ->check(CheckIdentityFlag, "");
  CLI::Option* const ca = command.add_option("--ca", flags->ca, "The CA's root")->type_name("FILE");
  command
      .add_option("--ca-sha256", flags->ca_sha256,
                  "The SHA-256 of the CA's root, as 'fleetca bundle fingerprint' prints it")
      ->type_name("HEX")
      ->check(CheckFingerprintFlag, "")
      ->excludes(ca);
}

}  // namespace

void AddAgentEnrollCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("enroll", "Configure an agent and have its first certificate");
  auto flags = std::make_shared<EnrollFlags>();
  AddCaFlags(*command, flags.get());
  command->add_option("--token-file", flags->token_file, "Holds a join token, closed to others")
      ->type_name("FILE");
  command
      ->add_option("--jwt-file", flags->jwt_file,
                   "Holds a JWT that another program keeps new; read each time")
      ->type_name("FILE");
  command->add_option("--state", flags->state, "What the agent keeps; made where it is not there")
      ->type_name("FOLDER")
      ->required();
  command->add_option("--folder", flags->folder, "Where the certificate and its key are put")
      ->type_name("FOLDER")
      ->required();
  command->add_option("--name", flags->name, "What the identity is called in logs and the status")
      ->type_name("NAME")
      ->capture_default_str();
  command->add_option("--profile", flags->profile, "The profile; a join token may name it")
      ->type_name("NAME");
  command->add_option("--identity", flags->identity, "The SPIFFE ID; a join token names it")
      ->type_name("ID");
  command->add_option("--timeout", flags->timeout, "How long to try")
      ->type_name("TIME")
      ->check(CheckDurationFlag, "")
      ->capture_default_str();
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = MistakeIn(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunEnroll(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
