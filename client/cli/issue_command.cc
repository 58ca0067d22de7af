#include "client/cli/issue_command.h"

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/crypto_types.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/output_check.h"
#include "base/status_macros.h"
#include "client/bootstrap_client.h"
#include "client/ca_client.h"
#include "client/cli/bootstrap_flags.h"
#include "client/cli/command_files.h"
#include "client/cli/connection_flags.h"
#include "client/cli/decision_output.h"
#include "client/cli/duration_flag.h"
#include "client/cli/identity_flag.h"
#include "client/cli/issue_flags.h"
#include "client/cli/issued_output.h"
#include "client/cli/new_key_file.h"
#include "client/cli/output.h"
#include "client/cli/pem_or_der.h"
#include "client/cli/server_wait.h"
#include "client/key_and_csr.h"
#include "client/requested_name.h"

namespace fleetca::client {
namespace {

absl::StatusOr<KeyAndCsr> MakeKey(const IssueFlags& flags) {
  std::vector<RequestedName> names;
  for (const std::string& text : flags.names) {
    FLEETCA_ASSIGN_OR_RETURN(names.emplace_back(), ParseRequestedName(text));
  }
  return MakeKeyAndCsr(*ParseKeyType(flags.new_key), names);
}

absl::StatusOr<std::string> ReadCsr(const std::string& path) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadFile(path));
  absl::StatusOr<std::string> der = ParseCsrFile(contents);
  if (!der.ok()) {
    return Annotate(der.status(), path == "-" ? "standard input" : path);
  }
  return der;
}

// To either port.
using IssueFunction = std::function<absl::StatusOr<Issued>(const IssueOptions&)>;

// The SPIFFE ID that the flags ask for; empty where a CSR or a token says it.
std::string AskedIdentity(const IssueFlags& flags) {
  if (!flags.identity.empty()) {
    return flags.identity;
  }
  for (const std::string& text : flags.names) {
    const absl::StatusOr<RequestedName> name = ParseRequestedName(text);
    if (name.ok() && name->type == x509::NameType::kUri) {
      return name->value;
    }
  }
  return "";
}

// The flags, with what keeps a new key that may have a certificate from being removed.
absl::StatusOr<ConnectionFlags> WatchedConnection(const IssueFlags& flags) {
  ConnectionFlags connection = flags.connection;
  std::string address = flags.bootstrap.address;
  if (address.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(address, ServerOf(connection));
  }
  connection.before_attempt = [address](grpc::Channel& channel, absl::Duration remaining) {
    AwaitConnection(channel, remaining, address);
    NewKeyFile::BeforeAttempt();
  };
  connection.after_failure = NewKeyFile::AfterFailure;
  return connection;
}

absl::StatusOr<IssueFunction> ConnectToIssue(const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const ConnectionFlags connection, WatchedConnection(flags));
  if (flags.bootstrap.address.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<CaClient> client, Connect(connection));
    return [client](const IssueOptions& request) { return client->Issue(request); };
  }
  FLEETCA_ASSIGN_OR_RETURN(std::shared_ptr<BootstrapClient> client,
                           ConnectBootstrap(flags.bootstrap, connection, AskedIdentity(flags)));
  return [client](const IssueOptions& request) { return client->Issue(request); };
}

absl::StatusOr<Issued> Ask(const IssueFunction& issue, const IssueFlags& flags,
                           std::string csr_der) {
  IssueOptions options;
  options.csr_der = std::move(csr_der);
  options.profile = flags.profile;
  options.identity = flags.identity;
  options.validate_only = flags.validate_only;
  options.request_id = absl::HexStringToBytes(flags.request_id);
  if (!flags.lifetime.empty()) {
    options.lifetime = ParseDurationFlag(flags.lifetime);
  }
  absl::StatusOr<Issued> issued = issue(options);
  // A token says whom it is for.
  if (!issued.ok() && flags.identity.empty() && flags.bootstrap.address.empty()) {
    return WithIdentityHint(issued.status(), options.csr_der);
  }
  return issued;
}

