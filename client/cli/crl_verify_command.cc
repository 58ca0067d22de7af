#include <iterator>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "base/clock.h"
#include "base/display_escape.h"
#include "base/errors.h"
#include "base/exit_status.h"
#include "base/status_macros.h"
#include "client/cli/crl_commands.h"
#include "client/cli/facts/crl_facts.h"
#include "client/cli/facts/facts_json.h"
#include "client/cli/facts/facts_text.h"
#include "client/cli/serial_or_file.h"
#include "client/cli/terminal/command_files.h"
#include "client/cli/terminal/output.h"
#include "client/verdict/crl_input.h"
#include "client/verdict/crl_verdict.h"
#include "x509/canonical_name.h"
#include "x509/first_certificate.h"
#include "x509/name.h"

namespace fleetca::client {
namespace {

constexpr char kExamples[] = R"help(
Says what a client that relies on the CRL would refuse: another issuer or key, a signature that is not
the issuer's, dates, and with --of a CRL that does not speak of the certificate, and a certificate that
is revoked. Every CRL of FILE is looked at. --ca is believed as it stands. The exit status is 1 where
anything is refused.

Examples:
  fleetca crl verify web.crl --ca ca/issuing-ca.crt
  fleetca crl verify web.crl --ca ca/issuing-ca.crt --of web.crt
  fleetca crl verify -o json web.crl --ca ca/issuing-ca.crt | jq '.crls[].steps[] | select(.ok | not)'
)help";

struct VerifyFlags {
  std::string file;
  std::vector<std::string> ca;
  std::string of;
  std::string form = "text";
};

struct Answer {
  std::string text;
  nlohmann::ordered_json json;
  // The first refusal.
  absl::Status status;
};

void Append(const x509::Crl& crl, const CrlVerdict& verdict, Answer* answer) {
  const std::string number = CrlNumberText(crl.number);
  absl::StrAppend(&answer->text, answer->text.empty() ? "" : "\n", "CRL ", number,
                  number.empty() ? "" : " ", "of \"", x509::NameToText(crl.issuer), "\"\n");
  nlohmann::ordered_json steps = nlohmann::ordered_json::array();
  for (const CrlStep& step : verdict.steps) {
    std::string label(step.name);
    label[0] = absl::ascii_toupper(label[0]);
    absl::StrAppend(
        &answer->text,
        TextLine(label, step.status.ok()
                            ? "ok"
                            : absl::StrCat("REFUSED: ", PrintableMessage(step.status))));
    nlohmann::ordered_json one = {{"step", std::string(step.name)}, {"ok", step.status.ok()}};
    if (!step.status.ok()) {
      one["reason"] = std::string(ReasonName(GetReason(step.status).value_or(Reason::kInternal)));
      one["message"] = std::string(step.status.message());
    }
    steps.push_back(std::move(one));
  }
  answer->json["crls"].push_back({{"issuer", x509::NameToText(crl.issuer)},
                                  {"number", CrlNumberText(crl.number)},
                                  {"accepted", verdict.status().ok()},
                                  {"steps", std::move(steps)}});
  answer->status.Update(verdict.status());
}

// Where no CRL at all is of the certificate's issuer, a client has none for it.
absl::Status CheckHasIssuer(const std::vector<HeldCrl>& crls,
                            const x509::Certificate& certificate) {
  for (const HeldCrl& crl : crls) {
    if (x509::SameName(crl->issuer, certificate.issuer)) {
      return absl::OkStatus();
    }
  }
  return InvalidArgument(
      Reason::kCrlIssuerOther, "crl",
      absl::StrCat("No CRL here is of the certificate's issuer \"",
                   x509::NameToText(certificate.issuer),
                   "\"; fetch the one that the certificate names: fleetca crl get --of FILE"));
}

absl::StatusOr<int> Verify(const VerifyFlags& flags) {
  FLEETCA_ASSIGN_OR_RETURN(const std::vector<HeldCrl> crls, ReadCrlsOfFile(flags.file));
  std::vector<x509::HeldCertificate> cas;
  for (const std::string& file : flags.ca) {
    FLEETCA_ASSIGN_OR_RETURN(std::vector<x509::HeldCertificate> more, ReadCertificatesOfFile(file));
    std::move(more.begin(), more.end(), std::back_inserter(cas));
  }
  std::vector<x509::HeldCertificate> of;
  if (!flags.of.empty()) {
    FLEETCA_ASSIGN_OR_RETURN(of, ReadCertificatesOfFile(flags.of));
  }
  const x509::Certificate* const certificate = of.empty() ? nullptr : &of.front().parsed;
  const absl::Time now = Clock::System().Now();
  Answer answer;
  answer.json["accepted"] = false;
  answer.json["crls"] = nlohmann::ordered_json::array();
  for (const HeldCrl& crl : crls) {
    Append(*crl, JudgeCrl(*crl, cas, certificate, now), &answer);
  }
  if (certificate != nullptr) {
    if (const absl::Status missing = CheckHasIssuer(crls, *certificate); !missing.ok()) {
      absl::StrAppend(&answer.text, "\nREFUSED: ", EscapeForDisplay(missing.message()), "\n");
      answer.status.Update(missing);
    }
  }
  answer.json["accepted"] = answer.status.ok();
  FLEETCA_RETURN_IF_ERROR(
      WriteData("", flags.form == "json" ? JsonToText(answer.json) : answer.text));
  // As text, the answer has said it.
  return answer.status.ok()                   ? kExitOk
         : GetErrorForm() == ErrorForm::kJson ? ReportStatus(answer.status)
                                              : kExitFailed;
}

}  // namespace

void AddCrlVerifyCommand(CLI::App& parent, int* exit_code) {
  CLI::App* command = parent.add_subcommand("verify", "Say whether a client may rely on a CRL");
  auto flags = std::make_shared<VerifyFlags>();
  command->add_option("file", flags->file, "The CRL, PEM or DER; - is standard input")
      ->type_name("FILE")
      ->required();
  command
      ->add_option("--ca", flags->ca,
                   "The certificate of the CA that issued it, or several; may be repeated")
      ->type_name("FILE")
      ->required()
      ->allow_extra_args(false);
  command
      ->add_option("--of", flags->of,
                   "A certificate: whether the CRL speaks of it, and whether it is revoked")
      ->type_name("FILE");
  AddTextOrJsonFlag(*command, &flags->form);
  command->footer(kExamples);
  command->callback([flags, exit_code] {
    std::vector<FlaggedFile> inputs = {{"file", flags->file}, {"--of", flags->of}};
    for (const std::string& file : flags->ca) {
      inputs.push_back({"--ca", file});
    }
    const std::string mistake = StandardInputMistake(inputs);
    if (!mistake.empty()) {
      *exit_code = ReportUsageError(mistake);
      return;
    }
    const absl::StatusOr<int> code = Verify(*flags);
    *exit_code = code.ok() ? *code : ReportStatus(code.status());
  });
}

}  // namespace fleetca::client
