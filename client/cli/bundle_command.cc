#include "client/cli/bundle_command.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/status_macros.h"
#include "client/ca_client.h"
#include "client/cli/bootstrap_flags.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/fingerprint.h"
#include "client/trust_bundle.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Examples:
  fleetca bundle get --dir ca --out roots.pem
  # Once more, to keep the file up to date: a bundle is replaced without --force.
  fleetca bundle get --dir ca --out roots.pem
  # On a host that knows no more than the SHA-256 of the root, from the bootstrap port:
  fleetca bundle get --server localhost:8444 --ca-sha256 "$(cat root.sha256)" --out roots.pem
)help";

struct BundleFlags {
  ConnectionFlags connection;
  std::string ca_sha256;
  OutputFlags output;
};

// Without a trust domain when the answer was one that only the fingerprint vouches for.
absl::StatusOr<std::string> FormatBundle(const TrustBundle& bundle, OutputForm form) {
  if (form == OutputForm::kPem) {
    return CertificatesToPem(bundle.roots_der);
  }
  std::string text = "Trust bundle\n";
  nlohmann::ordered_json json = nlohmann::ordered_json::object();
  if (!bundle.trust_domain.empty()) {
    const std::string version = absl::BytesToHexString(bundle.version);
    absl::StrAppend(&text, TextLine("Trust domain", bundle.trust_domain),
                    TextLine("Version", version));
    json["trust_domain"] = bundle.trust_domain;
    json["version"] = version;
  }
  json["roots"] = nlohmann::ordered_json::array();
  for (const std::string& der : bundle.roots_der) {
    FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfCertificate(der));
    absl::StrAppend(&text, "\n", CertificateToText(facts, Clock::System().Now()));
    json["roots"].push_back(CertificateToJson(facts));
  }
  return form == OutputForm::kText ? text : JsonToText(json);
}

absl::StatusOr<TrustBundle> FetchBundle(const BundleFlags& flags) {
  if (!flags.ca_sha256.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(const std::string server, ServerOf(flags.connection));
    FLEETCA_ASSIGN_OR_RETURN(const std::string root,
                             PinRoot(server, flags.ca_sha256, flags.connection));
    return TrustBundle{"", {root}, ""};
  }
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, Connect(flags.connection));
  return client->GetTrustBundle();
}

absl::Status RunBundleGet(const BundleFlags& flags) {
  // --ca may be replaced: that is how a bundle is kept up to date.
  const TlsFiles files = FilesOf(flags.connection);
  FLEETCA_RETURN_IF_ERROR(CheckOutputs(
      {.outputs = {DataOutput(flags.output)},
       .inputs = {{"--cert", files.certificate_file}, {"--key", files.private_key_file}}},
      NextStep::kAskServer));
  FLEETCA_ASSIGN_OR_RETURN(const TrustBundle bundle, FetchBundle(flags));
  FLEETCA_ASSIGN_OR_RETURN(const std::string pem, FormatBundle(bundle, OutputForm::kPem));
  FLEETCA_ASSIGN_OR_RETURN(const std::string shown,
                           FormatBundle(bundle, ParseForm(flags.output.form)));
  FLEETCA_RETURN_IF_ERROR(WriteObject(flags.output, pem, shown));
  for (const std::string& root : bundle.roots_der) {
    Say(absl::StrCat("root with the SHA-256 ", FingerprintOf(root)));
  }
  return absl::OkStatus();
}

}  // namespace

void AddBundleGetCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("get", "Fetch the CA's trust bundle");
  auto flags = std::make_shared<BundleFlags>();
  AddOutputFlags(*command, &flags->output);
  AddConnectionFlags(*command, &flags->connection);
  AddCaSha256Flag(*command, *command, &flags->ca_sha256);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string missing =
        flags->ca_sha256.empty() ? MissingConnectionFlag(flags->connection) : "";
    *exit_code = missing.empty() ? ReportStatus(RunBundleGet(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
