#include "client/cli/local/inspect_command.h"

#include <sys/stat.h>

#include <cerrno>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/secret.h"
#include "base/standard_stream.h"
#include "base/status_macros.h"
#include "client/cli/facts/arc_flag.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/local/inspect_folder.h"
#include "client/cli/local/inspect_objects.h"
#include "client/cli/local/inspect_server.h"
#include "client/cli/local/mistyped_server.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/duration_flag.h"
#include "client/cli/terminal/output.h"
#include "client/cli/terminal/pager.h"
#include "client/cli/terminal/passphrase_flag.h"
#include "client/cli/terminal/slow_work.h"
#include "client/cli/terminal/timed_read.h"
#include "x509/authz/authz_oids.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
A file may hold PEM, DER, PKCS#7, PKCS#12 or a CRL, and whatever stands around it. A private key is
named and not shown. HOST:PORT and https:// are servers, unless a file of that name exists.

Examples:
  fleetca cert inspect web.crt
  fleetca cert inspect web.csr
  fleetca cert inspect ca
  openssl req -new -newkey ed25519 -nodes -keyout new.key -subj /CN=web | fleetca cert inspect -
  fleetca cert inspect -o json web.crt | jq '.[].not_after'
  fleetca cert inspect -o json web.crt | jq '.[0].authz.roles'
  fleetca cert inspect localhost:8443 --ca ca/trust-bundle.pem
)help";

constexpr char kUsualTimeout[] = "10s";

struct InspectFlags {
  std::string target;
  std::string form = "text";
  std::string arc = std::string(x509::kDefaultFleetArcText);
  PassphraseFlag passphrase;
  // For a server alone.
  std::vector<std::string> roots;
  std::string server_name;
  std::string start_tls;
  std::string timeout = kUsualTimeout;
};

enum class TargetKind { kFile, kFolder, kServer };

TargetKind KindOf(const std::string& target) {
  struct stat info;
  if (!IsStandardStream(target) && stat(target.c_str(), &info) == 0) {
    return S_ISDIR(info.st_mode) ? TargetKind::kFolder : TargetKind::kFile;
  }
  return ParseServerAddress(target).has_value() ? TargetKind::kServer : TargetKind::kFile;
}

// Flags of a server where there is none.
std::string Mistake(const InspectFlags& flags, TargetKind kind) {
  for (const auto& [flag, is_given] : {std::pair("--server-name", !flags.server_name.empty()),
                                       std::pair("--starttls", !flags.start_tls.empty()),
                                       std::pair("--ca", !flags.roots.empty())}) {
    if (kind != TargetKind::kServer && is_given) {
      return absl::StrCat(flag, " is for a server, such as web.fleet.example:443, and ",
                          NameOfInput(flags.target),
                          kind == TargetKind::kFolder ? " is a folder" : " is a file");
    }
  }
  const std::string target = NameOfInput(flags.target);
  if (kind != TargetKind::kServer && flags.timeout != kUsualTimeout) {
    return absl::StrCat("--timeout is for a server, and ", target,
                        kind == TargetKind::kFolder ? " is a folder" : " is a file");
  }
  if (kind != TargetKind::kFile && !flags.passphrase.file.empty()) {
    return absl::StrCat(flags.passphrase.name, " is for a PKCS#12 file, and ", target,
                        kind == TargetKind::kFolder ? " is a folder" : " is a server");
  }
  std::vector<FlaggedFile> inputs = {{"file", flags.target},
                                     {flags.passphrase.name, flags.passphrase.file}};
  for (const std::string& file : flags.roots) {
    inputs.push_back({"--ca", file});
  }
  return StandardInputMistake(inputs);
}

absl::StatusOr<std::vector<Inspected>> InspectFile(const InspectFlags& flags,
                                                   InspectContext context) {
  PassphraseQuestion question(flags.passphrase, flags.target);
  context.ask = [&question] { return question.Ask(); };
  if (ParseServerAddress(flags.target).has_value()) {
    SayNote(absl::StrCat("There is a file ", flags.target,
                         ", which is what is shown; for the server of that name say https://",
                         flags.target));
  }
  FLEETCA_ASSIGN_OR_RETURN(const SecretBytes contents, ReadWithTimeout(flags.target));
  absl::StatusOr<std::vector<Inspected>> all = InspectContents(contents.view(), context);
  FLEETCA_RETURN_IF_ERROR(question.refused());
  return all.ok() ? std::move(all) : Annotate(all.status(), NameOfInput(flags.target));
}

