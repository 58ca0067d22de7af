#include "client/cli/bundle_command.h"

#include <memory>
#include <string>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/ca_client.h"
#include "client/cli/connection_flags.h"
#include "client/cli/facts.h"
#include "client/cli/facts_json.h"
#include "client/cli/facts_text.h"
#include "client/cli/output.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Example:
  fleetca bundle get --dir ca --out roots.pem
)help";

struct BundleFlags {
  ConnectionFlags connection;
  OutputFlags output;
};

absl::StatusOr<std::string> FormatBundle(const TrustBundle& bundle, OutputForm form) {
  if (form == OutputForm::kPem) {
    return CertificatesToPem(bundle.roots_der);
  }
  const std::string version = absl::BytesToHexString(bundle.version);
  std::string text = absl::StrCat("Trust bundle\n", TextLine("Trust domain", bundle.trust_domain),
                                  TextLine("Version", version));
  nlohmann::ordered_json json = {{"trust_domain", bundle.trust_domain},
                                 {"version", version},
                                 {"roots", nlohmann::ordered_json::array()}};
  for (const std::string& der : bundle.roots_der) {
    FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfCertificate(der));
    absl::StrAppend(&text, "\n", CertificateToText(facts, Clock::System().Now()));
    json["roots"].push_back(CertificateToJson(facts));
  }
  return form == OutputForm::kText ? text : JsonToText(json);
}

absl::Status RunBundleGet(const BundleFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::unique_ptr<CaClient> client, Connect(flags.connection));
  FLEETCA_ASSIGN_OR_RETURN(const TrustBundle bundle, client->GetTrustBundle());
  FLEETCA_ASSIGN_OR_RETURN(const std::string data,
                           FormatBundle(bundle, ParseForm(flags.output.form)));
  return WriteData(flags.output.file, data);
}

}  // namespace

void AddBundleGetCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("get", "Fetch the CA's trust bundle");
  auto flags = std::make_shared<BundleFlags>();
  AddOutputFlags(*command, &flags->output);
  AddConnectionFlags(*command, &flags->connection);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string missing = MissingConnectionFlag(flags->connection);
    *exit_code = missing.empty() ? ReportStatus(RunBundleGet(*flags)) : ReportUsageError(missing);
  });
}

}  // namespace fleetca::client