// The key is on disk before the certificate exists, so that no certificate is without its key; when
// none comes, the key has no use and goes, and the command can be repeated as it is.
absl::StatusOr<Issued> AskWithNewKey(const IssueFunction& issue, const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(KeyAndCsr made, MakeKey(flags));
  if (flags.validate_only) {
    return Ask(issue, flags, std::move(made.csr_der));
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<NewKeyFile> key,
                           NewKeyFile::Write(flags.key_out, made.private_key_pem.view()));
  absl::StatusOr<Issued> issued = Ask(issue, flags, std::move(made.csr_der));
  if (!issued.ok()) {
    key->Remove();
  }
  return issued;
}

absl::StatusOr<Issued> AskWithCsr(const IssueFunction& issue, const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(std::string csr_der, ReadCsr(flags.csr));
  return Ask(issue, flags, std::move(csr_der));
}

absl::Status Deliver(const Issued& issued, const IssueFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string data,
                           FormatIssued(issued, ParseForm(flags.output.form), flags.chain));
  const std::string serial = issued.serial.ToHex();
  if (const absl::Status written = WriteData(flags.output.file, data); !written.ok()) {
    return Annotate(written, absl::StrCat("the certificate was issued, and 'fleetca cert get ",
                                          serial, "' fetches it, but here"));
  }
  Say(absl::StrCat(issued.replayed ? "issued before for this request id: " : "issued ", serial,
                   ", valid until ", TimeInWords(issued.not_after), ", renew after ",
                   TimeInWords(issued.renew_after)));
  return absl::OkStatus();
}

absl::Status DeliverDecision(const Issued& issued, const IssueFlags& flags) {
  if (issued.decision.has_value()) {
    FLEETCA_RETURN_IF_ERROR(WriteData(
        flags.output.file, FormatDecision(*issued.decision, ParseForm(flags.output.form))));
  }
  Say("the CA would grant this; nothing was issued");
  return absl::OkStatus();
}

CommandFiles CommandFilesOf(const IssueFlags& flags) {
  const TlsFiles connection =
      flags.bootstrap.address.empty() ? FilesOf(flags.connection) : TlsFiles{flags.connection.ca};
  CommandFiles files;
  files.outputs = {{"--key-out", flags.key_out},
                   {"--out", flags.output.file},
                   {"--bundle-out", flags.bootstrap.bundle_out}};
  files.inputs = {{"--csr", flags.csr},
                  {"--token-file", flags.bootstrap.token_file},
                  {"--ca", connection.ca_file},
                  {"--key", connection.private_key_file}};
  // A certificate of the same key may well take the place of the one before.
  if (!flags.new_key.empty()) {
    files.inputs.push_back({"--cert", connection.certificate_file});
  }
  return files;
}

// Checked before the CA is asked, because issuing uses up a token or a part of a budget.
absl::Status CheckOutputs(const IssueFlags& flags) {
  if (!flags.key_out.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckCanWriteNew(flags.key_out));
  }
  if (!flags.bootstrap.bundle_out.empty()) {
    FLEETCA_RETURN_IF_ERROR(CheckOutput(flags.bootstrap.bundle_out));
  }
  FLEETCA_RETURN_IF_ERROR(CheckFilesApart(CommandFilesOf(flags)));
  return CheckOutput(flags.output.file);
}

absl::Status RunIssue(const IssueFlags& flags) {
  FLEETCA_RETURN_IF_ERROR(CheckOutputs(flags));
  FLEETCA_ASSIGN_OR_RETURN(const IssueFunction issue, ConnectToIssue(flags));
  const absl::StatusOr<Issued> issued =
      flags.new_key.empty() ? AskWithCsr(issue, flags) : AskWithNewKey(issue, flags);
  FLEETCA_RETURN_IF_ERROR(issued.status());
  return flags.validate_only ? DeliverDecision(*issued, flags) : Deliver(*issued, flags);
}

}  // namespace

void AddIssueCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("issue", "Get a certificate for a CSR or for a new key");
  auto flags = std::make_shared<IssueFlags>();
  AddIssueFlags(*command, flags.get());
  command->callback([flags, exit_code] {
    const std::string mistake = IssueFlagsMistake(*flags);
    *exit_code = mistake.empty() ? ReportStatus(RunIssue(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
