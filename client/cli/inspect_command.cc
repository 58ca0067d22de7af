#include "client/cli/inspect_command.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/file.h"
#include "base/status_macros.h"
#include "client/cli/authz_flags.h"
#include "client/cli/facts.h"
#include "client/cli/facts_json.h"
#include "client/cli/facts_text.h"
#include "client/cli/output.h"
#include "client/cli/pem_or_der.h"
#include "x509/authz/authz_oids.h"
#include "x509/pem.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Examples:
  fleetca cert inspect web.crt
  fleetca cert inspect web.csr
  openssl req -new -newkey ed25519 -nodes -keyout new.key -subj /CN=web | fleetca cert inspect -
  fleetca cert inspect -o json web.crt | jq '.[].not_after'
  fleetca cert inspect -o json web.crt | jq '.[0].authz.roles'
)help";

struct InspectFlags {
  std::string file;
  std::string form = "text";
  std::string arc = std::string(x509::kDefaultFleetArcText);
};

struct Rendered {
  std::string text;
  nlohmann::ordered_json json;
};

absl::StatusOr<Rendered> Render(const EncodedObject& object, const x509::AuthzOids& oids) {
  if (object.type == ObjectType::kCsr) {
    FLEETCA_ASSIGN_OR_RETURN(const CsrFacts facts, FactsOfCsr(object.der));
    return Rendered{CsrToText(facts), CsrToJson(facts)};
  }
  FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfCertificate(object.der, oids));
  return Rendered{CertificateToText(facts, Clock::System().Now()), CertificateToJson(facts)};
}

absl::StatusOr<std::string> Inspect(absl::string_view contents, OutputForm form,
                                    const x509::AuthzOids& oids) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<EncodedObject> objects, ParsePemOrDer(contents));
  std::string text, pem;
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const EncodedObject& object : objects) {
    FLEETCA_ASSIGN_OR_RETURN(const Rendered rendered, Render(object, oids));
    absl::StrAppend(&text, text.empty() ? "" : "\n", rendered.text);
    json.push_back(rendered.json);
    absl::StrAppend(&pem,
                    x509::EncodePem(object.type == ObjectType::kCsr ? x509::kPemCertificateRequest
                                                                    : x509::kPemCertificate,
                                    object.der));
  }
  switch (form) {
    case OutputForm::kText:
      return text;
    case OutputForm::kJson:
      return JsonToText(json);
    case OutputForm::kPem:
      return pem;
  }
  return text;
}

absl::Status RunInspect(const InspectFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::string contents, ReadFile(flags.file));
  FLEETCA_ASSIGN_OR_RETURN(const x509::AuthzOids oids, x509::AuthzOids::FromArc(flags.arc));
  const absl::StatusOr<std::string> data = Inspect(contents, ParseForm(flags.form), oids);
  if (!data.ok()) {
    return Annotate(data.status(), flags.file == "-" ? "standard input" : flags.file);
  }
  return WriteData("", *data);
}

}  // namespace

void AddInspectCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command =
      parent.add_subcommand("inspect", "Show what is in a certificate, a chain or a CSR");
  auto flags = std::make_shared<InspectFlags>();
  command->add_option("file", flags->file, "PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
  AddFormFlag(*command, &flags->form);
  AddArcFlag(*command, &flags->arc);
  command->footer(kExamples);
  command->callback([flags, exit_code] { *exit_code = ReportStatus(RunInspect(*flags)); });
}

}  // namespace fleetca::client
