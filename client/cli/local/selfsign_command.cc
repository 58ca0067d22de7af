#include "client/cli/local/selfsign_command.h"

#include <memory>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/output_check.h"
#include "base/status_macros.h"
#include "client/cli/facts/facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/local/key_file.h"
#include "client/cli/local/key_source.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/verdict/self_signed.h"
#include "x509/pem.h"
#include "x509/requested_name.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
For trying TLS on one machine, in place of openssl req -x509: a certificate for servers and clients
that nobody trusts who was not given it. It is not a CA's, nothing can be issued by it, and nobody can
revoke it. For more than one machine make a CA: fleetca ca init.

Examples:
  fleetca cert selfsign --name DNS:localhost --name IP:127.0.0.1 --new-key p256 \
    --key-out local.key --out local.crt
  fleetca cert selfsign --name DNS:localhost --days 7 --key local.key --out week.crt
)help";

struct SelfSignFlags {
  std::vector<std::string> names;
  int days = 30;
  KeySource key;
  OutputFlags output;
};

absl::Status CheckFiles(const SelfSignFlags& flags, Replace replace) {
  return CheckOutputs({.outputs = {FlaggedKeyOutput(flags.key.output, "--key-out"),
                                   DataOutput(flags.output, replace)},
                       .inputs = KeySourceInputs(flags.key)},
                      NextStep::kMakeHere);
}

// "" for the PEM itself.
absl::StatusOr<std::string> Shown(const std::string& der, OutputForm form) {
  if (form == OutputForm::kPem) {
    return "";
  }
  FLEETCA_ASSIGN_OR_RETURN(const CertificateFacts facts, FactsOfCertificate(der));
  return form == OutputForm::kJson ? JsonToText(CertificateToJson(facts))
                                   : CertificateToText(facts, Clock::System().Now());
}

absl::Status SelfSign(const SelfSignFlags& flags) {
  const Replace replace = flags.key.output.force ? Replace::kAllButKeys : Replace::kNothing;
  std::vector<x509::RequestedName> names;
  for (const std::string& text : flags.names) {
    FLEETCA_ASSIGN_OR_RETURN(names.emplace_back(), x509::ParseRequestedName(text));
  }
  FLEETCA_RETURN_IF_ERROR(CheckFiles(flags, replace));
  FLEETCA_ASSIGN_OR_RETURN(const SourcedKey key, TakeKey(flags.key));
  FLEETCA_ASSIGN_OR_RETURN(const std::string der,
                           MakeSelfSigned(key.key.get(), names, flags.days, Clock::System().Now()));
  FLEETCA_ASSIGN_OR_RETURN(const std::string shown, Shown(der, ParseForm(flags.output.form)));
  FLEETCA_RETURN_IF_ERROR(WriteNewKey(flags.key, key));
  FLEETCA_RETURN_IF_ERROR(
      WriteObject(flags.output, x509::EncodePem(x509::kPemCertificate, der), shown, replace));
  Say("this certificate is for trying things on one machine: it is not a CA's, nobody trusts it "
      "who was not given it, and nobody can revoke it");
  return absl::OkStatus();
}

}  // namespace

void AddSelfSignCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand(
      "selfsign", "Make a certificate that vouches for itself, for trying TLS on one machine");
  auto flags = std::make_shared<SelfSignFlags>();
  command
      ->add_option("--name", flags->names,
                   "A name: DNS:host, IP:address, URI:spiffe://..., email:local@domain; may be "
                   "given several times")
      ->type_name("TYPE:NAME")
      ->required()
      ->expected(1)
      ->take_all();
  command
      ->add_option("--days", flags->days,
                   absl::StrCat("How long it lives, ", kMaxSelfSignedDays, " days at most"))
      ->type_name("DAYS")
      ->capture_default_str();
  AddKeySourceFlags(*command, &flags->key);
  AddOutputFlags(*command, &flags->output);
  AddForceFlag(*command, &flags->key.output.force);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    const std::string mistake = KeySourceMistake(flags->key, flags->output);
    *exit_code = mistake.empty() ? ReportStatus(SelfSign(*flags)) : ReportUsageError(mistake);
  });
}

}  // namespace fleetca::client