absl::StatusOr<std::vector<Inspected>> InspectAddress(const InspectFlags& flags,
                                                      const InspectContext& context) {
  InspectServerOptions options = {.probe = {.address = *ParseServerAddress(flags.target)},
                                  .roots_files = flags.roots};
  const std::string& host = options.probe.address.host;
  options.probe.server_name =
      flags.server_name.empty() && !IsIpAddress(host) ? host : flags.server_name;
  options.probe.start_tls = ParseStartTls(flags.start_tls).value_or(StartTls::kNone);
  options.probe.limit = ParseDurationFlag(flags.timeout).value_or(absl::Seconds(10));
  const SlowWork slow(absl::StrCat("asking ", options.probe.address.Text()));
  FLEETCA_ASSIGN_OR_RETURN(Inspected server, InspectServer(options, context));
  std::vector<Inspected> all;
  all.push_back(std::move(server));
  return all;
}

absl::StatusOr<std::vector<Inspected>> InspectTarget(const InspectFlags& flags, TargetKind kind) {
  FLEETCA_ASSIGN_OR_RETURN(const x509::AuthzOids oids, x509::AuthzOids::FromArc(flags.arc));
  InspectContext context = {.file = flags.target, .oids = oids, .now = Clock::System().Now()};
  if (kind == TargetKind::kServer) {
    return InspectAddress(flags, context);
  }
  return InspectFile(flags, std::move(context));
}

std::string Render(const std::vector<Inspected>& all, OutputForm form) {
  std::string text, pem;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const Inspected& inspected : all) {
    absl::StrAppend(&text, text.empty() ? "" : "\n", inspected.text);
    absl::StrAppend(&pem, inspected.pem);
    json.push_back(inspected.json);
  }
  return form == OutputForm::kJson ? JsonToText(json) : form == OutputForm::kPem ? pem : text;
}

absl::StatusOr<std::string> InspectAny(const InspectFlags& flags, TargetKind kind) {
  const OutputForm form = ParseForm(flags.form);
  if (kind == TargetKind::kFolder) {
    FLEETCA_ASSIGN_OR_RETURN(const Inspected folder,
                             InspectFolder(flags.target, Clock::System().Now()));
    return form == OutputForm::kJson  ? JsonToText(folder.json)
           : form == OutputForm::kPem ? folder.pem
                                      : folder.text;
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<Inspected> all, InspectTarget(flags, kind));
  std::string data = Render(all, form);
  if (data.empty()) {
    return InvalidArgument(Reason::kFileInvalid, "",
                           absl::StrCat(flags.target,
                                        ": nothing of what is here can be written as PEM, as a "
                                        "private key is not shown"));
  }
  return data;
}

// Of what is no file and looks like a server.
std::string ServerMistake(const InspectFlags& flags, TargetKind kind) {
  struct stat info;
  return kind == TargetKind::kFile && !IsStandardStream(flags.target) &&
                 stat(flags.target.c_str(), &info) != 0 && errno == ENOENT
             ? MistypedServer(flags.target)
             : "";
}

int RunInspect(const InspectFlags& flags) {
  const TargetKind kind = KindOf(flags.target);
  if (const std::string mistake = ServerMistake(flags, kind); !mistake.empty()) {
    return ReportUsageError(mistake, "file");
  }
  if (const std::string mistake = Mistake(flags, kind); !mistake.empty()) {
    return ReportUsageError(mistake);
  }
  const absl::StatusOr<std::string> data = InspectAny(flags, kind);
  return ReportStatus(data.ok() ? Show(ParseForm(flags.form), *data) : data.status());
}

void AddServerFlags(CLI::App& command, InspectFlags* flags) {
  command
      .add_option("--ca", flags->roots,
                  "The roots by which a server is judged; by default those of this machine; may be "
                  "repeated")
      ->type_name("FILE")
      ->allow_extra_args(false);
  command
      .add_option("--server-name", flags->server_name,
                  "The name that a server is asked for (SNI), and judged by; by default the host")
      ->type_name("NAME");
  command
      .add_option("--starttls", flags->start_tls,
                  "The protocol in which a server is asked to begin TLS: smtp, imap, pop3, "
                  "postgres or ldap")
      ->type_name("PROTOCOL")
      ->check(CLI::IsMember(StartTlsNames()), "");
  command.add_option("--timeout", flags->timeout, "For how long a server is waited for")
      ->type_name("DURATION")
      ->check(CheckDurationFlag, "")
      ->capture_default_str();
}

}  // namespace

void AddInspectCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand(
      "inspect", "Show what is in a file or a folder, or what a server presents");
  auto flags = std::make_shared<InspectFlags>();
  command
      ->add_option("file", flags->target,
                   "A file, a folder, HOST:PORT or a URL of https; - is standard input")
      ->type_name("FILE")
      ->required();
  AddFormFlag(*command, &flags->form);
  AddArcFlag(*command, &flags->arc);
  AddPassphraseFlag(*command, "passphrase-file", "The passphrase of a PKCS#12 file",
                    &flags->passphrase);
  AddServerFlags(*command, flags.get());
  command->footer(kExamples);
  command->callback([flags, exit_code] { *exit_code = RunInspect(*flags); });
}

}  // namespace fleetca::client
